"""What a language model made of an item's record, so that it is asked once for each item and prompt."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "core",
        sa.Column("item_id", ID, nullable=False),
        sa.Column("input_hash", ID, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("item_id"),
    )
