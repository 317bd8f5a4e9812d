"""The sources that serve, fused as they are served, with weights learnt as a catalogue learns its own.

TIME: at every refit the weights are searched on the newest part of what is visible, as `retrieve.weights` does when an
index is built. With a sequence tower, that tower is the one of the refit before, and the examples come after it:
weights are never learnt on what a source was trained on. LLO: the last visible events of some people choose the
weights, asked of models that have not seen them. Until there are examples all sources weigh the same: the defaults
that ship were found on later events of the demo films.

Under LLO only the sources that read no time between people take part (those of evaluate/protocols.py). With tags the
cognitive supply is one source more, and likeness of text hears them too, as in a feed that allocates places.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from intently.config import RetrieveConfig
from intently.evaluate.protocols import LLO_SOURCES
from intently.evaluate.retrieval.folds import Fold, Moment, Walk, rehearsal_of
from intently.evaluate.retrieval.sequence import SequenceTower
from intently.evaluate.retrieval.tagged import FacetTagger, Tagger
from intently.retrieve.fusion import Fused, fuse
from intently.retrieve.request import RetrievalRequest, Retriever, Rows
from intently.retrieve.sequence import Sequence
from intently.retrieve.sources import sources_of
from intently.retrieve.tags import Tags
from intently.retrieve.weights import EXAMPLES, LEAST, Example, example_of, search_weights, weights_of_log

__all__ = ["FUSED", "SLATE", "WITH_TOWER", "FusedRanker", "FusedSources"]

SLATE = "slate"  # the page of `fused-sequence` (diversified.py)
_NAMES = {  # (with a tower, kind of tags): the row, of few sources first
    (False, ""): "fused", (False, "tags"): "fused-tags", (False, "v2"): "fused-v2",
    (True, ""): "fused-sequence", (True, "tags"): "fused-all", (True, "v2"): "fused-all-v2",
}  # fmt: skip
_TAGS = {"tags": "tags", "v2": "stored tags"}
FUSED = (*_NAMES.values(), SLATE)
WITH_TOWER = (*(name for (tower, _), name in _NAMES.items() if tower), SLATE)


@dataclass(frozen=True)
class FusedRanker:
    """`weights` of the sources, empty where nothing was learnt yet: all the same then. `sequence`: a trained tower;
    `tagger`: of the cognitive supply."""

    fold: Fold
    config: RetrieveConfig
    weights: Mapping[str, float]
    sequence: Sequence | None = None
    tagger: Tagger | None = None

    def sources(self, moment: Moment) -> tuple[Retriever, ...]:
        """What serves, over what is visible at the moment."""
        pack = self.fold.pack
        tags = self.tagger is not None
        made = sources_of(pack.spec, pack.snapshot.vectors, moment.index, self.config, self.sequence, tags)
        if self.fold.protocol == "time":
            return made
        return tuple(source for source in made if source.name in (*LLO_SOURCES, Tags.name, Sequence.name))

    def rank(self, moment: Moment, k: int) -> Rows:
        return self.found(moment).rows[:k]

    def found(self, moment: Moment) -> Fused:
        """All candidates, best first, with their base scores."""
        sources = self.sources(moment)
        weights = self.weights or {source.name: 1.0 for source in sources}
        return fuse(self._request(moment), sources, moment.allowed, self.config.candidates, weights)

    def example(self, moment: Moment) -> Example | None:
        """What the sources say of what was taken then."""
        return example_of(self._request(moment), self.sources(moment), moment.allowed, moment.case.taken)

    def _request(self, moment: Moment) -> RetrievalRequest:
        return self.tagger.asked(self.fold.pack, moment.request) if self.tagger else moment.request


@dataclass(frozen=True)
class FusedSources:
    """The row of the table. `tower`: a sequence tower as one source more; `tagger`: the cognitive supply."""

    config: RetrieveConfig
    seed: int = 0
    tower: SequenceTower | None = None
    tagger: Tagger | None = None

    @property
    def name(self) -> str:
        return _NAMES[self.tower is not None, self.tagger.kind if self.tagger else ""]

    @property
    def title(self) -> str:
        further = [*([self.tower.title] if self.tower else []), *([_TAGS[self.tagger.kind]] if self.tagger else [])]
        return f"fused sources with {' and '.join(further)}" if further else "fused sources"

    def fit(self, fold: Fold) -> FusedRanker:
        """Raises BudgetSpent when a training of the tower does not end in time."""
        if self.tagger is not None:
            self.tagger.prepare(fold)
        weights = self._rehearsed(fold) if fold.protocol == "llo" else self._learnt(fold)
        return FusedRanker(fold, self.config, weights or {}, self._sequence(fold), self.tagger)

    def _sequence(self, fold: Fold | None) -> Sequence | None:
        return self.tower.fit(fold).source if self.tower is not None and fold is not None else None

    def _learnt(self, fold: Fold) -> dict[str, float] | None:
        before = self._sequence(fold.before)
        if self.tower is not None and before is None:
            return None
        since = fold.before.first if before is not None and fold.before is not None else 0
        tags_of = partial(self.tagger.tags, fold.pack) if isinstance(self.tagger, FacetTagger) else None
        return weights_of_log(
            fold.pack.spec, fold.pack.snapshot, fold.visible, self.config,
            seed=self.seed, since=since, sequence=before, tags_of=tags_of,
        )  # fmt: skip

    def _rehearsed(self, fold: Fold) -> dict[str, float] | None:
        rehearsal = rehearsal_of(fold, EXAMPLES, self.seed)
        if len(rehearsal.cases) < LEAST:
            return None
        ranker = FusedRanker(rehearsal, self.config, {}, self._sequence(rehearsal), self.tagger)
        moments = Walk(fold.pack, self.config, self.seed).moments(rehearsal)
        examples = [example for moment in moments if (example := ranker.example(moment)) is not None]
        return search_weights(examples) if len(examples) >= LEAST else None
