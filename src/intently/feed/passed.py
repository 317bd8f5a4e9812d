"""What a person saw and passed over: shown for what is still wanted, left untouched, and then more was said.

Who reads ten titles and types another sentence has told of these ten that none was it. They are not hidden ("something
else" hides); they count for less among items that meet the same wishes, so that every sentence brings new ones
(impression discounting: Lee, Lakshmanan, Tiwari & Shah, KDD 2014). Only slates that answered a sentence count, and only
while what they were made for is wanted: the opening feed is often not read, and who wants something else now may want
what was passed over then. While nobody speaks the same feed is the same, praise and what was not understood change
nothing, and undo brings the slate back that it was.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

__all__ = ["ShownSlate", "passed_over"]


class ShownSlate(Protocol):
    @property
    def time(self) -> datetime: ...

    @property
    def item_ids(self) -> tuple[str, ...]: ...


def passed_over(slates: Iterable[ShownSlate], touched: Mapping[str, datetime]) -> Mapping[str, int]:
    """How many of these slates showed an item that was not touched since.

    `slates`: of one client, from the oldest preference of the session that is in force to before the newest; `touched`:
    when the person last opened, rated or bought an item.
    """
    counts: Counter[str] = Counter()
    for slate in slates:
        counts.update(
            item_id for item_id in set(slate.item_ids) if not _touched_since(slate.time, touched.get(item_id))
        )
    return dict(sorted(counts.items()))


def _touched_since(shown: datetime, touched: datetime | None) -> bool:
    return touched is not None and touched >= shown
