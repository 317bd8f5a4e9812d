"""The fused sources as a page: the candidates of `fused-sequence` in the order that the feed's Diversifier gives them.

Taste is what the Aggregator makes of the base score where nothing was wished: its share of the highest, up to TASTE.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from intently.config import Config
from intently.evaluate.retrieval.folds import Fold, Moment
from intently.evaluate.retrieval.fused import SLATE, FusedRanker, FusedSources
from intently.feed.eligibility import Eligible
from intently.feed.tools import TOOLS, Diversifier, Pool, Scene, run_tool
from intently.feed.tools.aggregator import TASTE
from intently.feed.tools.nearness import by_highest
from intently.feed.wishes import Wishes
from intently.feed.world import FeedRequest, World
from intently.retrieve.request import Rows

__all__ = ["Diversified", "DiversifiedRanker"]


@dataclass(frozen=True)
class DiversifiedRanker:
    fused: FusedRanker
    config: Config

    def rank(self, moment: Moment, k: int) -> Rows:
        found = self.fused.found(moment)
        pack = self.fused.fold.pack
        world = World(pack.spec, pack.snapshot, self.fused.sources(moment), found.weights, config=self.config)
        request = FeedRequest("", "", datetime.fromtimestamp(moment.request.as_of, UTC))
        wanted = TOOLS[Diversifier.name].wanted(world, request)
        if wanted is None or not len(found.rows):
            return found.rows[:k]
        taste = TASTE * by_highest(found.base.astype(np.float64))
        places = np.arange(len(found.rows))
        pool = Pool(("",) * len(places), places, parts={"taste": taste}, scores=taste)
        eligible = Eligible(moment.allowed, (), {}, moment.allowed.mask, {}, ())
        scene = Scene(world, request, eligible, Wishes(), found.rows)
        return np.asarray(found.rows[run_tool(TOOLS[Diversifier.name], wanted[1], pool, scene).order[:k]])


@dataclass(frozen=True)
class Diversified:
    """The row of the table. `fused`: whose candidates are put in order; `config.feed` says how much they are."""

    fused: FusedSources
    config: Config
    name: str = SLATE

    @property
    def title(self) -> str:
        return f"slate of {self.fused.title}"

    def fit(self, fold: Fold) -> DiversifiedRanker:
        """Raises BudgetSpent as the fused row does."""
        return DiversifiedRanker(self.fused.fit(fold), self.config)
