"""Likeness of meaning: cosine between item vectors and one fused vector of what the person likes and wants.

The fused vector is the sum of: the recency-weighted centre of the liked part of the history, the tags, the wishes in
force, and the items to be like, minus the items to be unlike. Because the score is linear in the item vectors, one
product over all items serves every mask of a request; where few items are allowed, only their rows are multiplied.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.nouns import Candidates
from intently.retrieve.products import GATHER_BELOW, SCORING_LANE
from intently.retrieve.ranking import DECIMALS, top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows

__all__ = ["Semantic", "cosines", "fused_vector"]

HISTORY_WEIGHT, TAG_WEIGHT, WISH_WEIGHT, SEED_WEIGHT, DISLIKE_WEIGHT = 1.0, 1.0, 2.0, 2.0, -0.5
RECENCY = 0.9  # weight of a liked item beside the one after it
NEWEST = 50  # liked items that make the centre
_SHOWN = 3  # pieces of evidence
_TELLING = 0.3  # cosine from which one tag, wish or item counts as evidence


def cosines(vectors: Floats, rows: Rows, queries: Floats) -> Floats:
    """Cosine of items and queries, both of length 1: (len(rows), len(queries)), rounded to six decimals."""
    with SCORING_LANE:
        products = vectors[rows] @ queries.T
    return np.round(products, DECIMALS).astype(np.float32)


def fused_vector(request: RetrievalRequest, vectors: Floats) -> Floats:
    """What the person likes and wants as one vector of length 1, or all zeros when nothing is known. (dim,)."""
    total = np.zeros(vectors.shape[1])
    total += HISTORY_WEIGHT * _centre(_liked_newest_first(request), vectors, RECENCY)
    if request.tags:
        total += TAG_WEIGHT * _unit(sum((t.weight * t.vector.astype(np.float64) for t in request.tags), 0 * total))
    for wish in request.intents:
        total += WISH_WEIGHT * wish.weight * wish.vector
    total += SEED_WEIGHT * _centre(request.seeds, vectors, 1.0)
    total += DISLIKE_WEIGHT * _centre(request.dislikes, vectors, 1.0)
    return _unit(total).astype(np.float32)


@dataclass(frozen=True)
class Semantic:
    """The source over `vectors` (n, dim) float32, rows of length 1 (zeros where an item is not encoded yet)."""

    vectors: Floats
    name: str = "semantic"

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        query = self.query(request)
        if not query.any() or not allowed.count:
            return Candidates(self.name, np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32))
        if "semantic" not in request.scratch and allowed.share < GATHER_BELOW:
            return Candidates(self.name, *_positive(*top(allowed.rows, self._gathered(query, allowed.rows), k)))
        scores = self._whole(request, query)
        if allowed.count < len(scores):
            scores, rows = scores[allowed.rows], allowed.rows
        else:
            rows = np.arange(len(scores), dtype=np.int32)
        return Candidates(self.name, *_positive(*top(rows, scores, k)))

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        query = self.query(request)
        if not query.any() or not len(rows):
            return np.zeros(len(rows), dtype=np.float32)
        if "semantic" not in request.scratch and len(rows) < GATHER_BELOW * len(self.vectors):
            products = self._gathered(query, rows)
        else:
            products = self._whole(request, query)[rows]
        return np.round(np.clip(products, 0, 1), DECIMALS).astype(np.float32, copy=False)

    def keep_products(self, request: RetrievalRequest, products: Floats) -> None:
        """The products of all items with the query, (n,), where another has made them beside its own."""
        request.scratch["semantic"] = products

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        """The tags, wishes, liked events and seeds that are nearest to the item, nearest first."""
        told = self._told(request)
        if not len(told) or not self.vectors.shape[1]:
            return ()
        near = np.round((told @ self.vectors[row]).astype(np.float64), DECIMALS)
        telling = np.flatnonzero(near >= _TELLING)
        order = telling[np.argsort(-near[telling], kind="stable")][:_SHOWN].tolist()
        if order and "semantic.named" not in request.scratch:
            request.scratch["semantic.named"] = np.array(_named(request), dtype=object)
        return tuple((kind, key) for kind, key in request.scratch["semantic.named"][order]) if order else ()

    def _told(self, request: RetrievalRequest) -> Floats:
        """The vectors of what `_named` names, in its order: (m, dim), stacked once a request."""
        if "semantic.told" not in request.scratch:
            spoken = [tag.vector for tag in request.tags] + [wish.vector for wish in request.intents if wish.weight > 0]
            own = self.vectors[np.concatenate([request.seeds, _liked_newest_first(request)])]
            request.scratch["semantic.told"] = np.concatenate([np.stack(spoken), own]) if spoken else np.asarray(own)
        told: Floats = request.scratch["semantic.told"]
        return told

    def query(self, request: RetrievalRequest) -> Floats:
        """The fused vector of this request, (dim,); made once."""
        if "semantic.query" not in request.scratch:
            request.scratch["semantic.query"] = fused_vector(request, self.vectors)
        query: Floats = request.scratch["semantic.query"]
        return query

    def _whole(self, request: RetrievalRequest, query: Floats) -> Floats:
        if "semantic" not in request.scratch:
            with SCORING_LANE:
                request.scratch["semantic"] = self.vectors @ query
        products: Floats = request.scratch["semantic"]
        return products

    def _gathered(self, query: Floats, rows: Rows) -> Floats:
        with SCORING_LANE:
            return np.asarray(self.vectors[rows] @ query, dtype=np.float32)


def _named(request: RetrievalRequest) -> tuple[tuple[str, str], ...]:
    """What can be evidence: tags, wishes, seeds, and the newest liked events."""
    liked = np.flatnonzero(request.history.liked)[::-1][:NEWEST]
    return (
        *(("tag", tag.tag_id) for tag in request.tags),
        *(("wish", wish.preference_id) for wish in request.intents if wish.weight > 0),
        *(("item", str(seed)) for seed in request.seeds),
        *(("event", request.history.event_ids[place]) for place in liked.tolist()),
    )


def _positive(rows: Rows, scores: Floats) -> tuple[Rows, Floats]:
    """The part of a ranked list with something in common."""
    count = int(np.count_nonzero(scores > 0))
    return rows[:count], np.minimum(scores[:count], np.float32(1))


def _liked_newest_first(request: RetrievalRequest) -> Rows:
    return request.history.rows[request.history.liked][::-1][:NEWEST]


def _centre(rows: Sequence[int] | Rows, vectors: Floats, recency: float) -> npt.NDArray[np.float64]:
    """Weighted sum of item vectors, scaled to length 1; the first row weighs most."""
    if not len(rows):
        return np.zeros(vectors.shape[1])
    weights = recency ** np.arange(len(rows))
    return _unit(weights @ vectors[np.asarray(rows)].astype(np.float64))


def _unit(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-12 else np.zeros_like(vector)
