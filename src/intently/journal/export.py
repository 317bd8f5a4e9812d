"""A person's rights: everything kept of them in one document, and all of it deleted.

Erasing has three steps, each committed: *asked* (a row that names the person), *deleted* (all rows gone and the name
with them, in one transaction), *done* (no bytes left in SQLite's files). The next opening resumes after a crash.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from intently.journal.events import EVENT_COLUMNS, event_of_row
from intently.journal.slates import trace_of_body
from intently.journal.store import Store
from intently.journal.tables import PERSON_TABLES, erasure, event, from_us, to_us

__all__ = ["FORMAT", "VERSION", "Erased", "erase", "export", "resume"]

FORMAT = "intently.export"
VERSION = 1
JSON_COLUMNS = {
    "profile": ("attributes",),
    "memory": ("state",),
    "commands": ("changes",),
    "replies": ("body",),
    "slates": ("item_ids",),
    "understandings": ("interests", "tags", "personas", "cues", "notes"),
    "stages": ("output",),
    "jobs": ("payload",),
    "subjects": ("shown", "origin"),
    "reasons": ("body",),
    "judgements": ("subject", "verdicts"),
}


@dataclass(frozen=True, slots=True)
class Erased:
    counts: dict[str, int]  # rows deleted, by the names that `export` uses
    forgets: tuple[str, ...]  # what the next snapshot or index will forget, for people


def export(connection: Connection, user_id: str, now: datetime) -> dict[str, Any]:
    """All rows of a person by name, in the order in which they came, as JSON."""
    found = {name: _rows(connection, name, user_id) for name in PERSON_TABLES}
    return {"format": FORMAT, "version": VERSION, "user_id": user_id, "time": now.isoformat()} | found


def erase(store: Store, user_id: str, now: datetime) -> Erased:
    """Delete everything of a person; on return nothing of it is left in the database's files (see `Store.scrub`)."""
    with store.write() as connection:
        row = {"subject": user_id, "state": "asked", "counts": "{}", "asked_us": to_us(now)}
        number = connection.execute(insert(erasure).returning(erasure.c.erasure_no), row).scalar_one()
    erased = _delete(store, number, user_id)
    _scrub(store)
    return erased


def resume(store: Store) -> int:
    """Finish what a crash interrupted; returns how many erasures that were."""
    with store.read() as connection:
        pending = connection.execute(select(erasure).where(erasure.c.state != "done")).all()
    for row in pending:
        if row.state == "asked":
            _delete(store, row.erasure_no, row.subject)
    if pending:
        _scrub(store)
    return len(pending)


def _delete(store: Store, number: int, user_id: str) -> Erased:
    with store.write() as connection:
        items_forgotten = connection.execute(
            select(func.count()).where(event.c.user_id == user_id, event.c.item_id.is_not(None))
        ).scalar_one()
        counts = {
            name: connection.execute(delete(table).where(table.c.user_id == user_id)).rowcount
            for name, table in PERSON_TABLES.items()
        }
        done = {"subject": None, "state": "deleted", "counts": json.dumps(counts)}
        connection.execute(update(erasure).where(erasure.c.erasure_no == number).values(done))
    return Erased(counts, tuple(_forgets(items_forgotten)))


def _forgets(events: int) -> Iterable[str]:
    if events:
        yield f"popularity and neighbour counts of {events} event{'s' if events > 1 else ''}"


def _scrub(store: Store) -> None:
    """Leave no bytes of deleted rows behind, then close the records of what was deleted before."""
    deleted = select(erasure.c.erasure_no).where(erasure.c.state == "deleted")
    with store.read() as connection:
        numbers = connection.execute(deleted).scalars().all()
    store.scrub(PERSON_TABLES.values())
    with store.write() as connection:
        connection.execute(update(erasure).where(erasure.c.erasure_no.in_(numbers)).values(state="done"))


def _rows(connection: Connection, name: str, user_id: str) -> Any:
    table = PERSON_TABLES[name]
    columns = EVENT_COLUMNS if table is event else table.columns
    wanted = select(*columns).where(table.c.user_id == user_id).order_by(*table.primary_key.columns)
    rows = [_document(name, row) for row in connection.execute(wanted)]
    return rows if name != "profile" else (rows[0] if rows else None)


def _document(name: str, row: Row[Any]) -> dict[str, Any]:
    """One row for people and programs: names as in the API, times RFC 3339, JSON unpacked."""
    if name == "events":
        return event_of_row(row).model_dump(mode="json")
    fields = dict(row._mapping)
    for column in [name for name in fields if name.endswith("_us")]:
        fields[column.removesuffix("_us")] = from_us(fields.pop(column)).isoformat()
    for column in JSON_COLUMNS.get(name, ()):
        fields[column] = json.loads(fields[column])
    return fields | {"body": trace_of_body(fields["body"])} if name == "traces" else fields
