"""One base score from several sources: a weighted sum, with every part kept.

Every source proposes inside `allowed`; every proposed row is then scored by every source, so that the sum does not
depend on who proposed it. Weights sum to 1 and sources answer in [0, 1], so the base is in [0, 1].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from intently.retrieve.blocks import blocks
from intently.retrieve.popularity import Popularity
from intently.retrieve.ranking import distinct, top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Retriever, Rows, no_rows

__all__ = ["DEFAULT_WEIGHTS", "Fused", "base_of_many", "base_scores", "fuse", "normalised", "prior_of", "similar"]

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "popularity": 0.03, "trend": 0.10, "fresh": 0.60, "lasting": 0.02, "neighbours": 0.12, "semantic": 0.10,
    "repeats": 0.40,
}  # fmt: skip
"""Until an index has learnt its own (weights.py). Source: validation events of the demo films, docs/results/feed.md"""

SIMILAR_WEIGHTS: Mapping[str, float] = {"neighbours": 0.5, "semantic": 0.5}  # of items like one item; both halves


@runtime_checkable
class Sparse(Protocol):
    """A source that says something of few items."""

    def found(self, request: RetrievalRequest, /) -> tuple[Rows, Floats]:
        """All rows with a score above zero, ascending, and their scores; computed once a request."""


@dataclass(frozen=True)
class Fused:
    """What all sources say. `rows` (m,) best first; `base` (m,) in [0, 1]; `parts` {source: (m,)}, before weighting;
    `weights` as used, summing to 1."""

    rows: Rows
    base: Floats
    parts: Mapping[str, Floats]
    weights: Mapping[str, float]

    def source_of(self, place: int) -> str:
        """The source that gives most of the base at this place; on a tie the first by name."""
        return min(self.parts, key=lambda name: (-self.weights[name] * float(self.parts[name][place]), name))


def normalised(weights: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    """The weights of these sources, summing to 1; a source without a weight counts 0."""
    chosen = {name: float(weights.get(name, 0.0)) for name in names}
    total = sum(chosen.values())
    return {name: weight / total if total > 0 else 1 / len(chosen) for name, weight in chosen.items()}


def fuse(
    request: RetrievalRequest,
    sources: Sequence[Retriever],
    allowed: Allowed,
    k: int,
    weights: Mapping[str, float] = DEFAULT_WEIGHTS,
) -> Fused:
    """The `k` best allowed items by the weighted sum; items that no source proposed follow by row while there is room.

    So a person without a history in a catalogue without events still gets a feed.
    """
    share = normalised(weights, [source.name for source in sources])
    rows = distinct(no_rows(), *(source.retrieve(request, allowed, k).rows for source in sources))
    rows = _filled(rows, allowed, k)
    parts = {source.name: source.score(request, rows) for source in sources}
    base = np.zeros(len(rows))
    for name, scores in parts.items():
        base += share[name] * scores
    ranked, values = top(rows, base, k)
    places = np.searchsorted(rows, ranked)
    return Fused(ranked, values, {name: scores[places] for name, scores in parts.items()}, share)


def base_scores(
    request: RetrievalRequest, sources: Sequence[Retriever], rows: Rows, weights: Mapping[str, float] = DEFAULT_WEIGHTS
) -> tuple[Floats, dict[str, Floats]]:
    """The base score and its parts for any rows, in the order given: to rank a caller's own candidates."""
    share = normalised(weights, [source.name for source in sources])
    parts = {source.name: source.score(request, rows) for source in sources}
    base: npt.NDArray[np.float64] = np.zeros(len(rows))
    for name, scores in parts.items():
        base += share[name] * scores
    return np.round(base, 6).astype(np.float32), parts


def prior_of(sources: Sequence[Retriever], weights: Mapping[str, float], size: int) -> Floats:
    """(size,) the part of the base that depends on nobody who asks: popularity's. Computed once a world."""
    share = normalised(weights, [source.name for source in sources])
    prior = np.zeros(size, np.float32)
    for source in sources:
        if isinstance(source, Popularity):
            known = source.every[:size]
            prior[: len(known)] += np.float32(share[source.name]) * known
    return prior


def base_of_many(
    request: RetrievalRequest,
    sources: Sequence[Retriever],
    rows: Rows,
    weights: Mapping[str, float],
    prior: Floats,
    known: Mapping[str, Floats],
) -> Floats:
    """The same base of a whole catalogue, in single precision and without its parts. `rows` ascending; `prior` (n,) of
    `prior_of`; `known` {source: its scores of these rows, what is below 0 counting as 0}, of those computed already."""
    share = normalised(weights, [source.name for source in sources])
    whole = len(rows) == len(prior)
    others = [source for source in sources if share[source.name] > 0 and not isinstance(source, Popularity)]
    dense = [(np.float32(share[source.name]), known[source.name]) for source in others if source.name in known]
    base = _added(prior, rows, dense)
    for source in others:
        weight = np.float32(share[source.name])
        if source.name in known:
            continue
        if whole and isinstance(source, Sparse):
            few, scores = source.found(request)
            inside = int(np.searchsorted(few, len(base)))  # rows beyond the snapshot are items that came since
            base[few[:inside]] += weight * scores[:inside]
        else:
            base += weight * source.score(request, rows)
    return base


def _added(prior: Floats, rows: Rows, dense: Sequence[tuple[np.float32, Floats]]) -> Floats:
    """(m,) the prior of these rows and weighted scores of them, those below 0 as 0."""
    base, whole = np.empty(len(rows), np.float32), len(rows) == len(prior)
    for part in blocks(len(rows)):
        total = prior[part] if whole else prior[rows[part]]
        for weight, scores in dense:
            told = np.maximum(scores[part], np.float32(0))
            told *= weight
            told += total
            total = told
        base[part] = total
    return base


def similar(sources: Sequence[Retriever], row: int, as_of: float, allowed: Allowed, k: int) -> Fused:
    """Items like one item, whoever asks, without itself: by meaning and by the people in common."""
    others = allowed.mask.copy()
    others[row] = False
    request = RetrievalRequest(user_id="", as_of=as_of, seeds=np.array([row], dtype=np.int32))
    chosen = [source for source in sources if source.name in SIMILAR_WEIGHTS]
    return fuse(request, chosen, Allowed(others), k, SIMILAR_WEIGHTS)


def _filled(rows: Rows, allowed: Allowed, k: int) -> Rows:
    """At least `k` rows where so many are allowed: the proposed ones, then others by row; ascending."""
    if len(rows) >= min(k, allowed.count):
        return rows
    first = allowed.rows[:k]  # enough: at most len(rows) of them are in `rows`
    others = first[~np.isin(first, rows, assume_unique=True)][: k - len(rows)]
    return distinct(rows, others)
