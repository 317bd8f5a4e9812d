"""Order by score: rounded, ties by row, and never a different order for the same numbers.

A product of matrix and vector differs in its last bits by the path it took (rows gathered or not, threads, blocks), so
scores are compared after rounding to six decimals, and equal scores are ordered by row.
"""

import numpy as np
import numpy.typing as npt

from intently.retrieve.request import Allowed, Floats, Mask, Rows

__all__ = [
    "DECIMALS", "best_first", "distinct", "highest_places", "inside_of", "looked_up", "shares_of_best", "summed",
    "top", "top_shares",
]  # fmt: skip

DECIMALS = 6
_DENSE = 4  # rows to look up for each one found, from which a table is made
_WIDE = 64  # items for each row to look up, above which a table of all is not worth it
_CROWD = 4  # times k rows as good as the k-th, from which not all of them are sorted
_SAMPLED, _ENOUGH = 16, 2  # one score in so many is looked at first, for so many times what is wanted
_SLACK = 2 * 10.0**-DECIMALS  # what rounding can move two scores towards each other, generously


def best_first(rows: Rows, scores: npt.NDArray[np.floating]) -> tuple[Rows, Floats]:
    """Sort rows by score rounded to six decimals, descending; ties by row. Both (k,)."""
    rounded = np.round(scores.astype(np.float64), DECIMALS)
    order = np.lexsort((rows, -rounded))
    return rows[order].astype(np.int32, copy=False), rounded[order].astype(np.float32)


def top(rows: Rows, scores: npt.NDArray[np.floating], k: int) -> tuple[Rows, Floats]:
    """The `k` best of `rows`, best first: the same answer as sorting them all, without sorting them all."""
    if len(rows) > k > 0:
        cut = np.partition(scores, len(scores) - k)[len(scores) - k]
        near = np.flatnonzero(scores >= cut - _SLACK)
        rows, scores = rows[near], scores[near]
    if len(rows) > _CROWD * k > 0:
        rows, scores = _without_late_equals(rows, scores, k)
    ranked, values = best_first(rows, scores)
    return ranked[: max(k, 0)], values[: max(k, 0)]


def highest_places(scores: Floats, k: int) -> npt.NDArray[np.intp]:
    """The places of the `k` highest scores, in any order; of several at the k-th any. All where there are no more.

    Of many scores a sample says about how high the k-th is, so that only what is above that is looked at: a partition
    of a million takes 2 to 7 ms.
    """
    if len(scores) <= k:
        return np.arange(len(scores))
    if k * _SAMPLED * _ENOUGH < len(scores):
        some = scores[::_SAMPLED]
        rank = _ENOUGH * (k // _SAMPLED + 1)
        near = np.flatnonzero(scores >= np.partition(some, len(some) - rank)[len(some) - rank])
        if k <= len(near) <= len(scores) // _ENOUGH:
            return near[np.argpartition(scores[near], len(near) - k)[len(near) - k :]]
    return np.argpartition(scores, len(scores) - k)[len(scores) - k :]


def _without_late_equals(rows: Rows, scores: npt.NDArray[np.floating], k: int) -> tuple[Rows, npt.NDArray[np.floating]]:
    """The rows above the k-th best rounded score and, of those at it, the first by row: a new person in a catalogue
    without events scores everything alike."""
    rounded = np.round(scores.astype(np.float64), DECIMALS)
    least = np.partition(rounded, len(rounded) - k)[len(rounded) - k]
    above, level = np.flatnonzero(rounded > least), np.flatnonzero(rounded == least)
    level = level[np.argpartition(rows[level], k - len(above) - 1)[: k - len(above)]]
    kept = np.concatenate([above, level])
    return rows[kept], scores[kept]


def distinct(*lists: Rows) -> Rows:
    """All rows of the lists, ascending, each once; `np.unique` takes twenty times as long (0.25 ms for 3,500)."""
    rows = np.sort(np.concatenate(lists))
    kept = np.ones(len(rows), np.bool_)
    np.not_equal(rows[1:], rows[:-1], out=kept[1:])
    return rows[kept].astype(np.int32, copy=False)


def summed(rows: Rows, values: npt.NDArray[np.float64]) -> tuple[Rows, npt.NDArray[np.float64]]:
    """Each of `rows` once, ascending, and the sum of its values, added in their order."""
    if not len(rows):
        return rows[:0], values[:0]
    keys = np.sort((rows.astype(np.int64) << 32) | np.arange(len(rows)))  # a stable argsort takes six times as long
    ordered, places = keys >> 32, keys & 0xFFFFFFFF
    firsts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    return ordered[firsts].astype(np.int32), np.add.reduceat(values[places], firsts)


def looked_up(rows: Rows, found: Rows, scores: Floats) -> Floats:
    """The score of each of `rows` in a sparse list (`found` ascending); 0 where it is not in it. (len(rows),)."""
    if not len(found) or not len(rows):
        return np.zeros(len(rows), dtype=np.float32)
    size = max(int(found[-1]), int(rows.max())) + 1
    if len(rows) > _DENSE * len(found) and size < _WIDE * len(rows):  # a table of all costs less than as many searches
        table = np.zeros(size, np.float32)
        table[found] = scores
        return np.asarray(table[rows])
    places = np.minimum(np.searchsorted(found, rows), len(found) - 1)
    return np.where(found[places] == rows, scores[places], np.float32(0))


def inside_of(allowed: Allowed, rows: Rows) -> Mask:
    """Which of `rows` are allowed; rows of items that the mask does not know yet are not."""
    inside = rows < len(allowed.mask)
    inside[inside] = allowed.mask[rows[inside]]
    return inside


def shares_of_best(logits: Floats, best: np.floating | float) -> Floats:
    """Probabilities as shares of the best one's; 0 everywhere where there is no best (-inf)."""
    if best == -np.inf:
        return np.zeros(len(logits), dtype=np.float32)
    return np.round(np.exp(logits - best), DECIMALS).astype(np.float32)


def top_shares(rows: Rows, logits: Floats, best: np.floating | float, k: int) -> tuple[Rows, Floats]:
    """The `k` best of `rows` by their shares, best first, without those whose share rounds to 0.

    Probabilities are taken of those alone that may be among the first k: of 100,000 items they cost more than the
    product of vectors. What rounding may move past the k-th is kept.
    """
    if best == -np.inf:
        return rows[:0], np.empty(0, dtype=np.float32)
    least = 0.5 * 10.0**-DECIMALS
    if len(logits) > k > 0:
        cut = np.partition(logits, len(logits) - k)[len(logits) - k]
        least = max(least, float(np.exp(cut - best)) - _SLACK)
    near = logits >= best + np.float32(np.log(least))
    rows, shares = rows[near], shares_of_best(logits[near], best)
    return top(rows[shares > 0], shares[shares > 0], k)
