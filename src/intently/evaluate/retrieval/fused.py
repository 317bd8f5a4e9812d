"""The sources that serve, fused as they are served, with weights learnt as a catalogue learns its own.

TIME: at every refit the weights are searched on the newest part of what is visible, as `retrieve.weights` does when an
index is built. With a sequence tower, that tower is the one of the refit before, and the examples come after it:
weights are never learnt on what a source was trained on. LLO: the last visible events of some people choose the
weights, asked of models that have not seen them. Until there are examples all sources weigh the same: the defaults
that ship were found on later events of the demo films.

Under LLO only the sources that read no time between people take part (those of evaluate/protocols.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from intently.config import RetrieveConfig
from intently.evaluate.protocols import LLO_SOURCES
from intently.evaluate.retrieval.folds import Fold, Moment, Walk, rehearsal_of
from intently.evaluate.retrieval.sequence import SequenceTower
from intently.retrieve.fusion import fuse
from intently.retrieve.request import Retriever, Rows
from intently.retrieve.sequence import Sequence
from intently.retrieve.sources import sources_of
from intently.retrieve.weights import EXAMPLES, LEAST, Example, example_of, search_weights, weights_of_log

__all__ = ["FUSED", "FusedRanker", "FusedSources"]

FUSED = ("fused", "fused-sequence")


@dataclass(frozen=True)
class FusedRanker:
    """`weights` of the sources, empty where nothing was learnt yet: all the same then. `sequence`: a trained tower."""

    fold: Fold
    config: RetrieveConfig
    weights: Mapping[str, float]
    sequence: Sequence | None = None

    def sources(self, moment: Moment) -> tuple[Retriever, ...]:
        """What serves, over what is visible at the moment."""
        pack = self.fold.pack
        made = sources_of(pack.spec, pack.snapshot.vectors, moment.index, self.config, self.sequence)
        if self.fold.protocol == "time":
            return made
        return tuple(source for source in made if source.name in (*LLO_SOURCES, Sequence.name))

    def rank(self, moment: Moment, k: int) -> Rows:
        sources = self.sources(moment)
        weights = self.weights or {source.name: 1.0 for source in sources}
        return fuse(moment.request, sources, moment.allowed, self.config.candidates, weights).rows[:k]

    def example(self, moment: Moment) -> Example | None:
        """What the sources say of what was taken then."""
        return example_of(moment.request, self.sources(moment), moment.allowed, moment.case.taken)


@dataclass(frozen=True)
class FusedSources:
    """The row of the table. `tower`: a sequence tower as one source more."""

    config: RetrieveConfig
    seed: int = 0
    tower: SequenceTower | None = None

    @property
    def name(self) -> str:
        return FUSED[self.tower is not None]

    @property
    def title(self) -> str:
        return "fused sources" if self.tower is None else f"fused sources with {self.tower.title}"

    def fit(self, fold: Fold) -> FusedRanker:
        """Raises BudgetSpent when a training of the tower does not end in time."""
        weights = self._rehearsed(fold) if fold.protocol == "llo" else self._learnt(fold)
        return FusedRanker(fold, self.config, weights or {}, self._sequence(fold))

    def _sequence(self, fold: Fold | None) -> Sequence | None:
        return self.tower.fit(fold).source if self.tower is not None and fold is not None else None

    def _learnt(self, fold: Fold) -> dict[str, float] | None:
        before = self._sequence(fold.before)
        if self.tower is not None and before is None:
            return None
        since = fold.before.first if before is not None and fold.before is not None else 0
        return weights_of_log(
            fold.pack.spec, fold.pack.snapshot, fold.visible, self.config, seed=self.seed, since=since, sequence=before
        )

    def _rehearsed(self, fold: Fold) -> dict[str, float] | None:
        rehearsal = rehearsal_of(fold, EXAMPLES, self.seed)
        if len(rehearsal.cases) < LEAST:
            return None
        ranker = FusedRanker(rehearsal, self.config, {}, self._sequence(rehearsal))
        moments = Walk(fold.pack, self.config, self.seed).moments(rehearsal)
        examples = [example for moment in moments if (example := ranker.example(moment)) is not None]
        return search_weights(examples) if len(examples) >= LEAST else None
