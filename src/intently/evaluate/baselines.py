"""The plainest item-kNN there is, as the known points of docs/semantics.md, 7 were taken: cosine, the last five."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.retrieve.ranking import top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows

__all__ = ["PlainNeighbours"]

LAST = 5  # items of the history


@dataclass(frozen=True)
class PlainNeighbours:
    """score(i) = sum over the last five items r of together(r, i) / sqrt(people(r) people(i)).

    together (n, n) float32: people in common; people (n,) float64.
    """

    together: Floats
    people: npt.NDArray[np.float64]

    def ranked(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Rows:
        """The `k` best allowed rows with any person in common."""
        last = request.history.rows[-LAST:]
        lengths = np.sqrt(np.maximum(self.people, 1.0))
        scores = (self.together[last] / (lengths[last][:, None] * lengths[None, :])).sum(axis=0)
        rows = allowed.rows[scores[allowed.rows] > 0]
        return top(rows, scores[rows], k)[0]
