"""The shelf that every baseline picks from: the items that a person has not seen, popular ones first.

What a baseline scores it hands to `Shelf.best`; what it scores alike, or nothing at all, stays in order of popularity.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from intently.engine.people import person_of
from intently.evaluate.commands.case import Ground
from intently.feed.world import World
from intently.nouns import History
from intently.retrieve.ranking import DECIMALS
from intently.retrieve.request import Mask, RetrievalRequest, Retriever

__all__ = ["SLATE", "PerGround", "Scores", "Shelf"]

SLATE = 10  # items of a slate
Scores = npt.NDArray[np.float64]  # (items,): higher is better
T = TypeVar("T")


class PerGround(Generic[T]):
    """What a system makes once for a ground: an index, a table. Kept for the newest ground alone."""

    def __init__(self, make: Callable[[Ground], T]) -> None:
        self._make = make
        self._made: tuple[Ground, T] | None = None

    def of(self, ground: Ground) -> T:
        if self._made is None or self._made[0] is not ground:
            self._made = (ground, self._make(ground))
        return self._made[1]


@dataclass(frozen=True)
class Shelf:
    """The items of a ground as rows, as they stood when its sessions take place."""

    ground: Ground

    @cached_property
    def world(self) -> World:
        return self.ground.engine.worlds.at(self.ground.as_of)

    @property
    def item_ids(self) -> tuple[str, ...]:
        return self.world.snapshot.item_ids

    @cached_property
    def popular(self) -> Scores:
        """Recent popularity (half-life of the catalogue) as a share of the largest; where nothing happened lately, a
        trace of what was wanted ever decides."""
        return self._share("popularity") + self._share("lasting") * 10.0 ** (1 - DECIMALS)

    @cached_property
    def lasting(self) -> Scores:
        """log(1 + events ever) as a share of the largest."""
        return self._share("lasting")

    def neighbours(self, user_id: str) -> Scores:
        """Item-kNN over the person's newest items, as a share of the best item's: the product's own source, which finds
        more than the plain cosine of the last five (docs/results/feed.md)."""
        return self._share("neighbours", user_id)

    def scored_by(self, source: Retriever, user_id: str) -> Scores:
        """What a source says of every item for this person, or for nobody."""
        request = RetrievalRequest(user_id, self.ground.as_of.timestamp(), self._history(user_id))
        return source.score(request, np.arange(len(self.item_ids), dtype=np.int32)).astype(np.float64)

    def unseen(self, user_id: str) -> Mask:
        """The available items that the person has not seen."""
        allowed = np.array(self.world.snapshot.available)
        rows = map(self.world.snapshot.row_of, self.ground.seen.get(user_id, frozenset()))
        allowed[[row for row in rows if row is not None]] = False
        return allowed

    def best(self, scores: Scores, allowed: Mask, hidden: Collection[str] = (), k: int = SLATE) -> tuple[str, ...]:
        """The `k` best allowed item ids; ties by popularity, then by row. hidden: item ids that are left out too."""
        rows = np.flatnonzero(allowed)
        order = rows[np.lexsort((rows, -self.popular[rows], -np.round(scores[rows], DECIMALS)))]
        found = (self.item_ids[row] for row in order.tolist())
        return tuple(islice((item_id for item_id in found if item_id not in hidden), k))

    def _share(self, source: str, user_id: str = "") -> Scores:
        found = next((each for each in self.world.sources if each.name == source), None)
        return np.zeros(len(self.item_ids)) if found is None else self.scored_by(found, user_id)

    def _history(self, user_id: str) -> History:
        store = self.ground.engine.store
        events = store.journal.events_of(user_id, kinds=store.spec.history_kinds, until=self.ground.as_of)
        return person_of(events, store.spec, self.world.snapshot).history
