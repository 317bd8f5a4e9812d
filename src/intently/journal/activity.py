"""How much each person has done, and how much of it since they were understood: for choosing whom to reason about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, select

from intently.journal.tables import KIND_CODES, event, from_us, to_us, understanding

__all__ = ["Activity", "activities"]


@dataclass(frozen=True, slots=True)
class Activity:
    """Counts are of the kinds and the moment that were asked for."""

    user_id: str
    events: int
    fresh: int  # of these, later than the last understanding
    newest: datetime  # time of the newest event
    understood: datetime | None  # of the last understanding; None: never


def activities(connection: Connection, kinds: Collection[str], until: datetime) -> list[Activity]:
    """Everybody with an event of these kinds, by id; nothing later than `until` counts."""
    now = to_us(until)
    made, done = understanding.c, event.c
    last = select(made.user_id, func.max(made.time_us).label("time_us")).where(made.time_us <= now)
    known = last.group_by(made.user_id).subquery()
    is_fresh = case((done.time_us > func.coalesce(known.c.time_us, -1), 1), else_=0)
    wanted = (
        select(done.user_id, func.count(), func.sum(is_fresh), func.max(done.time_us), func.max(known.c.time_us))
        .select_from(event.outerjoin(known, done.user_id == known.c.user_id))
        .where(and_(done.kind.in_([KIND_CODES[kind] for kind in kinds]), done.time_us <= now))
        .group_by(done.user_id)
        .order_by(done.user_id)
    )
    return [
        Activity(user_id, events, int(fresh), from_us(newest), None if seen is None else from_us(seen))
        for user_id, events, fresh, newest, seen in connection.execute(wanted)
    ]
