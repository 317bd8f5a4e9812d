"""Buying again: the person's own items, where the catalogue lets items come back.

Each of their events adds 2^(-age / half-life); the score is an item's sum as a share of the person's largest. A habit
(often) and a need (lately) both count. Source of the idea: Anderson et al. 2014, "The dynamics of repeat consumption".
"""

from dataclasses import dataclass

import numpy as np

from intently.nouns import Candidates
from intently.retrieve.masses import DAY
from intently.retrieve.ranking import DECIMALS, looked_up, top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows, no_rows

__all__ = ["HALF_LIFE_DAYS", "Repeats"]

HALF_LIFE_DAYS = 60.0  # of one event


@dataclass(frozen=True)
class Repeats:
    """The source reads nothing but the request's history."""

    half_life_days: float = HALF_LIFE_DAYS
    name: str = "repeats"

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        rows = self.found(request)[0]
        rows = rows[rows < len(allowed.mask)]
        rows = rows[allowed.mask[rows]]
        return Candidates(self.name, *top(rows, self.score(request, rows), k))

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        return looked_up(rows, *self.found(request))

    def found(self, request: RetrievalRequest) -> tuple[Rows, Floats]:
        """The person's items, ascending, and their scores; computed once a request."""
        history = request.history
        if not len(history.rows):
            return no_rows(), np.empty(0, np.float32)
        if "repeats.rows" not in request.scratch:
            ages = np.maximum(request.as_of - history.times, 0.0) / DAY
            own, places = np.unique(history.rows, return_inverse=True)
            sums = np.bincount(places, weights=np.exp2(-(ages - ages.min()) / self.half_life_days))
            request.scratch["repeats.rows"] = own.astype(np.int32)
            request.scratch["repeats.scores"] = np.round(sums / sums.max(), DECIMALS).astype(np.float32)
        return request.scratch["repeats.rows"], request.scratch["repeats.scores"]

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        """The newest events on the item itself."""
        places = np.flatnonzero(request.history.rows == row)[::-1][:3]
        return tuple(("event", request.history.event_ids[place]) for place in places)
