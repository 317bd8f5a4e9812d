"""A ceiling beside *true conditions + our ranker*: the true conditions, then the plainest taste there is.

Every declared condition that an item meets outweighs all the rest; words of the text are searched for; among equals
popularity and item-kNN decide. What it passes beyond our ranker is what our ranking gives away, not our reading.
"""

from dataclasses import dataclass, field

import numpy as np

from intently.evaluate.commands.baselines.lexical import Bm25Config
from intently.evaluate.commands.baselines.retrieval import Searcher, shared_searchers
from intently.evaluate.commands.baselines.shelf import Scores
from intently.evaluate.commands.case import Case, Ground, Kind, Shown, Truth, Wanted

__all__ = ["TrueTaste"]

MET, WORDS, POPULARITY, NEIGHBOURS = 10.0, 0.5, 1.0, 0.5  # weights: a condition met outweighs all the rest


@dataclass(frozen=True)
class TrueTaste:
    """The row of the table."""

    name: str = "true conditions + popularity and item-kNN"
    kind: Kind = "ceiling"

    def start(self, ground: Ground, case: Case) -> "Knowing":
        searcher = shared_searchers(Bm25Config()).of(ground)
        shelf = searcher.shelf
        taste = POPULARITY * shelf.popular + NEIGHBOURS * shelf.neighbours(case.user_id)
        return Knowing(searcher, taste, case.user_id)


@dataclass
class Knowing:
    """A session that is told what was meant."""

    searcher: Searcher
    taste: Scores
    user_id: str
    hidden: set[str] = field(default_factory=set)
    shown: tuple[str, ...] = ()

    def open(self) -> Shown:
        return self._show(Truth(()))

    def say(self, text: str, truth: Truth) -> Shown:
        if truth.others:
            self.hidden.update(self.shown)
        return self._show(truth)

    def _show(self, truth: Truth) -> Shown:
        shelf = self.searcher.shelf
        scores = self.taste + sum((self._part(want) for want in truth.conditions), np.zeros(len(shelf.item_ids)))
        self.shown = shelf.best(scores, shelf.unseen(self.user_id), self.hidden)
        return Shown(self.shown, by="truth")

    def _part(self, want: Wanted) -> Scores:
        shelf = self.searcher.shelf
        if want.origin != "facet":
            return (-WORDS if want.condition.avoid else WORDS) * self.searcher.index.scores(want.said)
        met = shelf.ground.oracle.all_meeting(want.condition)
        return MET * np.array([item_id in met for item_id in shelf.item_ids], dtype=np.float64)
