"""What the page says of a slate that has changed."""

from datetime import UTC, datetime

from intently.nouns import Removed, RemovedItem, Slate
from intently.serve.pages.parts import changed_part
from intently.serve.pages.shown import Screens

BEFORE = (("f1", "Fargo"), ("f2", "Heat"), ("f3", "Alien"))
AFTER = (("f3", "Alien"), ("f4", "Jaws"))


def slate_without(*ids: str) -> Slate:
    items = tuple(RemovedItem(item_id=item_id, by="p1") for item_id in ids)
    removed = Removed(counts={"p1": len(ids)} if ids else {}, items=items)
    return Slate(feed_id="now", as_of=datetime.now(UTC), items=(), removed=removed)


def test_titles_that_left_are_counted_apart_from_those_that_only_moved_down() -> None:
    screens = Screens()
    assert screens.put(("films", "ann", "page"), BEFORE) is None
    changed = screens.put(("films", "ann", "page"), AFTER)
    for removed, later in ((("f1",), 1), (("f1", "f2"), 0), ((), 2), (("f9",), 2)):
        part = changed_part(changed, slate_without(*removed), [])
        assert part is not None
        assert (part["left"], part["came"]) == (["Fargo", "Heat"], ["Jaws"])
        assert part["later"] == later
