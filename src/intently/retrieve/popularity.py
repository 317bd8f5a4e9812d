"""Popularity with time decay: what everybody wants lately. Three readings of it, one class each.

`Popularity` (half-life of the catalogue, and a shorter one called "trend"), `Lasting` (all events ever, on a log scale:
orders the long tail where nothing happened lately), `Fresh` (what came up since this person was last here: what was
already popular then, they have seen and passed over).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from intently.nouns import Candidates
from intently.retrieve.index import BehaviourIndex
from intently.retrieve.masses import Masses
from intently.retrieve.ranking import DECIMALS, top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows

__all__ = ["Fresh", "Lasting", "Popularity"]

_STEP = 4096  # rows of the order that are looked at together


def walk(order: Rows, allowed: Allowed, k: int) -> Rows:
    """The first `k` allowed rows of an order, without looking at the rest of it."""
    found: list[Rows] = []
    missing = k
    for first in range(0, len(order), _STEP):
        part = order[first : first + _STEP]
        part = part[allowed.mask[part]][:missing]
        found.append(part)
        missing -= len(part)
        if missing <= 0:
            break
    return np.concatenate(found) if found else order[:0]


@dataclass(frozen=True)
class Popularity:
    """Mass of an item as a share of the largest mass of all items."""

    masses: Masses
    name: str = "popularity"

    @cached_property
    def _wanted(self) -> Rows:
        """The rows that had an event, by mass."""
        return self.masses.order[: int(np.count_nonzero(self.masses.logs > -np.inf))]

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        rows = walk(self._wanted, allowed, k)
        return Candidates(self.name, rows, self.score(request, rows))

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        return np.round(self.masses.shares(rows), DECIMALS).astype(np.float32)

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        return ()


@dataclass(frozen=True)
class Lasting:
    """log(1 + events ever) of an item as a share of the largest."""

    counts: npt.NDArray[np.float64]
    name: str = "lasting"

    @cached_property
    def _order(self) -> Rows:
        order = np.argsort(-self.counts, kind="stable").astype(np.int32)
        return order[: int(np.count_nonzero(self.counts))]

    @cached_property
    def _highest(self) -> float:
        return float(np.log1p(self.counts.max(initial=0.0)))

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        rows = walk(self._order, allowed, k)
        return Candidates(self.name, rows, self.score(request, rows))

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        scores = np.zeros(len(rows))
        known = rows < len(self.counts)
        if self._highest > 0:
            scores[known] = np.log1p(self.counts[rows[known]]) / self._highest
        return np.round(scores, DECIMALS).astype(np.float32)

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        return ()


@dataclass(frozen=True)
class Fresh:
    """The part of an item's trend that came after this person's last event, as a share of the largest trend."""

    index: BehaviourIndex
    name: str = "fresh"

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        scores = self._all(request)
        rows = np.flatnonzero(scores).astype(np.int32)
        rows = rows[allowed.mask[rows]]
        return Candidates(self.name, *top(rows, scores[rows], k))

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        known = rows < self.index.size
        scores = np.zeros(len(rows), dtype=np.float32)
        scores[known] = self._all(request)[rows[known]]
        return scores

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        return ()

    def _all(self, request: RetrievalRequest) -> Floats:
        if self.name not in request.scratch:
            request.scratch[self.name] = self._measure(request)
        return request.scratch[self.name]

    def _measure(self, request: RetrievalRequest) -> Floats:
        trend = self.index.trend
        if trend.highest == -np.inf:
            return np.zeros(self.index.size, dtype=np.float32)
        last = float(request.history.times[-1]) if len(request.history.times) else -np.inf
        since = self.index.recent.between(last, request.as_of)
        shares = np.exp2(trend.weigh(since.times) - trend.highest)
        sums = np.bincount(since.rows, weights=shares, minlength=self.index.size)
        return np.round(np.minimum(sums, 1.0), DECIMALS).astype(np.float32)
