"""Order by score: rounded, ties by row, and never a different order for the same numbers.

A product of matrix and vector differs in its last bits by the path it took (rows gathered or not, threads, blocks), so
scores are compared after rounding to six decimals, and equal scores are ordered by row.
"""

import numpy as np
import numpy.typing as npt

from intently.retrieve.request import Allowed, Floats, Mask, Rows

__all__ = ["DECIMALS", "best_first", "inside_of", "looked_up", "top"]

DECIMALS = 6
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
    ranked, values = best_first(rows, scores)
    return ranked[: max(k, 0)], values[: max(k, 0)]


def looked_up(rows: Rows, found: Rows, scores: Floats) -> Floats:
    """The score of each of `rows` in a sparse list (`found` ascending); 0 where it is not in it. (len(rows),)."""
    if not len(found):
        return np.zeros(len(rows), dtype=np.float32)
    places = np.minimum(np.searchsorted(found, rows), len(found) - 1)
    return np.where(found[places] == rows, scores[places], np.float32(0))


def inside_of(allowed: Allowed, rows: Rows) -> Mask:
    """Which of `rows` are allowed; rows of items that the mask does not know yet are not."""
    inside = rows < len(allowed.mask)
    inside[inside] = allowed.mask[rows[inside]]
    return inside
