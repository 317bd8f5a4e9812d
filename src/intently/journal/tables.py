"""The journal's tables, one definition for SQLite and PostgreSQL.

Times are whole microseconds since 1970 UTC (`*_us`), so that a time comes back exactly as it went in and order is exact
in both databases. Ids compare by code point in both (collation "C"). JSON is kept as text: neither database looks into
it, and PostgreSQL's jsonb refuses NUL. The tables themselves are made by the numbered steps in `migrations/`; a test
shows that the two agree.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

__all__ = [
    "KINDS",
    "KIND_CODES",
    "METADATA",
    "PERSON_TABLES",
    "call",
    "command",
    "core",
    "counter",
    "erasure",
    "event",
    "failure",
    "from_us",
    "item",
    "job",
    "judgement",
    "label",
    "memory",
    "meta",
    "profile",
    "proposal",
    "reason",
    "reply",
    "slate",
    "stage",
    "subject",
    "to_us",
    "trace",
    "understanding",
]

METADATA = MetaData()

# The place of a kind is its code in the database: add new kinds at the end, never move one.
KINDS = (
    "impression", "view", "click", "detail", "review", "favourite", "cart", "purchase", "rating", "search", "dislike",
    "hide", "disown", "reclaim", "doubt",
)  # fmt: skip
KIND_CODES = {kind: code for code, kind in enumerate(KINDS)}

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_us(time: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time."""
    return (time - EPOCH) // MICROSECOND


def from_us(time_us: int) -> datetime:
    """The aware UTC time of these microseconds since 1970."""
    return EPOCH + timedelta(microseconds=time_us)


def key() -> Text:
    return Text().with_variant(Text(collation="C"), "postgresql")


def _number(name: str) -> "Column[int]":
    """A rising number that the database gives; on SQLite never given twice, even after deletions."""
    return Column(name, BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)


def _table(name: str, *parts: SchemaItem, numbered: bool = False) -> Table:
    return Table(name, METADATA, *parts, sqlite_autoincrement=numbered)


def _text(name: str, nullable: bool = False) -> "Column[str]":
    return Column(name, Text, nullable=nullable)


def _id(name: str, nullable: bool = False, primary: bool = False) -> "Column[str]":
    return Column(name, key(), nullable=nullable, primary_key=primary)


def _int(name: str, nullable: bool = False, primary: bool = False) -> "Column[int]":
    return Column(name, BigInteger, nullable=nullable, primary_key=primary, autoincrement=False)


meta = _table("meta", _id("key", primary=True), _text("value"))
counter = _table("counter", _id("name", primary=True), _int("value"))

item = _table(
    "item",
    _number("arrival"),  # order of first arrival
    _id("item_id"),
    _int("revision"),  # the item revision at which it last changed
    _text("body"),  # JSON of the Item
    UniqueConstraint("item_id", name="item_id_once"),
    numbered=True,
)
event = _table(
    "event",
    _number("seq"),  # order of arrival
    _id("event_id"),
    _id("user_id"),
    Column("kind", SmallInteger, nullable=False),  # place in KINDS
    _int("time_us"),
    _id("item_id", nullable=True),
    _text("query", nullable=True),
    Column("value", Double),
    Column("quantity", Double),
    Column("price", Double),
    _id("order_id", nullable=True),
    _id("feed_id", nullable=True),
    Column("position", BigInteger),
    _text("surface", nullable=True),
    UniqueConstraint("event_id", name="event_id_once"),
    Index("event_by_user", "user_id", "time_us"),
    Index("event_by_time", "time_us"),
    numbered=True,
)
profile = _table("profile", _id("user_id", primary=True), _text("attributes"))
memory = _table(
    "memory",
    _id("user_id", primary=True),
    _int("version", primary=True),
    _int("parent"),
    _text("made_by"),
    _id("command_id", nullable=True),
    _id("client", nullable=True),
    _int("time_us"),
    _text("state"),
)
command = _table(
    "command",
    _number("command_no"),
    _id("user_id"),
    _id("command_id"),
    _id("client"),
    _text("text"),
    _id("feed_id", nullable=True),
    _int("time_us"),
    _text("zone"),
    _text("changes"),
    _text("by"),
    UniqueConstraint("user_id", "command_id", name="command_once"),
    numbered=True,
)
reply = _table("reply", _id("user_id", primary=True), _id("key", primary=True), _text("body"), _int("time_us"))
proposal = _table(
    "proposal",
    _id("user_id", primary=True),
    _id("proposal_id", primary=True),
    _text("answer"),  # accepted, dismissed
    _int("time_us"),
)
slate = _table(
    "slate",
    _number("slate_no"),
    _id("feed_id"),
    _id("user_id"),
    _id("client"),
    _text("surface"),
    _int("time_us"),
    _text("item_ids"),
    UniqueConstraint("feed_id", name="feed_once"),
    Index("slate_by_user", "user_id", "client", "time_us"),
    numbered=True,
)
trace = _table(
    "trace",
    _id("feed_id", primary=True),
    _id("user_id"),
    _int("time_us"),
    Column("body", LargeBinary, nullable=False),  # zlib of JSON
    Index("trace_by_user", "user_id"),
    Index("trace_by_time", "time_us"),
)
understanding = _table(
    "understanding",
    _number("understanding_no"),
    _id("user_id"),
    _id("input_hash"),
    _text("interests"),
    _text("tags"),
    _int("time_us"),
    _text("pipeline"),
    _text("personas"),
    _text("cues"),
    _text("notes"),  # JSON: what the stages left out and why, and the calls behind them
    Index("understanding_by_user", "user_id", "time_us"),
    numbered=True,
)
stage = _table(
    "stage",
    _id("user_id", primary=True),
    _id("stage", primary=True),
    _id("input_hash", primary=True),
    _text("output"),
    _int("time_us"),
)
core = _table(
    "core",  # of an item: nobody's, so no export or erasure concerns it
    _id("item_id", primary=True),
    _id("input_hash"),
    _text("text"),
    _int("time_us"),
)
reason = _table(
    "reason",
    _id("reason_key", primary=True),  # of person, interest, item and situation
    _id("user_id", nullable=True),  # null: an interest that several people share; nobody's
    _id("interest_id"),
    _id("item_id"),
    _text("situation"),
    _id("input_hash"),
    _text("body"),
    _int("time_us"),
    _int("until_us"),
    Index("reason_by_item", "item_id", "interest_id"),
    Index("reason_by_user", "user_id"),
    Index("reason_by_time", "time_us"),
)
call = _table(
    "call",
    _number("call_no"),
    _id("hash"),
    _id("user_id", nullable=True),
    _text("prompt"),
    _text("prompt_version"),
    _text("model"),
    _text("outcome"),
    _text("answer", nullable=True),
    _int("tokens_new"),
    _int("tokens_reused"),
    _int("tokens_out"),
    Column("seconds", Double, nullable=False),
    Column("cost", Double, nullable=False),
    _int("time_us"),
    Index("call_by_hash", "hash"),
    Index("call_by_user", "user_id"),
    numbered=True,
)
job = _table(
    "job",
    _number("job_no"),
    _id("kind"),
    _id("key"),
    _id("user_id", nullable=True),
    _text("payload"),
    _text("input_hash"),
    _text("state"),  # queued, leased, done, failed
    _int("lease_until_us"),
    _int("attempts"),
    _text("error", nullable=True),
    _int("time_us"),  # when it was last queued
    UniqueConstraint("kind", "key", name="job_once"),
    Index("job_by_state", "state", "kind", "job_no"),
    Index("job_by_user", "user_id"),
    numbered=True,
)
failure = _table(
    "failure",
    _number("failure_no"),
    _id("user_id", nullable=True),
    _text("stage"),
    _text("error_type"),
    _text("message"),
    _int("time_us"),
    Index("failure_by_user", "user_id"),
    numbered=True,
)
subject = _table(
    "subject",  # what people and judges judge: a tag, a reason, a feed, two feeds
    _number("subject_no"),
    _id("subject_id"),
    _id("batch"),
    _id("task"),
    _id("user_id", nullable=True),  # whose history it shows
    _int("raters"),  # people whose label is wanted
    _text("shown"),  # JSON: all that a rater sees
    _text("origin"),  # JSON: what made it; never shown to a rater
    _int("time_us"),
    UniqueConstraint("subject_id", name="subject_once"),
    Index("subject_by_batch", "batch", "task"),
    Index("subject_by_user", "user_id"),
    numbered=True,
)
label = _table(
    "label",
    _number("label_no"),
    _id("subject_id"),
    _id("criterion"),
    _id("version"),  # of the criterion's words
    _id("rater"),
    _text("by"),  # person, model
    _id("user_id", nullable=True),  # of the subject
    _text("value"),
    _text("note"),
    _int("time_us"),
    UniqueConstraint("subject_id", "criterion", "version", "rater", name="label_once"),
    Index("label_by_rater", "rater", "time_us"),
    Index("label_by_user", "user_id"),
    numbered=True,
)
judgement = _table(
    "judgement",
    _id("judgement_key", primary=True),  # of subject, person, judge and version
    _id("subject_key"),
    _text("subject_id"),
    _id("user_id", nullable=True),
    _id("task"),
    _id("judge"),
    _id("version"),
    _text("rank"),  # S, A, B; "" where there is none
    Column("score", Double),
    _text("subject"),  # JSON: text and facts
    _text("verdicts"),
    _int("time_us"),
    Index("judgement_by_task", "task", "judge", "version"),
    Index("judgement_by_user", "user_id"),
)
erasure = _table(
    "erasure",
    _number("erasure_no"),
    _id("subject", nullable=True),  # whom to erase; null as soon as the rows are gone
    _text("state"),  # asked, deleted, done
    _text("counts"),
    _int("asked_us"),
    numbered=True,
)

PERSON_TABLES: dict[str, Table] = {
    "profile": profile,
    "events": event,
    "memory": memory,
    "commands": command,
    "replies": reply,
    "slates": slate,
    "traces": trace,
    "understandings": understanding,
    "stages": stage,
    "calls": call,
    "jobs": job,
    "failures": failure,
    "proposals": proposal,
    "subjects": subject,
    "labels": label,
    "reasons": reason,
    "judgements": judgement,
}
"""What is derived from a person, by its name in `export` and `erase`: every table with a `user_id` (a test checks)."""
