"""Rows without a model: random tags, popularity, the person's own categories, item-kNN's, and a tagger by facets.

Each is as strong as it can simply be made, and knows what is predicted: something new to the person. Categories of
popularity and item-kNN are ordered by the summed score of their items; where item-kNN knows too little, popularity
fills up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.config import RetrieveConfig
from intently.evaluate.facet_tagger import facet_tags
from intently.evaluate.understanding.cases import Case, history_of
from intently.evaluate.understanding.found import DEPTH, TAGS, Found, Told, new_items, of_tags
from intently.evaluate.understanding.ground import Ground
from intently.evaluate.understanding.mapping import Mapped, short_texts
from intently.retrieve.index import BehaviourIndex
from intently.retrieve.live import IndexBuilder
from intently.retrieve.neighbours import Neighbours
from intently.retrieve.popularity import Popularity
from intently.retrieve.request import Allowed, RetrievalRequest
from intently.retrieve.semantic import Semantic

__all__ = ["FLOORS", "Moment", "Past"]

DRAWN = 300  # items whose kinds are random tags
LONGEST = 60  # categories that a row ranks: twice what is judged, for unions


@dataclass(frozen=True)
class Moment:
    """What a row may know of one case: the set, and everybody's behaviour before the cut."""

    ground: Ground
    case: Case
    index: BehaviourIndex
    phi: Mapped
    config: RetrieveConfig
    seed: int

    @property
    def request(self) -> RetrievalRequest:
        return RetrievalRequest(self.case.user_id, self.case.cut, history_of(self.ground, self.case), self.seed)


class Past:
    """Everybody's events before a moment that moves on. Where things come back, only a first time counts: what is
    predicted is a first time, and counts of it predict that better than counts of milk do."""

    def __init__(self, ground: Ground, phi: Mapped, config: RetrieveConfig, seed: int) -> None:
        self.ground, self.phi, self.config, self.seed = ground, phi, config, seed
        origin = float(ground.log.times[0]) if len(ground.log) else 0.0
        self._builder = IndexBuilder(len(ground.snapshot), ground.spec, config, origin)
        self._had: set[tuple[int, int]] = set()
        self._position = 0

    def at(self, case: Case) -> Moment:
        """The moment of a case; cases come in the order of their cuts."""
        log = self.ground.log
        for position in range(self._position, case.position):
            user, row = int(log.users[position]), int(log.rows[position])
            if (user, row) not in self._had:
                self._had.add((user, row))
                self._builder.add(user, row, float(log.times[position]))
        self._position = max(self._position, case.position)
        return Moment(self.ground, case, self._builder.view(), self.phi, self.config, self.seed)


def random_tags(moment: Moment) -> Found:
    """The kinds of items drawn at random, as tags: out of a sample of DRAWN items, the same for everybody."""
    ground = moment.ground
    sample = np.random.default_rng(moment.seed).permutation(len(ground.items))[:DRAWN]
    told: dict[str, None] = {}
    for row in np.random.default_rng([moment.seed, moment.case.user]).permutation(sample).tolist():
        text = short_texts(ground.items[row], ground).get("facets", "")
        if text and len(told) < TAGS:
            told.setdefault(text)
    return of_tags([Told(text) for text in told], ground, moment.case, moment.phi)


def popularity(moment: Moment) -> Found:
    """What everybody took lately."""
    rows, scores = _popular(moment)
    return Found(_by_sum(moment.ground, rows, scores), tuple(rows[:DEPTH].tolist()))


def own_categories(moment: Moment) -> Found:
    """The categories of what the person liked, the newest weighing most; items near to those in meaning."""
    ground, request = moment.ground, moment.request
    liked = request.history.rows[request.history.liked][::-1]
    weights: npt.NDArray[np.float64] = np.power(0.98, np.arange(len(liked), dtype=np.float64))
    allowed = Allowed(new_items(ground, moment.case))
    near = Semantic(np.asarray(ground.snapshot.vectors)).retrieve(request, allowed, DEPTH)
    return Found(_by_sum(ground, liked, weights), tuple(near.rows.tolist()))


def item_knn(moment: Moment) -> Found:
    """What the same people took who took this person's recent items, then what everybody took."""
    allowed = Allowed(new_items(moment.ground, moment.case))
    source = Neighbours(moment.index.neighbours, moment.config.recent_items)
    near = source.retrieve(moment.request, allowed, allowed.count)
    popular, _ = _popular(moment)
    rest = popularity(moment).categories
    categories = dict.fromkeys([*_by_sum(moment.ground, near.rows, near.scores.astype(np.float64)), *rest])
    items = dict.fromkeys([*near.rows.tolist(), *popular[:DEPTH].tolist()])
    return Found(tuple(categories)[:LONGEST], tuple(items)[:DEPTH])


def facets(moment: Moment) -> Found:
    """Tags without a model: the terms and pairs of terms that are over-represented in what the person liked, then the
    kinds of the liked items, the newest first."""
    ground, history = moment.ground, moment.request.history
    liked = [ground.snapshot.item_ids[row] for row in history.rows[history.liked][::-1].tolist()]
    told = facet_tags(liked, ground.spec, ground.snapshot, TAGS)
    return of_tags([Told(text) for text in told], ground, moment.case, moment.phi)


FLOORS: Mapping[str, Callable[[Moment], Found]] = {
    "random": random_tags,
    "popularity": popularity,
    "own": own_categories,
    "knn": item_knn,
    "facets": facets,
}


def _popular(moment: Moment) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    allowed = Allowed(new_items(moment.ground, moment.case))
    found = Popularity(moment.index.popularity).retrieve(moment.request, allowed, allowed.count)
    return found.rows, moment.index.popularity.shares(found.rows)


def _by_sum(ground: Ground, rows: npt.NDArray[np.int32], scores: npt.NDArray[np.float64]) -> tuple[int, ...]:
    """Categories by the summed score of these items, the highest first; ties by number."""
    numbers = ground.categories.of[rows]
    known = numbers >= 0
    sums = np.bincount(numbers[known], weights=scores[known], minlength=len(ground.categories))
    order = np.lexsort((np.arange(len(sums)), -sums))[:LONGEST]
    return tuple(int(number) for number in order if sums[number] > 0)
