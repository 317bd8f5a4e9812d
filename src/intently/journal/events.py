"""Events: appended, never changed, each once; read back as objects for a person or as columns for an index."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Select, func, select

from intently.errors import DataError
from intently.journal.store import Store, insert_new
from intently.journal.tables import KIND_CODES, KINDS, event, from_us, to_us
from intently.nouns import Event

__all__ = [
    "EVENT_COLUMNS",
    "Appended",
    "EventColumns",
    "append",
    "count_events",
    "event_columns",
    "event_of_row",
    "events_of",
    "last_event_time",
]

GIVEN = (
    "event_id", "user_id", "kind", "time_us", "item_id", "query", "value", "quantity", "price", "order_id", "feed_id",
    "position", "surface",
)  # fmt: skip
EVENT_FIELDS = tuple(Event.model_fields)
_ALL_SET = set(EVENT_FIELDS)
EVENT_COLUMNS = [event.c["time_us" if name == "time" else name] for name in EVENT_FIELDS]
CHUNK = 20_000  # events in one transaction: other writers wait for no more than this


@dataclass(frozen=True, slots=True)
class Appended:
    new: int
    repeated: int  # known already, and left as they were


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Events about items as columns of equal length n, ordered by (time, seq); codes point into the lists of ids."""

    user_ids: list[str]  # in order of first arrival
    users: npt.NDArray[np.int32]
    item_ids: list[str]  # in order of first arrival; may name items that the catalogue no longer has
    items: npt.NDArray[np.int32]
    times: npt.NDArray[np.float64]  # seconds since 1970 UTC
    values: npt.NDArray[np.float64]  # NaN = none
    kinds: npt.NDArray[np.int8]  # places in journal.KINDS
    seqs: npt.NDArray[np.int64]


def append(store: Store, events: Iterable[Event]) -> Appended:
    """Keep events in the order given, each once by its `event_id`. `seq` of what comes in is not looked at.

    Committed in chunks: what `append` returned from is safe, and after a crash the same call again adds only the rest.
    Raises DataError for text that PostgreSQL cannot hold (NUL), on either database.
    """
    new = total = 0
    rows = map(_row_of, events)
    while chunk := list(islice(rows, CHUNK)):
        with store.write() as connection:
            new += insert_new(connection, event, GIVEN, chunk)
        total += len(chunk)
    return Appended(new, total - new)


def events_of(
    connection: Connection,
    user_id: str,
    *,
    kinds: Collection[str] | None = None,
    until: datetime | None = None,
    newest: int | None = None,
) -> list[Event]:
    """A person's events, ascending by (time, seq); nothing later than `until`; only the `newest` k of them."""
    wanted: Select[Any] = select(*EVENT_COLUMNS).where(event.c.user_id == user_id)
    wanted = _until(_of_kinds(wanted, kinds), until).order_by(event.c.time_us.desc(), event.c.seq.desc())
    return [event_of_row(row) for row in reversed(_driver_rows(connection, wanted.limit(newest)))]


def event_columns(
    connection: Connection, kinds: Collection[str], *, since: datetime | None = None, until: datetime | None = None
) -> EventColumns:
    """All events about items of these kinds, nothing earlier than `since` or later than `until`, as columns."""
    c = event.c
    wanted: Select[Any] = select(c.seq, c.user_id, c.item_id, c.time_us, c.value, c.kind).where(c.item_id.is_not(None))
    wanted = _until(_of_kinds(wanted, kinds), until).order_by(c.seq)
    if since is not None:
        wanted = wanted.where(c.time_us >= to_us(since))
    users: dict[str, int] = {}
    items: dict[str, int] = {}
    parts = [_part(rows, users, items) for rows in _pages(connection, wanted)]
    return _columns(parts, users, items)


def _pages(connection: Connection, wanted: Select[Any]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Rows as the driver gives them, whose first column is `seq`, a page at a time: never all of them in memory."""
    last = 0
    while True:
        rows = _driver_rows(connection, wanted.where(event.c.seq > last).limit(CHUNK))
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def last_event_time(connection: Connection) -> datetime | None:
    newest = connection.execute(select(func.max(event.c.time_us))).scalar()
    return None if newest is None else from_us(newest)


def count_events(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(event)).scalar_one()


def event_of_row(row: Sequence[Any]) -> Event:
    """The event of a row of EVENT_COLUMNS, as it was given, with its `seq`.

    It was validated on its way in, so it is restored as pydantic restores a copy, without model_construct: a history is
    read for every request.
    """
    fields = dict(zip(EVENT_FIELDS, row, strict=True))
    fields["kind"], fields["time"] = KINDS[fields["kind"]], from_us(fields["time"])
    event_ = Event.__new__(Event)
    restored = {"__dict__": fields, "__pydantic_fields_set__": _ALL_SET}
    event_.__setstate__({**restored, "__pydantic_extra__": None, "__pydantic_private__": None})
    return event_


def _row_of(one: Event) -> tuple[Any, ...]:
    """Values of the columns GIVEN."""
    if "\0" in (one.query or "") or "\0" in (one.surface or ""):
        raise DataError(f"event {one.event_id}: its text holds a NUL character. Strip it at the source.")
    kind, time_us = KIND_CODES[one.kind], to_us(one.time)
    about = (one.event_id, one.user_id, kind, time_us, one.item_id, one.query, one.value, one.quantity, one.price)
    return (*about, one.order_id, one.feed_id, one.position, one.surface)


def _driver_rows(connection: Connection, wanted: Select[Any]) -> Sequence[tuple[Any, ...]]:
    """Rows as the driver gives them: SQLAlchemy's own Row objects would double the time of a long answer."""
    with connection.execute(wanted) as result:
        return result.cursor.fetchall()


def _of_kinds(wanted: Select[Any], kinds: Collection[str] | None) -> Select[Any]:
    return wanted if kinds is None else wanted.where(event.c.kind.in_([KIND_CODES[kind] for kind in kinds]))


def _until(wanted: Select[Any], until: datetime | None) -> Select[Any]:
    return wanted if until is None else wanted.where(event.c.time_us <= to_us(until))


def _part(
    rows: Sequence[tuple[Any, ...]], users: dict[str, int], items: dict[str, int]
) -> tuple[npt.NDArray[Any], ...]:
    """One page of rows as arrays; new ids get the next code."""
    seqs, user_ids, item_ids, times, values, kinds = zip(*rows, strict=True)
    return (
        np.array(_codes(user_ids, users), np.int32),
        np.array(_codes(item_ids, items), np.int32),
        np.array(times, np.int64),
        np.array(values, np.float64),  # None becomes NaN
        np.array(kinds, np.int8),
        np.array(seqs, np.int64),
    )


def _codes(ids: Sequence[str], known: dict[str, int]) -> list[int]:
    return [known.setdefault(one, len(known)) for one in ids]


def _columns(parts: list[tuple[npt.NDArray[Any], ...]], users: dict[str, int], items: dict[str, int]) -> EventColumns:
    types = (np.int32, np.int32, np.int64, np.float64, np.int8, np.int64)
    user, thing, times_us, values, kinds, seqs = (
        np.concatenate(column) if column else np.empty(0, kind)
        for column, kind in zip(list(zip(*parts, strict=True)) or [()] * 6, types, strict=True)
    )
    order = np.argsort(times_us, kind="stable")  # rows came by seq, so equal times stay in that order
    return EventColumns(
        user_ids=list(users),
        users=user[order],
        item_ids=list(items),
        items=thing[order],
        times=times_us[order] / 1e6,
        values=values[order],
        kinds=kinds[order],
        seqs=seqs[order],
    )
