"""What a person answered to proposals, so that a dismissed one does not come back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("proposal_id", ID, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "proposal_id"),
    )
