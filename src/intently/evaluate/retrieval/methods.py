"""The rows of the table: models that are fitted on what is visible and then rank for one person after the other.

`Method` is the seam: popularity, item-kNN, EASE, BM25, semantic, tags, the sequence towers and the fused sources fulfil
it. The sources that serve are asked as they serve; what they are made of is the index of the moment.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from intently.config import Config, RetrieveConfig
from intently.errors import BadRequest
from intently.evaluate.pack import Pack
from intently.evaluate.retrieval.diversified import Diversified
from intently.evaluate.retrieval.ease import Ease
from intently.evaluate.retrieval.folds import Fold, Moment
from intently.evaluate.retrieval.fused import WITH_TOWER, FusedSources
from intently.evaluate.retrieval.lexical import Lexical
from intently.evaluate.retrieval.sequence import TOWERS, SequenceTower, can_train
from intently.evaluate.retrieval.stored import StoredTags
from intently.evaluate.retrieval.tagged import FacetTagger, Tagger, TagRow
from intently.evaluate.retrieval.towers import TAG_TOWERS, TagTowerRow, TowersTrainer
from intently.retrieve.index import BehaviourIndex
from intently.retrieve.neighbours import Neighbours
from intently.retrieve.popularity import Fresh, Lasting, Popularity
from intently.retrieve.repeats import Repeats
from intently.retrieve.request import Retriever, Rows
from intently.retrieve.semantic import Semantic
from intently.retrieve.similarity import NeighbourTable, neighbour_lists
from intently.understand.strands import kinds_of

__all__ = ["BASELINE", "CHANNELS", "STORED", "TAGGED", "Method", "Ranker", "lack_of", "methods_of"]

BASELINE = "popularity"  # that every other row is compared with
CHANNELS = (
    "popularity",
    "trend",
    "fresh",
    "lasting",
    "item-knn",
    "semantic",
    "tags",
    "tags-v2",
    "repeats",
    *TOWERS,
)  # fused
STORED = ("tags-v2", "fused-v2", "fused-all-v2")  # with tags that a language model said
TAGGED = ("tags", "fused-tags", "fused-all", *STORED)  # rows with the cognitive channel: they encode texts of their own
TIMED = ("trend", "fresh")  # rows that read when things happened to others


class Ranker(Protocol):
    """A fitted model."""

    def rank(self, moment: Moment, k: int) -> Rows:
        """At most `k` allowed items, best first; without those that it knows nothing for."""


class Method(Protocol):
    """A row of the table."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    def fit(self, fold: Fold) -> Ranker:
        """Learn from what is visible; its seconds are reported."""


@dataclass(frozen=True)
class SourceRanker:
    """A source that serves, made for each moment."""

    source: Callable[[BehaviourIndex], Retriever]

    def rank(self, moment: Moment, k: int) -> Rows:
        return self.source(moment.index).retrieve(moment.request, moment.allowed, k).rows


@dataclass(frozen=True)
class Popular:
    """By recency under TIME, by all events under LLO, where the time of a target says nothing."""

    name: str = BASELINE
    title: str = "popularity"

    def fit(self, fold: Fold) -> SourceRanker:
        if fold.protocol == "time":
            return SourceRanker(lambda index: Popularity(index.popularity))
        return SourceRanker(lambda index: Lasting(index.lasting))


@dataclass(frozen=True)
class ItemNeighbours:
    """Item-kNN as it serves; under TIME its counts are current at every moment."""

    config: RetrieveConfig
    name: str = "item-knn"
    title: str = "item-kNN"

    def fit(self, fold: Fold) -> SourceRanker:
        newest = self.config.recent_items
        if fold.protocol == "time":
            return SourceRanker(lambda index: Neighbours(index.neighbours, newest))
        size, log = len(fold.pack.snapshot.item_ids), fold.visible
        table: NeighbourTable = neighbour_lists(size, log.users, log.rows, self.config.neighbours)
        return SourceRanker(lambda index: Neighbours(table, newest))


@dataclass(frozen=True)
class Channel:
    """A source that serves and is made of the index of the moment alone."""

    name: str
    title: str
    source: Callable[[BehaviourIndex], Retriever]

    def fit(self, fold: Fold) -> SourceRanker:
        return SourceRanker(self.source)


@dataclass(frozen=True)
class Meaning:
    """Text vectors of what was liked."""

    name: str = "semantic"
    title: str = "semantic (text vectors)"

    def fit(self, fold: Fold) -> SourceRanker:
        vectors = fold.pack.snapshot.vectors
        return SourceRanker(lambda index: Semantic(vectors))


def lack_of(name: str, pack: Pack, protocol: str) -> str:
    """Why this row is no row of this table, as a sentence for people; empty where it is one."""
    if name in TIMED and protocol == "llo":
        return f"{name}: reads the time of others' events, which says nothing under LLO"
    if name in STORED and protocol == "time":
        return f"{name}: tags are made once a person, before the order that LLO hides"
    if name == "lasting" and protocol == "llo":
        return "lasting: is the row popularity under LLO"
    if name == "repeats" and pack.spec.repeat == "never":
        return "repeats: nothing comes back in this catalogue"
    if name == Lexical.name and not len(pack.snapshot.text.vocabulary):
        return f"{name}: the items have no words"
    if name in (Meaning.name, *TAGGED, *TAG_TOWERS) and not pack.snapshot.vectors.any():
        return f"{name}: no item has a text vector"
    if name in (*TAGGED, *TAG_TOWERS) and not kinds_of(pack.spec, pack.snapshot):
        return f"{name}: no facet says what kind an item is"
    return ""


def methods_of(
    names: tuple[str, ...],
    config: Config,
    towers: Sequence[SequenceTower],
    tagger: FacetTagger | None = None,
    seed: int = 0,
    trainer: TowersTrainer | None = None,
    stored: StoredTags | None = None,
) -> list[Method]:
    """The rows of these names and the baseline; by default all that can run here and need no language model.

    `towers`: the first is fused; `tagger`, `trainer` of tag towers, `stored`: None without a text encoder. Raises
    BadRequest for an unknown name, and for one that cannot run."""
    plain: list[Method] = [
        Popular(),
        Channel("trend", "trend (shorter half-life)", lambda index: Popularity(index.trend, "trend")),
        Channel("fresh", "new since the last visit", Fresh),
        Channel("lasting", "popularity, all events", lambda index: Lasting(index.lasting)),
        ItemNeighbours(config.retrieve), Meaning(), Channel("repeats", "own purchases again", lambda index: Repeats()),
        Ease(), Lexical(),
    ]  # fmt: skip
    cognitive = [TagRow(tagger)] if tagger else []
    cognitive += [TagRow(stored, "tags (V2, stored)")] if stored else []
    tagged = [TagTowerRow(trainer, name) for name in TAG_TOWERS] if trainer else []
    taggers: tuple[Tagger | None, ...] = (None, *(row.tagger for row in cognitive))
    fused = [FusedSources(config.retrieve, seed, tower, told) for tower in (None, *towers[:1]) for told in taggers]
    slates = [Diversified(FusedSources(config.retrieve, seed, tower), config) for tower in towers[:1]]
    known: Mapping[str, Method] = {
        method.name: method for method in (*plain, *cognitive, *towers, *tagged, *fused, *slates)
    }
    if tagger is None and (lacking := [name for name in names if name in (*TAGGED, *TAG_TOWERS)]):
        raise BadRequest(f"the row {lacking[0]} needs the text encoder: fetch it (intently model get)")
    if unknown := [name for name in names if name not in known]:
        raise BadRequest(f"there is no row {unknown[0]!r}; there are {', '.join(known)}")
    trained = {*TOWERS, *TAG_TOWERS, *WITH_TOWER}
    if not can_train() and (lacking := [name for name in names if name in trained]):
        raise BadRequest(f"the row {lacking[0]} is trained with torch: pip install 'intently[train]'")
    wanted = {*names, BASELINE} if names else {name for name in known if name not in trained or can_train()}
    return [method for name, method in known.items() if name in (wanted if names else wanted - {*STORED})]
