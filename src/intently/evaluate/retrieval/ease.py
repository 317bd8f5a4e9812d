"""EASE: a linear item-to-item model in closed form, the baseline that deep models often fail to beat.

B = I - P diag(1 / diag(P)) with P = (X'X + lambda I)^-1, so that diag(B) = 0; the score of a person is x_u B, with x_u
the items of their history as ones. Source: Steck 2019, "Embarrassingly shallow autoencoders for sparse data", eq. 8.

Only items that somebody took are in the matrix: B of every other is zero. lambda is chosen among LAMBDAS on the newest
visible item of at most HELD people, over the COMMON items that most people have (the cost is that of n^3); then the
model is made of everything visible. Memory: two dense (n, n) of float32, n the items that were taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.evaluate.retrieval.folds import Fold, Moment, ranked
from intently.retrieve.columns import Log
from intently.retrieve.request import Floats, Rows

__all__ = ["Ease", "EaseModel", "item_weights"]

LAMBDAS = (100.0, 300.0, 1000.0)  # people; of the L2 penalty
HELD = 512  # people whose newest item chooses lambda
COMMON = 1000  # items
PLACES = 10  # that count in that choice


def item_weights(together: Floats, penalty: float) -> Floats:
    """B (n, n) from the counts of people in common X'X (n, n), whose diagonal counts the people of each item."""
    from scipy.linalg import lapack

    gram = together.astype(np.float32, order="F", copy=True)
    gram[np.diag_indices_from(gram)] += np.float32(penalty)
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    assert failed == 0, "X'X + lambda I is positive definite for every lambda over 0"
    inverse, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    assert failed == 0
    lower = np.tril(inverse)
    inverse = lower + np.tril(inverse, -1).T
    weights: Floats = -inverse / np.diagonal(inverse)[None, :]
    np.fill_diagonal(weights, 0.0)
    return np.ascontiguousarray(weights, dtype=np.float32)


@dataclass(frozen=True)
class EaseModel:
    """`weights` (m, m): what taken item i of a history says for taken item j; `taken` (m,): their rows, ascending;
    `size`: of the catalogue."""

    weights: Floats
    taken: Rows
    size: int

    def scores(self, history: Rows) -> Floats:
        """Of all items, (size,)."""
        scores = np.zeros(self.size, dtype=np.float32)
        places = np.flatnonzero(np.isin(self.taken, history))
        scores[self.taken] = self.weights[places].sum(axis=0)
        return scores

    def rank(self, moment: Moment, k: int) -> Rows:
        """The best allowed items that the history speaks for."""
        if not len(moment.request.history.rows):
            return moment.allowed.rows[:0]
        return ranked(moment, self.scores(moment.request.history.rows), k)


@dataclass(frozen=True)
class Ease:
    """The row of the table."""

    name: str = "ease"
    title: str = "EASE"

    def fit(self, fold: Fold) -> EaseModel:
        people = list(_histories(fold.visible))
        taken: Rows = np.unique(fold.visible.rows).astype(np.int32)
        if not len(taken):
            return EaseModel(np.zeros((0, 0), np.float32), taken, len(fold.pack.snapshot.item_ids))
        placed = [np.searchsorted(taken, items).astype(np.int32) for items in people]
        weights = item_weights(_counts(placed, len(taken)), _penalty(placed, len(taken)))
        return EaseModel(weights, taken, len(fold.pack.snapshot.item_ids))


def _penalty(people: list[Rows], size: int) -> float:
    """The lambda that places held-out items best; the middle one where there is nobody to hold out."""
    counts = np.bincount(np.concatenate([np.empty(0, np.int32), *people]), minlength=size)
    common = np.argsort(-counts, kind="stable")[:COMMON]
    place = np.full(size, -1, dtype=np.int32)
    place[common] = np.arange(len(common), dtype=np.int32)
    known = [kept[kept >= 0] for kept in (place[items] for items in people)]
    held = _held_out(known)
    if not held:
        return LAMBDAS[len(LAMBDAS) // 2]
    counted = _counts([items[:-1] if j in held else items for j, items in enumerate(known)], len(common))
    tried = {penalty: _quality(item_weights(counted, penalty), known, held) for penalty in LAMBDAS}
    return max(tried, key=lambda penalty: tried[penalty])


def _histories(log: Log) -> Iterator[Rows]:
    """The distinct items of each person, oldest first."""
    order = np.argsort(log.users, kind="stable")
    for own in np.split(order, np.flatnonzero(np.diff(log.users[order])) + 1):
        rows, places = np.unique(log.rows[own], return_index=True)
        yield rows[np.argsort(places)]


def _held_out(people: list[Rows]) -> frozenset[int]:
    """Some of those with two items at least."""
    able = [j for j, items in enumerate(people) if len(items) > 1]
    return frozenset(np.random.default_rng(0).permutation(np.array(able, np.int64))[:HELD].tolist())


def _counts(people: list[Rows], size: int) -> Floats:
    """X'X: people in common of every two items, people of each on the diagonal."""
    from scipy import sparse

    rows = np.concatenate([np.empty(0, np.int32), *people])
    owners = np.repeat(np.arange(len(people)), [len(items) for items in people])
    matrix = sparse.csr_array((np.ones(len(rows), np.float32), (owners, rows)), shape=(len(people), size))
    return np.asarray((matrix.T @ matrix).todense(), dtype=np.float32)


def _quality(weights: Floats, people: list[Rows], held: frozenset[int]) -> float:
    """Mean of 1 / log2(1 + rank) of the newest item of those held out, 0 beyond the places that count."""
    gains: list[float] = []
    for j in sorted(held):
        past, target = people[j][:-1], int(people[j][-1])
        scores: npt.NDArray[np.float32] = weights[past].sum(axis=0)
        scores[past] = -np.inf
        ahead = int(np.count_nonzero(scores > scores[target]))
        gains.append(1 / np.log2(ahead + 2.0) if ahead < PLACES else 0.0)
    return float(np.mean(gains))
