"""The first tables: items, events, memory, slates, traces, understanding, calls, jobs, erasures."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("call_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("hash", ID, nullable=False),
        sa.Column("user_id", ID),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("prompt_version", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("tokens_new", sa.BigInteger, nullable=False),
        sa.Column("tokens_reused", sa.BigInteger, nullable=False),
        sa.Column("tokens_out", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("cost", sa.Double, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("call_no"),
        sqlite_autoincrement=True,
    )
    op.create_index("call_by_hash", "call", ["hash"])
    op.create_index("call_by_user", "call", ["user_id"])
    op.create_table(
        "command",
        sa.Column("command_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("command_id", ID, nullable=False),
        sa.Column("client", ID, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("feed_id", ID),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("command_no"),
        sa.UniqueConstraint("user_id", "command_id", name="command_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "counter",
        sa.Column("name", ID, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "erasure",
        sa.Column("erasure_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("subject", ID),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("asked_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("erasure_no"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.Column("item_id", ID),
        sa.Column("query", sa.Text),
        sa.Column("value", sa.Double),
        sa.Column("quantity", sa.Double),
        sa.Column("price", sa.Double),
        sa.Column("order_id", ID),
        sa.Column("feed_id", ID),
        sa.Column("position", sa.BigInteger),
        sa.Column("surface", sa.Text),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("event_id", name="event_id_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("event_by_time", "event", ["time_us"])
    op.create_index("event_by_user", "event", ["user_id", "time_us"])
    op.create_table(
        "failure",
        sa.Column("failure_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("user_id", ID),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("error_type", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("failure_no"),
        sqlite_autoincrement=True,
    )
    op.create_index("failure_by_user", "failure", ["user_id"])
    op.create_table(
        "item",
        sa.Column("arrival", NUMBER, autoincrement=True, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("arrival"),
        sa.UniqueConstraint("item_id", name="item_id_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "job",
        sa.Column("job_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("key", ID, nullable=False),
        sa.Column("user_id", ID),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("input_hash", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("lease_until_us", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("job_no"),
        sa.UniqueConstraint("kind", "key", name="job_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("job_by_state", "job", ["state", "kind", "job_no"])
    op.create_index("job_by_user", "job", ["user_id"])
    op.create_table(
        "memory",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("parent", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("command_id", ID),
        sa.Column("client", ID),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "version"),
    )
    op.create_table(
        "meta",
        sa.Column("key", ID, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "profile",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("attributes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "reply",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("key", ID, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key"),
    )
    op.create_table(
        "slate",
        sa.Column("slate_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("client", ID, nullable=False),
        sa.Column("surface", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.Column("item_ids", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("slate_no"),
        sa.UniqueConstraint("feed_id", name="feed_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("slate_by_user", "slate", ["user_id", "client", "time_us"])
    op.create_table(
        "stage",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("stage", ID, nullable=False),
        sa.Column("input_hash", ID, nullable=False),
        sa.Column("output", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "stage", "input_hash"),
    )
    op.create_table(
        "trace",
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id"),
    )
    op.create_index("trace_by_time", "trace", ["time_us"])
    op.create_index("trace_by_user", "trace", ["user_id"])
    op.create_table(
        "understanding",
        sa.Column("understanding_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("input_hash", ID, nullable=False),
        sa.Column("interests", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("understanding_no"),
        sqlite_autoincrement=True,
    )
    op.create_index("understanding_by_user", "understanding", ["user_id", "time_us"])
    op.execute("INSERT INTO counter (name, value) VALUES ('item_revision', 0)")
