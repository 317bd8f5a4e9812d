"""Popularity with time decay: what everybody wants lately. Three readings of it, one class each.

`Popularity` (half-life of the catalogue, and a shorter one called "trend"), `Lasting` (all events ever, on a log scale:
orders the long tail where nothing happened lately), `Fresh` (what came up since this person was last here: what was
already popular then, they have seen and passed over).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from intently.nouns import Candidates
from intently.retrieve.index import BehaviourIndex
from intently.retrieve.masses import Masses
from intently.retrieve.ranking import DECIMALS, inside_of, looked_up, summed, top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows, no_rows

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

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        rows = walk(self.masses.wanted, allowed, k)
        return Candidates(self.name, rows, self.score(request, rows))

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        known = self.every
        if not len(rows) or int(rows.max()) < len(known):
            return np.asarray(known[rows])
        inside = rows < len(known)  # rows beyond the index are newer items
        return np.where(inside, known[np.where(inside, rows, 0)] if len(known) else 0, 0).astype(np.float32)

    @cached_property
    def every(self) -> Floats:
        """The scores of all rows, (n,): they depend on nobody who asks."""
        return np.round(self.masses.all_shares(), DECIMALS).astype(np.float32)

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        return ()


@dataclass(frozen=True)
class Lasting(Popularity):
    """log(1 + events ever) of an item as a share of the largest. `masses` are of infinite half-life."""

    name: str = "lasting"

    @cached_property
    def every(self) -> Floats:
        highest = 2.0**self.masses.highest
        shares = self.masses.all_shares()
        if highest > 0:
            shares = np.log1p(shares * highest) / np.log1p(highest)
        return np.asarray(np.round(shares, DECIMALS), dtype=np.float32)


@dataclass(frozen=True)
class Fresh:
    """The part of an item's trend that came after this person's last event, as a share of the largest trend."""

    index: BehaviourIndex
    name: str = "fresh"

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        rows, scores = self.found(request)
        inside = inside_of(allowed, rows)
        return Candidates(self.name, *top(rows[inside], scores[inside], k))

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        return looked_up(rows, *self.found(request))

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        return ()

    def found(self, request: RetrievalRequest) -> tuple[Rows, Floats]:
        """All rows with a score above zero, ascending, and their scores; computed once a request."""
        if "fresh.rows" not in request.scratch:
            request.scratch["fresh.rows"], request.scratch["fresh.scores"] = self._measure(request)
        return request.scratch["fresh.rows"], request.scratch["fresh.scores"]

    def _measure(self, request: RetrievalRequest) -> tuple[Rows, Floats]:
        trend = self.index.trend
        if trend.highest == -np.inf:
            return no_rows(), np.empty(0, dtype=np.float32)
        last = float(request.history.times[-1]) if len(request.history.times) else -np.inf
        since = self.index.recent.between(last, request.as_of)
        shares = np.exp2(trend.weigh(since.times) - trend.highest)
        rows, sums = summed(since.rows, shares)
        told = sums >= 10.0**-DECIMALS
        return rows[told], np.round(np.minimum(sums[told], 1.0), DECIMALS).astype(np.float32)
