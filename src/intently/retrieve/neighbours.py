"""Item-kNN: what the same people wanted who wanted this person's recent items.

score(i) = sum over recent items r of recency(r) * sim(r -> i), as a share of the best item's. Items that this request
should be like count as very recent; items that it should be unlike count against. All of history is read, not only the
liked part (docs/semantics.md, 6).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.nouns import Candidates
from intently.retrieve.ranking import DECIMALS, inside_of, looked_up, summed, top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows
from intently.retrieve.similarity import NeighbourTable

__all__ = ["Neighbours", "recent_items"]

RECENCY = 0.8  # weight of an item beside the one after it
SEED_WEIGHT = 3.0  # of an item to be like, beside 1.0 for the newest of history
DISLIKE_WEIGHT = -0.5
_SHOWN = 3  # pieces of evidence


def recent_items(request: RetrievalRequest, newest: int) -> tuple[Rows, npt.NDArray[np.float64], tuple[str, ...]]:
    """The newest distinct items of the history, newest first: rows, recency weights, and the last event of each."""
    newest_first: Rows = request.history.rows[::-1]
    rows, places = np.unique(newest_first, return_index=True)
    order = np.argsort(places)[:newest]
    events = request.history.event_ids
    ids = tuple(events[len(events) - 1 - place] for place in places[order]) if events else ()
    return rows[order], np.power(RECENCY, np.arange(len(order), dtype=np.float64)), ids


@dataclass(frozen=True)
class Neighbours:
    """The source over a table of neighbours; `newest` items of the history ask it."""

    table: NeighbourTable
    newest: int
    name: str = "neighbours"

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        rows, scores = self.found(request)
        inside = inside_of(allowed, rows)
        return Candidates(self.name, *top(rows[inside], scores[inside], k))

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        return looked_up(rows, *self.found(request))

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        """The recent items that speak most for `row`."""
        self.found(request)
        places = np.flatnonzero(request.scratch["neighbours.answers"] == row)
        said = [
            (float(request.scratch["neighbours.parts"][j]), int(request.scratch["neighbours.askers"][j]))
            for j in places
        ]
        events, seeds = request.scratch["neighbours.events"], request.seeds
        named = sorted((-part, asker < len(events), asker) for part, asker in said if part > 0)
        return tuple(
            ("event", str(events[asker])) if is_event else ("item", str(seeds[asker - len(events)]))
            for _, is_event, asker in named[:_SHOWN]
        )

    def found(self, request: RetrievalRequest) -> tuple[Rows, Floats]:
        """All rows with a score above zero, ascending, and their scores; computed once a request."""
        if "neighbours.rows" not in request.scratch:
            rows, scores = self._measure(request)
            request.scratch["neighbours.rows"], request.scratch["neighbours.scores"] = rows, scores
        return request.scratch["neighbours.rows"], request.scratch["neighbours.scores"]

    def _measure(self, request: RetrievalRequest) -> tuple[Rows, Floats]:
        recent, weights, events = recent_items(request, self.newest)
        asked = np.concatenate([recent, request.seeds, request.dislikes])
        sizes = (len(recent), len(request.seeds), len(request.dislikes))
        said = np.concatenate([weights, np.repeat([SEED_WEIGHT, DISLIKE_WEIGHT], sizes[1:])])
        found, similarities, askers = self.table.of_many(asked)
        parts = similarities * said[askers]
        request.scratch["neighbours.answers"], request.scratch["neighbours.parts"] = found, parts
        request.scratch["neighbours.askers"] = askers
        request.scratch["neighbours.events"] = np.array(events, dtype=object)
        rows, sums = summed(found, parts)
        return _shares(rows[sums > 0], sums[sums > 0])


def _shares(rows: Rows, sums: npt.NDArray[np.float64]) -> tuple[Rows, Floats]:
    highest = float(sums.max(initial=0.0))
    if highest <= 0:
        return rows[:0], np.empty(0, dtype=np.float32)
    return rows, np.round(sums / highest, DECIMALS).astype(np.float32)
