"""The history as the active intent reads it: RecBot's s_aia = g(H, P+, i), whose g was not published.

A reader scores candidates by a person's liked items in the light of what is wanted now. Two need no training and work
on the item vectors: `Attention`, the default, and `MeanOfHistory`, the ablation that does not look at the intent. A
trained g (a sequence model over the history, the projected intent as the query of its attention, trained with intents
made of the next item's attributes) is a third: it is given to `World.intent`, and named in `World.versions`, so that a
replay from the sources knows when it is gone.

What comes back is measured once and kept in the trace; the Matcher divides it by the highest and weighs it with
`feed.steer`.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from intently.feed.tools.products import small_product
from intently.retrieve.request import Floats, Rows

__all__ = ["Attention", "IntentReader", "MeanOfHistory"]

NEWEST = 50  # liked items that are read


class IntentReader(Protocol):
    def score(self, vectors: Floats, history: Rows, intents: Floats, candidates: Rows) -> Floats | None:
        """(k,) finite, one for each candidate; what is at most 0 counts as nothing. None: the history tells nothing.

        vectors: (n, dim) of all items, unit rows or zeros where an item is not encoded; history: rows of the liked
        items, oldest first; intents: (q, dim) unit vectors of the wishes by meaning, q >= 1; candidates: (k,) rows.
        """


@dataclass(frozen=True, slots=True)
class Attention:
    """The items h_j of the history weigh softmax(intent . h_j / tau), the intent being the mean of the wishes; u is
    their weighted mean as a unit vector, and the score is the cosine u . item."""

    tau: float = 0.1  # temperature, in cosines

    def score(self, vectors: Floats, history: Rows, intents: Floats, candidates: Rows) -> Floats | None:
        items = vectors[history[-NEWEST:]]
        logits = (items @ np.mean(intents, axis=0) / self.tau).astype(np.float64)
        weights = np.exp(logits - logits.max(initial=-np.inf))
        return _cosines(weights / weights.sum() if len(weights) else weights, items, vectors[candidates])


@dataclass(frozen=True, slots=True)
class MeanOfHistory:
    """The cosine with the mean of the history, whatever is wanted: what the attention is worth shows against it."""

    def score(self, vectors: Floats, history: Rows, intents: Floats, candidates: Rows) -> Floats | None:
        items = vectors[history[-NEWEST:]]
        return _cosines(np.full(len(items), 1.0 / max(1, len(items))), items, vectors[candidates])


def _cosines(weights: np.ndarray[tuple[int], np.dtype[np.float64]], items: Floats, candidates: Floats) -> Floats | None:
    """(k,) with the weighted mean of the items; None where that has no direction."""
    user = weights @ items.astype(np.float64)
    length = float(np.linalg.norm(user))
    if length == 0.0:
        return None
    return small_product(candidates, (user / length).astype(np.float32)[np.newaxis])[:, 0]
