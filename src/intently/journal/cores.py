"""Core attributes of items, as a language model chose them: one row an item, with the hash of what it was asked."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from intently.journal.store import upsert
from intently.journal.tables import core, to_us

__all__ = ["cores_of", "put_core"]

PAGE = 500  # ids in one statement


def put_core(connection: Connection, item_id: str, input_hash: str, text: str, time: datetime) -> None:
    """Keep an item's core; an earlier one of the same item goes."""
    row = {"item_id": item_id, "input_hash": input_hash, "text": text, "time_us": to_us(time)}
    upsert(connection, core, [row])


def cores_of(connection: Connection, item_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Hash and text of those of these items that have one."""
    found: dict[str, tuple[str, str]] = {}
    wanted = list(dict.fromkeys(item_ids))
    for start in range(0, len(wanted), PAGE):
        page = wanted[start : start + PAGE]
        rows = connection.execute(
            select(core.c.item_id, core.c.input_hash, core.c.text).where(core.c.item_id.in_(page))
        )
        found.update({row.item_id: (row.input_hash, row.text) for row in rows})
    return found
