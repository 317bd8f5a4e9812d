"""The history as the active intent reads it: RecBot's s_aia = g(H, P+, i), whose g was not published.

A reader scores candidates by a person's history in the light of what is wanted now. Two need no training and work on
the item vectors: `Attention`, the default, and `MeanOfHistory`, the ablation that does not look at the intent. Both
read the liked items, and are asked where something is wanted by meaning. `LearnedIntent` is trained
(`retrieve.intent_tower`): it reads the whole history and every wish, of facets too, and answers without any wish as the
plain sequence model does. It is given to `World.intent`, and named in `World.versions`, so that a replay from the
sources knows when it is gone.

What comes back is measured once and kept in the trace; the Matcher divides it by the highest and weighs it with
`feed.steer`.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from intently.feed.tools.products import small_product
from intently.retrieve.intent_tower import IntentTower
from intently.retrieve.request import Floats, Mask, Rows

__all__ = ["Attention", "IntentReader", "LearnedIntent", "MeanOfHistory"]

NEWEST = 50  # liked items that are read


class IntentReader(Protocol):
    @property
    def whole(self) -> bool:
        """Whether it reads the whole history and every wish, and is asked without wishes too."""

    def score(self, vectors: Floats, history: Rows, intents: Floats, candidates: Rows) -> Floats | None:
        """(k,) finite, one for each candidate; what is at most 0 counts as nothing. None: the history tells nothing.

        vectors: (n, dim) of all items, unit rows or zeros where an item is not encoded; history: rows of the liked
        items, oldest first, or of all that was taken; intents: (q, dim) unit vectors of the wishes by meaning, q >= 1,
        or of all wishes, q >= 0; candidates: (k,) rows.
        """


@dataclass(frozen=True, slots=True)
class Attention:
    """The items h_j of the history weigh softmax(intent . h_j / tau), the intent being the mean of the wishes; u is
    their weighted mean as a unit vector, and the score is the cosine u . item."""

    whole: ClassVar[bool] = False
    tau: float = 0.1  # temperature, in cosines

    def score(self, vectors: Floats, history: Rows, intents: Floats, candidates: Rows) -> Floats | None:
        return _cosines(self.direction(vectors, history, intents), vectors[candidates])

    def direction(self, vectors: Floats, history: Rows, intents: Floats) -> Floats | None:
        """u, (dim,) of length 1; None where the history has no direction."""
        items = vectors[history[-NEWEST:]]
        logits = (items @ np.mean(intents, axis=0) / self.tau).astype(np.float64)
        weights = np.exp(logits - logits.max(initial=-np.inf))
        return _direction(weights / weights.sum() if len(weights) else weights, items)


@dataclass(frozen=True, slots=True)
class MeanOfHistory:
    """The cosine with the mean of the history, whatever is wanted: what the attention is worth shows against it."""

    whole: ClassVar[bool] = False

    def score(self, vectors: Floats, history: Rows, intents: Floats, candidates: Rows) -> Floats | None:
        return _cosines(self.direction(vectors, history, intents), vectors[candidates])

    def direction(self, vectors: Floats, history: Rows, intents: Floats) -> Floats | None:
        """The mean, (dim,) of length 1; None where it has no direction."""
        items = vectors[history[-NEWEST:]]
        return _direction(np.full(len(items), 1.0 / max(1, len(items))), items)


@dataclass(frozen=True, slots=True)
class LearnedIntent:
    """The probability that the intent-aware tower gives an item, as a share of the most probable candidate's, to the
    power `flat`. `tower` is placed on the snapshot's items; `known` (n,) says which of them it was trained with."""

    whole: ClassVar[bool] = True
    tower: IntentTower
    known: Mask
    flat: float = 0.25  # at 1 the few most probable items have all the say (docs/experiments.md)

    def score(self, vectors: Floats, history: Rows, intents: Floats, candidates: Rows) -> Floats | None:
        rows = history[self._knows(history)]
        if not len(rows):
            return None
        able = self._knows(candidates)
        person = self.tower.person(rows, intents)
        logits = small_product(self.tower.tower.items[candidates[able]], person[np.newaxis])[:, 0]
        found = np.zeros(len(candidates), dtype=np.float32)
        found[able] = np.exp(self.flat * (logits - logits.max(initial=-np.inf)))
        return found

    def _knows(self, rows: Rows) -> Mask:
        """(len(rows),) which of these items the tower was trained with; those that came later are not among them."""
        inside = rows < len(self.known)
        return np.asarray(inside & self.known[np.where(inside, rows, 0)])


def _direction(weights: np.ndarray[tuple[int], np.dtype[np.float64]], items: Floats) -> Floats | None:
    """The weighted mean of the items, at length 1."""
    user = weights @ items.astype(np.float64)
    length = float(np.linalg.norm(user))
    return None if length == 0.0 else (user / length).astype(np.float32)


def _cosines(direction: Floats | None, candidates: Floats) -> Floats | None:
    return None if direction is None else small_product(candidates, direction[np.newaxis])[:, 0]
