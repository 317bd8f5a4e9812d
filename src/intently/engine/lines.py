"""Stored lines put under the items of a slate, and why a line is there. A feed waits for no model: what is stored is
looked up in one query, and where nothing is, the template's line stands.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intently.catalog.snapshot import Snapshot
from intently.engine.worlds import WorldKeeper
from intently.errors import NotFound
from intently.explain.liking import wishes_key
from intently.feed.world import FeedRequest
from intently.journal import Journal, ReasonRow
from intently.nouns import Reason, Slate, SlateItem

__all__ = ["Ground", "Lines", "Why", "item_state", "key_of"]

KEPT_SLATES = 500  # whose reasons are at hand for "why"


@dataclass(frozen=True, slots=True)
class Ground:
    """One piece of what a line rests on, in words. `kind`: as in the reason's evidence."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why a line is under an item. `by`: template, v1 or v2; `interest` and `style` are empty for the template."""

    item_id: str
    title: str
    line: str
    by: str
    grounds: tuple[Ground, ...]
    interest: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What stands under an item, and the row that it came from. `brought`: what the template names, which is why the
    item is there, whatever the line under it speaks of."""

    reason: Reason
    row: ReasonRow | None
    brought: tuple[tuple[str, str], ...] = ()


class Lines:
    """The lines of one store."""

    def __init__(self, journal: Journal, worlds: WorldKeeper) -> None:
        self._journal, self._worlds = journal, worlds
        self._lock = threading.Lock()
        self._shown: OrderedDict[str, dict[str, Told]] = OrderedDict()  # feed id -> item id -> what was told

    def put_on(self, slate: Slate, request: FeedRequest) -> Slate:
        """The slate with stored lines where there are any that hold now; what the person called wrong is not said."""
        rows = self._rows(slate, request)
        told = {item.item_id: self._told(item, rows.get(item.item_id, ()), request) for item in slate.items}
        self._remember(slate.feed_id, told)
        items = tuple(item.model_copy(update={"reason": told[item.item_id].reason}) for item in slate.items)
        return slate.model_copy(update={"items": items})

    def put(self, feed_id: str, item_id: str, row: ReasonRow) -> None:
        """A fresh line is shown under an item of a slate that is on a page already."""
        self._remember(feed_id, {item_id: Told(_reason_of(row), row, self.brought(feed_id, item_id))})

    def brought(self, feed_id: str, item_id: str) -> tuple[tuple[str, str], ...]:
        """What the feed's own rules name for this item (a tag, an event), also where a stored line rests on other
        pieces. Empty for a slate that is not at hand any more."""
        told = self._told_of(feed_id, item_id)
        return told.brought if told is not None else ()

    def why(self, feed_id: str, item_id: str, words: Mapping[tuple[str, str], str]) -> Why:
        """Why the line is there. words: of the template's evidence, by kind and id. Raises NotFound for a slate that is
        not at hand any more."""
        told = self._told_of(feed_id, item_id)
        snapshot = self._worlds.current.world.snapshot
        row = snapshot.row_of(item_id)
        if told is None or row is None:
            raise NotFound("this feed is not at hand any more; reload the page and ask again")
        title, line = snapshot.titles[row], told.reason.text
        if told.row is None:
            named = tuple(Ground(name[0], words.get(name, "")) for name in told.reason.evidence)
            return Why(item_id, title, line, "template", named)
        body = told.row.body
        grounds = tuple(Ground(kind, text) for kind, _, text in body["pieces"])
        return Why(item_id, title, line, body["by"], grounds, body.get("interest", ""), body.get("style", ""))

    def written(self, feed_id: str, item_id: str) -> bool:
        """Whether a stored line stands under this item."""
        told = self._told_of(feed_id, item_id)
        return told is not None and told.row is not None

    def forget(self) -> None:
        """Drop what is at hand: part of erasing a person."""
        with self._lock:
            self._shown.clear()

    def _rows(self, slate: Slate, request: FeedRequest) -> dict[str, list[ReasonRow]]:
        keys = {*request.interests, *(key for item in slate.items if (key := key_of(item.reason)))}
        if not keys or not slate.items:
            return {}
        ids = [item.item_id for item in slate.items]
        found: dict[str, list[ReasonRow]] = {}
        for row in self._journal.reasons.of(request.user_id, ids, keys, request.as_of):
            found.setdefault(row.item_id, []).append(row)
        return found

    def _told(self, item: SlateItem, rows: Sequence[ReasonRow], request: FeedRequest) -> Told:
        asked = key_of(item.reason)
        snapshot = self._worlds.current.world.snapshot
        for row in sorted(rows, key=lambda row: -float(row.body.get("near", 0.0))):
            fits = row.interest_id == asked if asked else row.interest_id in request.interests
            line = str(row.body.get("text", ""))
            if fits and line and (item.item_id, line) not in request.doubts and _unchanged(row, snapshot):
                return Told(_reason_of(row), row, item.reason.evidence)
        if (item.item_id, item.reason.text) in request.doubts:
            return Told(Reason(text=""), None, item.reason.evidence)
        return Told(item.reason, None, item.reason.evidence)

    def _told_of(self, feed_id: str, item_id: str) -> Told | None:
        with self._lock:
            return self._shown.get(feed_id, {}).get(item_id)

    def _remember(self, feed_id: str, told: Mapping[str, Told]) -> None:
        with self._lock:
            self._shown.setdefault(feed_id, {}).update(told)
            self._shown.move_to_end(feed_id)
            while len(self._shown) > KEPT_SLATES:
                self._shown.popitem(last=False)


def key_of(reason: Reason) -> str:
    """The key of the wishes that the template's line answers to; "" where it answers to none."""
    wishes = [key for kind, key in reason.evidence if kind == "preference"]
    return wishes_key(wishes) if wishes else ""


def item_state(snapshot: Snapshot, row: int) -> str:
    """Changes with what a line may say of the item."""
    facets = repr(sorted(snapshot.facets_of(row).items())).encode("utf-8", "surrogatepass")
    return hashlib.sha256(facets + int(snapshot.text_hashes[row]).to_bytes(8, "big")).hexdigest()[:16]


def _unchanged(row: ReasonRow, snapshot: Snapshot) -> bool:
    place = snapshot.row_of(row.item_id)
    return place is not None and row.body.get("item") == item_state(snapshot, place)


def _reason_of(row: ReasonRow) -> Reason:
    """The stored line with what it rests on, and nothing else."""
    pieces = tuple((kind, key) for kind, key, _ in row.body["pieces"])
    return Reason(text=str(row.body["text"]), evidence=pieces)
