"""Lines that say why an item suits an interest, made before they are shown."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "reason",
        sa.Column("reason_key", ID, nullable=False),
        sa.Column("user_id", ID),
        sa.Column("interest_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("situation", sa.Text, nullable=False),
        sa.Column("input_hash", ID, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.Column("until_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("reason_key"),
    )
    op.create_index("reason_by_item", "reason", ["item_id", "interest_id"])
    op.create_index("reason_by_user", "reason", ["user_id"])
    op.create_index("reason_by_time", "reason", ["time_us"])
