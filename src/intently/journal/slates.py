"""What was shown, and the trace of how it came to be."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from intently.journal.store import upsert
from intently.journal.tables import from_us, slate, to_us, trace

__all__ = [
    "SlateRow",
    "find_slate",
    "find_trace",
    "last_slate",
    "newest_slates",
    "pack",
    "prune_traces",
    "put_slate",
    "put_trace",
    "slate_times",
    "slates_at",
    "slates_between",
    "trace_of_body",
]


@dataclass(frozen=True, slots=True)
class SlateRow:
    feed_id: str
    user_id: str
    client: str
    surface: str
    time: datetime
    item_ids: tuple[str, ...]  # in order of position


def put_slate(
    connection: Connection,
    feed_id: str,
    user_id: str,
    client: str,
    surface: str,
    time: datetime,
    item_ids: Sequence[str],
) -> None:
    """Keep what was shown under this feed id; the same feed id again replaces it."""
    row = {"feed_id": feed_id, "user_id": user_id, "client": client, "surface": surface}
    upsert(connection, slate, [row | {"time_us": to_us(time), "item_ids": json.dumps(list(item_ids))}])


def find_slate(connection: Connection, feed_id: str) -> SlateRow | None:
    row = connection.execute(select(slate).where(slate.c.feed_id == feed_id)).first()
    return None if row is None else _slate_of(row)


def newest_slates(connection: Connection, limit: int) -> list[SlateRow]:
    """The newest slates of everybody, the newest first."""
    rows = connection.execute(select(slate).order_by(slate.c.slate_no.desc()).limit(limit))
    return [_slate_of(row) for row in rows]


def last_slate(connection: Connection, user_id: str, client: str) -> SlateRow | None:
    """The newest slate that this client showed to this person."""
    wanted = select(slate).where(slate.c.user_id == user_id, slate.c.client == client)
    row = connection.execute(wanted.order_by(slate.c.time_us.desc(), slate.c.slate_no.desc()).limit(1)).first()
    return None if row is None else _slate_of(row)


def slates_between(
    connection: Connection, user_id: str, client: str, first: datetime, before: datetime, limit: int
) -> list[SlateRow]:
    """The newest slates that this client showed to this person from `first` on and earlier than `before`, ascending."""
    theirs = select(slate).where(slate.c.user_id == user_id, slate.c.client == client)
    inside = theirs.where(slate.c.time_us >= to_us(first), slate.c.time_us < to_us(before))
    found = connection.execute(inside.order_by(slate.c.time_us.desc(), slate.c.slate_no.desc()).limit(limit))
    return [_slate_of(row) for row in reversed(found.all())]


def slates_at(connection: Connection, user_id: str, moments: Sequence[datetime]) -> list[SlateRow]:
    """The slates that were shown to this person at exactly these times."""
    wanted = select(slate).where(slate.c.user_id == user_id, slate.c.time_us.in_([to_us(time) for time in moments]))
    return [_slate_of(row) for row in connection.execute(wanted.order_by(slate.c.slate_no))]


def slate_times(connection: Connection, user_id: str, client: str, limit: int) -> list[datetime]:
    """Times of the newest slates that this client showed to this person, ascending."""
    wanted = select(slate.c.time_us).where(slate.c.user_id == user_id, slate.c.client == client)
    found = connection.execute(wanted.order_by(slate.c.time_us.desc()).limit(limit)).scalars()
    return [from_us(moment) for moment in reversed(list(found))]


def put_trace(connection: Connection, feed_id: str, user_id: str, time: datetime, body: bytes) -> None:
    """Keep a packed trace (`pack`); the same feed id again replaces it."""
    upsert(connection, trace, [{"feed_id": feed_id, "user_id": user_id, "time_us": to_us(time), "body": body}])


def find_trace(connection: Connection, feed_id: str) -> Any | None:
    """The trace as it was given; None if there is none, or it was pruned."""
    body = connection.execute(select(trace.c.body).where(trace.c.feed_id == feed_id)).scalar()
    return None if body is None else trace_of_body(body)


def prune_traces(connection: Connection, before: datetime) -> int:
    """Forget traces older than this; returns how many."""
    return connection.execute(delete(trace).where(trace.c.time_us < to_us(before))).rowcount


def pack(body: Any) -> bytes:
    """JSON, compressed at level 1: a trace of 1,000 candidates takes about a millisecond, outside any transaction."""
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 1)


def trace_of_body(body: bytes) -> Any:
    return json.loads(zlib.decompress(body))


def _slate_of(row: Row[Any]) -> SlateRow:
    return SlateRow(
        row.feed_id, row.user_id, row.client, row.surface, from_us(row.time_us), tuple(json.loads(row.item_ids))
    )
