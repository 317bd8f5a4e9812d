"""Who is known: people with events, a memory or a profile."""

from typing import Literal

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, union_all

from intently.journal.store import upsert
from intently.journal.tables import event, memory, meta, profile

__all__ = ["find_meta", "has_user", "set_meta", "user_ids"]

LAST = "\U0010ffff"  # sorts behind every character that an id may hold


def user_ids(
    connection: Connection, *, prefix: str = "", limit: int | None = 50, order: Literal["events", "id"] = "events"
) -> list[tuple[str, int]]:
    """People whose id begins with `prefix`, each with the number of their events: most events first, or by id."""
    known = union_all(
        _of_prefix(select(event.c.user_id, func.count().label("n")).group_by(event.c.user_id), event.c.user_id, prefix),
        _of_prefix(select(memory.c.user_id, literal(0).label("n")).distinct(), memory.c.user_id, prefix),
        _of_prefix(select(profile.c.user_id, literal(0).label("n")), profile.c.user_id, prefix),
    ).subquery()
    count = func.sum(known.c.n)
    by = (count.desc(), known.c.user_id) if order == "events" else (known.c.user_id,)
    wanted = select(known.c.user_id, count).group_by(known.c.user_id).order_by(*by).limit(limit)
    return [(user_id, int(events)) for user_id, events in connection.execute(wanted)]


def has_user(connection: Connection, user_id: str) -> bool:
    """Whether anything is known of this person."""
    return any(
        connection.execute(select(table.c.user_id).where(table.c.user_id == user_id).limit(1)).first() is not None
        for table in (event, memory, profile)
    )


def find_meta(connection: Connection, key: str) -> str | None:
    """A note about the store itself, such as when its demo data was imported."""
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def set_meta(connection: Connection, key: str, value: str) -> None:
    upsert(connection, meta, [{"key": key, "value": value}])


def _of_prefix(wanted: Select[tuple[str, int]], user: ColumnElement[str], prefix: str) -> Select[tuple[str, int]]:
    return wanted.where(user >= prefix, user < prefix + LAST) if prefix else wanted
