"""What comes next after this history, in its order: the source over the sequence tower.

An item's score is its probability as a share of the most probable item's, which is exp(logit - best logit): linear in
probability, as popularity is in mass. The history alone is read. What a score rests on is measured by leaving out: the
events without which the item would be less probable.
"""

from dataclasses import dataclass

import numpy as np

from intently.nouns import Candidates
from intently.retrieve.neighbours import recent_items
from intently.retrieve.products import SCORING_LANE
from intently.retrieve.ranking import distinct, shares_of_best, top_shares
from intently.retrieve.request import Allowed, Floats, Mask, RetrievalRequest, Rows
from intently.retrieve.tower import Tower

__all__ = ["Sequence"]

ASKED = 8  # newest distinct items that are left out, one at a time, to know what a score rests on
_SHOWN = 3  # pieces of evidence


@dataclass(frozen=True)
class Sequence:
    """`tower` is placed on the snapshot's items; `known` (n,) says which of them it was trained with."""

    tower: Tower
    known: Mask
    name: str = "sequence"

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        logits = self._logits(request)
        rows = allowed.rows[: np.searchsorted(allowed.rows, len(logits))]
        return Candidates(self.name, *top_shares(rows, logits[rows], logits.max(initial=-np.inf), k))

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        logits = self._logits(request)
        found = np.zeros(len(rows), dtype=np.float32)
        inside = rows < len(logits)
        found[inside] = shares_of_best(logits[rows[inside]], logits.max(initial=-np.inf))
        return found

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        """The events without which the item would be less probable, the most telling first."""
        if row >= len(self.known) or not self.known[row] or len(distinct(self._history(request))) < 2:
            return ()
        if "sequence.people" not in request.scratch:
            self._leave_out(request)
        chances = request.scratch["sequence.people"] @ self.tower.items[row] - request.scratch["sequence.mass"]
        lost, events = chances[0] - chances[1:], request.scratch["sequence.events"]
        order = np.lexsort((np.arange(len(lost)), -lost))[:_SHOWN]
        return tuple(("event", str(events[place])) for place in order if lost[place] > 0)

    def _leave_out(self, request: RetrievalRequest) -> None:
        """The vectors of the history, whole and without each of its newest items, the log of each one's whole mass, and
        the last event of each item that is left out."""
        history = self._history(request)
        newest, _, events = recent_items(request, ASKED)
        readable = [place for place, row in enumerate(newest) if row in history]
        people = [history, *(history[history != newest[place]] for place in readable)]
        vectors = np.stack([self.tower.person(rows) for rows in people])
        with SCORING_LANE:
            logits = vectors @ self.tower.items[self.known].T
        best = logits.max(axis=1)
        request.scratch["sequence.people"] = vectors
        request.scratch["sequence.mass"] = best + np.log(np.exp(logits - best[:, None]).sum(axis=1))
        request.scratch["sequence.events"] = np.array([events[place] for place in readable], dtype=object)

    def _history(self, request: RetrievalRequest) -> Rows:
        """The items of the history that the tower knows, oldest first."""
        rows = request.history.rows
        rows = rows[rows < len(self.known)]
        return rows[self.known[rows]]

    def _logits(self, request: RetrievalRequest) -> Floats:
        """Of all items, (n,); -inf for what the tower does not know, and for everything where there is no history.
        Computed once a request."""
        if "sequence" not in request.scratch:
            request.scratch["sequence"] = self._measure(self._history(request))
        logits: Floats = request.scratch["sequence"]
        return logits

    def _measure(self, history: Rows) -> Floats:
        if not len(history):
            return np.full(len(self.known), -np.inf, dtype=np.float32)
        person = self.tower.person(history)
        with SCORING_LANE:
            logits = self.tower.items @ person
        return np.where(self.known, logits, np.float32(-np.inf))
