"""What a judge said of stored tags, lines and slates, with the judge's version."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "judgement",
        sa.Column("judgement_key", ID, nullable=False),
        sa.Column("subject_key", ID, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("user_id", ID),
        sa.Column("task", ID, nullable=False),
        sa.Column("judge", ID, nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("rank", sa.Text, nullable=False),
        sa.Column("score", sa.Double),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("verdicts", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("judgement_key"),
    )
    op.create_index("judgement_by_task", "judgement", ["task", "judge", "version"])
    op.create_index("judgement_by_user", "judgement", ["user_id"])
