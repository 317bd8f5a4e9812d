"""What each browser has on its screen, so that a page can say what a change took away and brought."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Changed", "Screens", "Titles"]

KEPT = 2000  # screens; the one not seen for longest goes
Titles = tuple[tuple[str, str], ...]  # (item_id, title) in order


@dataclass(frozen=True, slots=True)
class Changed:
    """What left the screen, and what came to it."""

    left: Titles
    came: Titles


class Screens:
    """The last slate by (store, person, client). Safe from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, str], Titles] = OrderedDict()

    def put(self, key: tuple[str, str, str], items: Sequence[tuple[str, str]]) -> Changed | None:
        """Remember what is shown now; None when nothing was shown before."""
        now = tuple(items)
        with self._lock:
            before = self._kept.get(key)
            self._kept[key] = now
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return None if before is None else _difference(before, now)

    def forget(self, store: str, user_id: str) -> None:
        with self._lock:
            for key in [key for key in self._kept if key[:2] == (store, user_id)]:
                del self._kept[key]


def _difference(before: Titles, now: Titles) -> Changed:
    old, new = {item_id for item_id, _ in before}, {item_id for item_id, _ in now}
    return Changed(
        tuple(pair for pair in before if pair[0] not in new),
        tuple(pair for pair in now if pair[0] not in old),
    )
