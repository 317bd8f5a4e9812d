"""Command-aware retrieval (RecBot 5.4): BM25, semantic search, or both, over the words of the session's commands.

Each is as strong as its kind gets: negated words count against instead of for, seen items are left out, "something
else" hides what is shown, ties and empty queries fall back to popularity, and taste may count as a prior. Weights were
tuned on sessions of another seed and visible templates (docs/results/commands.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import Literal

import numpy as np

from intently.errors import DataError
from intently.evaluate.commands.baselines.lexical import Bm25Config, LexicalIndex, document_of
from intently.evaluate.commands.baselines.queries import Query, asks_for_others, query_of
from intently.evaluate.commands.baselines.shelf import PerGround, Scores, Shelf
from intently.evaluate.commands.case import Case, Ground, Kind, Shown, Truth
from intently.retrieve.request import Mask

__all__ = ["RETRIEVALS", "Retrieval", "RetrievalConfig", "Searcher", "searcher_of", "shared_searchers"]


@dataclass(frozen=True, slots=True)
class RetrievalConfig:
    """Weights of the parts of a score, each part in [0, 1]. `memory`: the commands that are searched for. `unwanted`:
    what a negated word costs beside what a wanted one brings."""

    lexical: float = 0.0
    semantic: float = 0.0
    popularity: float = 0.0
    neighbours: float = 0.0
    memory: Literal["last", "all"] = "all"
    unwanted: float = 0.5
    fresh: bool = False  # what a command was answered with does not come again
    bm25: Bm25Config = Bm25Config()


RETRIEVALS: Mapping[str, tuple[str, RetrievalConfig]] = {
    "bm25-last": ("BM25, last command", RetrievalConfig(lexical=1.0, memory="last")),
    "bm25-all": ("BM25, all commands", RetrievalConfig(lexical=1.0)),
    "semantic-last": ("semantic search, last command", RetrievalConfig(semantic=1.0, memory="last")),
    "semantic-all": ("semantic search, all commands", RetrievalConfig(semantic=1.0)),
    "bm25-taste": ("BM25 + taste", RetrievalConfig(lexical=1.0, popularity=2.0, neighbours=0.5, memory="last")),
    "bm25-all-taste": ("BM25 of all commands + taste", RetrievalConfig(lexical=1.0, popularity=1.0, neighbours=1.0)),
    "bm25-all-taste-fresh": (
        "BM25 of all commands + taste, nothing twice",
        RetrievalConfig(lexical=1.0, popularity=1.0, neighbours=1.0, fresh=True),
    ),
    "semantic-taste": (
        "semantic search + taste",
        RetrievalConfig(semantic=1.0, popularity=1.0, neighbours=0.5, memory="last"),
    ),
}  # by the name of the row: its title and its weights


@dataclass(frozen=True)
class Searcher:
    """What is searched: a shelf and the words on it. All scores are in [0, 1]; 0 for what no word speaks for."""

    shelf: Shelf
    index: LexicalIndex

    def scores(self, query: Query, config: RetrievalConfig) -> Scores:
        """What the words say for and against every item."""
        found = np.zeros(len(self.shelf.item_ids))
        for words, sign in ((query.wanted, 1.0), (query.unwanted, -config.unwanted)):
            if words:
                found += sign * self.scores_of(words, config)
        return found

    def scores_of(self, words: str, config: RetrievalConfig) -> Scores:
        """What these words say for every item, none of them negated."""
        found = np.zeros(len(self.shelf.item_ids))
        if config.lexical:
            found += config.lexical * self.index.scores(words)
        if config.semantic:
            found += config.semantic * self.cosines(words)
        return found

    def cosines(self, words: str) -> Scores:
        """Cosine of the words with every item as a share of the best; 0 without an encoder, or below 0."""
        world = self.shelf.world
        if world.encode is None:
            raise DataError("semantic search needs the text encoder; fetch it: intently model get")
        found = np.asarray(world.snapshot.vectors @ world.encode([words])[0], dtype=np.float64)
        return np.maximum(found, 0.0) / max(float(found.max(initial=0.0)), 1e-9)


def searcher_of(ground: Ground, bm25: Bm25Config) -> Searcher:
    """The shelf of a ground with the index of its words."""
    shelf = Shelf(ground)
    documents = (
        document_of(ground.words.get(item_id, ""), ground.rows.get(item_id, {}), bm25.titles)
        for item_id in shelf.item_ids
    )
    return Searcher(shelf, LexicalIndex(tuple(documents), bm25))


@lru_cache(maxsize=4)
def shared_searchers(bm25: Bm25Config) -> PerGround[Searcher]:
    """One index for all rows that read the same one."""
    return PerGround(lambda ground: searcher_of(ground, bm25))


class Retrieval:
    """A row of the table: one way to search. `searchers`: by default those that all rows share."""

    def __init__(self, name: str, config: RetrievalConfig, searchers: PerGround[Searcher] | None = None) -> None:
        self.name = name
        self.config = config
        self._searchers = searchers or shared_searchers(config.bm25)

    @property
    def kind(self) -> Kind:
        return "reads"

    def start(self, ground: Ground, case: Case) -> "Searching":
        searcher = self._searchers.of(ground)
        prior = self.config.popularity * searcher.shelf.popular
        if self.config.neighbours:
            prior = prior + self.config.neighbours * searcher.shelf.neighbours(case.user_id)
        return Searching(searcher, self.config, prior, searcher.shelf.unseen(case.user_id))


class Searching:
    """A session in which every command is a search."""

    def __init__(self, searcher: Searcher, config: RetrievalConfig, prior: Scores, allowed: Mask) -> None:
        self._searcher, self._config, self._prior, self._allowed = searcher, config, prior, allowed
        self._texts: list[str] = []
        self._hidden: set[str] = set()
        self._shown: tuple[str, ...] = ()

    def open(self) -> Shown:
        return self._show()

    def say(self, text: str, truth: Truth) -> Shown:
        if asks_for_others(text) or (self._config.fresh and self._texts):
            self._hidden.update(self._shown)
        if not asks_for_others(text):
            self._texts.append(text)
        return self._show()

    def _show(self) -> Shown:
        began = perf_counter()
        texts = self._texts[-1:] if self._config.memory == "last" else self._texts
        scores = self._searcher.scores(query_of(texts), self._config) + self._prior
        self._shown = self._searcher.shelf.best(scores, self._allowed, self._hidden)
        return Shown(self._shown, by="search", seconds=perf_counter() - began)
