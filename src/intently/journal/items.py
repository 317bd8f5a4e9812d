"""Items: the rows that are the truth of the catalogue, and the revision that says when a snapshot is stale."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, bindparam, delete, func, select, update

from intently.journal.store import Store, upsert
from intently.journal.tables import counter, item
from intently.nouns import Item

__all__ = ["count_items", "delete_item", "find_item", "find_items", "item_revision", "put_items", "walk_items"]

REVISION = "item_revision"
PAGE = 2000  # items read in one unit of work
# Statements of a change of price or stock, made once: making them took most of its time.
FOUND = select(item.c.body).where(item.c.item_id.in_(bindparam("ids", expanding=True)))
MOVED = (
    update(counter).where(counter.c.name == REVISION).values(value=counter.c.value + bindparam("by"))
    .returning(counter.c.value)
)  # fmt: skip


def put_items(connection: Connection, items: Iterable[Item]) -> int:
    """Add or replace items; returns the item revision, which rises if any of them is new or differs."""
    revision = _next_revision(connection)
    changed, rest = 0, iter(items)
    while page := list(islice(rest, PAGE)):
        rows = {one.item_id: one.model_dump_json() for one in page}  # an item twice in one page: the last one holds
        changed += upsert(
            connection,
            item,
            [{"item_id": item_id, "body": body, "revision": revision} for item_id, body in rows.items()],
            unless_same="body",
        )
    return revision if changed else _step_back(connection)


def delete_item(connection: Connection, item_id: str) -> int:
    """Take an item out of the catalogue; its events stay. Returns the item revision, which rises if it was there."""
    revision = _next_revision(connection)
    gone = connection.execute(delete(item).where(item.c.item_id == item_id)).rowcount
    return revision if gone else _step_back(connection)


def find_item(connection: Connection, item_id: str) -> Item | None:
    return find_items(connection, [item_id]).get(item_id)


def find_items(connection: Connection, item_ids: Sequence[str]) -> dict[str, Item]:
    """Those of these items that there are, by id."""
    found: dict[str, Item] = {}
    for first in range(0, len(item_ids), PAGE):
        bodies = connection.execute(FOUND, {"ids": list(item_ids[first : first + PAGE])}).scalars()
        found |= {one.item_id: one for one in map(Item.model_validate_json, bodies)}
    return found


def walk_items(store: Store) -> Iterator[Item]:
    """All items in order of first arrival, a page at a time, so that no transaction stays open while they are used.

    A change between two pages shows in `item_revision`: read that first, and compare when done.
    """
    last = 0
    while True:
        page = select(item.c.arrival, item.c.body).where(item.c.arrival > last).order_by(item.c.arrival).limit(PAGE)
        with store.read() as connection:
            rows = connection.execute(page).all()
        if not rows:
            return
        for arrival, body in rows:
            last = arrival
            yield Item.model_validate_json(body)


def item_revision(connection: Connection) -> int:
    """Rises with every change of an item; 0 before the first."""
    return connection.execute(select(counter.c.value).where(counter.c.name == REVISION)).scalar() or 0


def count_items(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(item)).scalar_one()


def _next_revision(connection: Connection) -> int:
    """Take the next number. The row stays locked to the end of the transaction, so two writers never share one."""
    revision: int = connection.execute(MOVED, {"by": 1}).scalar_one()
    return revision


def _step_back(connection: Connection) -> int:
    """Nothing changed: give the number back."""
    revision: int = connection.execute(MOVED, {"by": -1}).scalar_one()
    return revision
