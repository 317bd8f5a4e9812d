"""Which items the same people wanted: counts of people in common, made comparable.

sim(a, b) = together(a, b) / (sqrt(people(a) * people(b)) + shrink)

Shrinking keeps two people in common from counting as certainty (Koren 2008, "Factorization meets the neighborhood",
section 2.2). The plain square root did better inside the fusion than an asymmetric one, though worse alone; both were
compared on validation events only (docs/results/feed.md).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from intently.retrieve.request import Floats, Rows

__all__ = ["SHRINK", "NeighbourLists", "NeighbourTable", "neighbour_lists", "similarity"]

SHRINK = 10.0  # people
_BLOCK = 2048  # items whose rows of the product are in memory at once


class NeighbourTable(Protocol):
    """Neighbours of an item. Implementations: lists kept for serving, and live counts that grow event by event."""

    def of(self, row: int) -> tuple[Rows, Floats]:
        """Neighbours of one item and their similarities, (m,) each, in any order; empty for an unknown row."""

    def of_many(self, rows: Rows) -> tuple[Rows, Floats, npt.NDArray[np.intp]]:
        """The same of several items, one after the other, and whose neighbour each is: a place in `rows`. (m,) each."""


@dataclass(frozen=True)
class NeighbourLists:
    """The nearest neighbours of all items: item i owns rows[starts[i]:starts[i + 1]], `similarities` likewise."""

    starts: npt.NDArray[np.int64]
    rows: Rows
    similarities: npt.NDArray[np.float16]

    def of(self, row: int) -> tuple[Rows, Floats]:
        if not 0 <= row < len(self.starts) - 1:
            return self.rows[:0], np.empty(0, dtype=np.float32)
        part = slice(int(self.starts[row]), int(self.starts[row + 1]))
        return self.rows[part], self.similarities[part].astype(np.float32)

    def of_many(self, rows: Rows) -> tuple[Rows, Floats, npt.NDArray[np.intp]]:
        known = (rows >= 0) & (rows < len(self.starts) - 1)
        inside = np.where(known, rows, 0)
        after = np.minimum(inside + 1, len(self.starts) - 1)  # a table of no items has one start
        firsts, counts = self.starts[inside], np.where(known, self.starts[after] - self.starts[inside], 0)
        owners = np.repeat(np.arange(len(rows)), counts)
        ends = np.cumsum(counts)
        places = np.arange(len(owners)) + np.repeat(firsts - ends + counts, counts)
        return self.rows[places], self.similarities[places].astype(np.float32), owners


def similarity(
    together: npt.NDArray[np.floating], people: npt.NDArray[np.floating] | float, others: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Similarity of items, from people in common, people of the one and people of the other: (m,)."""
    return np.asarray(together / (np.sqrt(people * others) + SHRINK), dtype=np.float64)


def neighbour_lists(size: int, users: Rows, rows: Rows, k: int) -> NeighbourLists:
    """The `k` nearest neighbours of each of `size` items. `users`, `rows`: (events,), one pair for each event.

    A person counts once for an item, however often they wanted it. Time and memory: one block of the product at once.
    """
    from scipy import sparse  # only where an index is built: what serves a feed needs numpy alone

    people_count = int(users.max(initial=-1)) + 1
    ones = np.ones(len(users), dtype=np.float32)
    matrix = sparse.csr_array((ones, (users, rows)), shape=(people_count, size))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    people: npt.NDArray[np.float64] = np.bincount(matrix.indices, minlength=size).astype(np.float64)
    across = sparse.csr_array(matrix.T)
    counts, found, values = [], [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.float16)]
    for first in range(0, size, _BLOCK):
        block = sparse.csr_array(across[first : first + _BLOCK] @ matrix)
        askers = np.repeat(np.arange(first, first + block.shape[0]), np.diff(block.indptr))
        asking, near, sims = _nearest_of_many(askers, block.indices, block.data, people, k)
        counts.append(np.bincount(asking - first, minlength=block.shape[0]))
        found.append(near)
        values.append(sims)
    starts = np.concatenate([[0], np.cumsum(np.concatenate([*counts, np.empty(0, np.int64)]))]).astype(np.int64)
    return NeighbourLists(starts, np.concatenate(found), np.concatenate(values))


def _nearest_of_many(
    askers: npt.NDArray[np.int64],
    others: npt.NDArray[np.integer],
    together: npt.NDArray[np.floating],
    people: npt.NDArray[np.float64],
    k: int,
) -> tuple[npt.NDArray[np.int64], Rows, npt.NDArray[np.float16]]:
    """As `nearest`, for pairs (asker, other) of many askers, ascending: the pairs that are kept, best first in each."""
    keep = askers != others
    askers, others, together = askers[keep], others[keep], together[keep]
    sims = similarity(together, people[askers], people[others]).astype(np.float16)
    order = np.lexsort((others, -sims, askers))
    askers, others, sims = askers[order], others[order], sims[order]
    first = np.searchsorted(askers, askers)
    kept = np.arange(len(askers)) - first < k
    return askers[kept], others[kept].astype(np.int32), sims[kept]


def nearest(
    row: int,
    others: npt.NDArray[np.integer],
    together: npt.NDArray[np.floating],
    people: npt.NDArray[np.floating],
    k: int,
) -> tuple[Rows, npt.NDArray[np.float16]]:
    """The `k` most similar of `others` to `row`, without itself; ties by row. Similarities as they are stored."""
    keep = others != row
    others, together = others[keep], together[keep]
    sims = similarity(together, float(people[row]), people[others]).astype(np.float16)
    order = np.lexsort((others, -sims))[:k]
    return others[order].astype(np.int32), sims[order]
