"""What is given to people to judge, and what they said of it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "subject",
        sa.Column("subject_no", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("batch", ID, nullable=False),
        sa.Column("task", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("raters", sa.BigInteger, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("subject_id", name="subject_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("subject_by_batch", "subject", ["batch", "task"])
    op.create_index("subject_by_user", "subject", ["user_id"])
    op.create_table(
        "label",
        sa.Column("label_no", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("criterion", ID, nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("rater", ID, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("subject_id", "criterion", "version", "rater", name="label_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("label_by_rater", "label", ["rater", "time_us"])
    op.create_index("label_by_user", "label", ["user_id"])
