"""The intent-aware tower as it serves: what a history says in the light of what is wanted, in numpy alone.

Over the states h_1 ... h_m that a sequence tower reads at the places of a history stands a head. The intent, a text
vector e, is a query: q = W e; it reads r = sum_j softmax_j(q . K h_j / sqrt(d)) h_j; and the person's vector is
u = h_m + D relu(U [h_m, r, q] + b) + c, so that an item's score is u . v_i. Without an intent u = h_m: the plain tower.
This is RecBot's s_aia = g(H, P+, i), whose g was not published, as reconstructed from its name; what stands behind the
attention (U, D) is ours: it lets the intent say more than which part of the history counts.

The arrays of the head lie beside the tower's own, under "intent.", in the same file.
"""

from dataclasses import dataclass

import numpy as np

from intently.errors import DataError
from intently.retrieve.request import Floats, Rows
from intently.retrieve.tower import Tower

__all__ = ["HEAD", "IntentTower", "head_shapes"]

HEAD = "intent."  # before the names of the head's arrays


def head_shapes(dim: int, hidden: int, wide: int) -> dict[str, tuple[int, ...]]:
    """The arrays of the head, by name, as torch lays them out: (outputs, inputs). wide: dimensions of a text vector."""
    return {
        "query.weight": (dim, wide), "key.weight": (dim, dim), "up.weight": (hidden, 3 * dim), "up.bias": (hidden,),
        "down.weight": (dim, hidden), "down.bias": (dim,),
    }  # fmt: skip


@dataclass(frozen=True)
class IntentTower:
    """`tower` holds the arrays of the head too."""

    tower: Tower

    @property
    def wide(self) -> int:
        """Dimensions of the text vectors that it reads."""
        return int(self.tower.arrays[HEAD + "query.weight"].shape[1])

    def checked(self) -> "IntentTower":
        """Itself. Raises DataError when an array of the head is missing, of a wrong shape, or not finite."""
        arrays = self.tower.checked().arrays
        query, bias = arrays.get(HEAD + "query.weight"), arrays.get(HEAD + "up.bias")
        wide = query.shape[-1] if query is not None else 0
        for name, shape in head_shapes(self.tower.dim, len(bias) if bias is not None else 0, wide).items():
            found = arrays.get(HEAD + name)
            if found is None or found.shape != shape or not np.isfinite(found).all():
                raise DataError(
                    f"the array {HEAD + name!r} is not finite numbers of shape {shape}; train the tower again"
                )
        return self

    def person(self, rows: Rows, intents: Floats) -> Floats:
        """The vector of a history, oldest first, in the light of the wishes: (dim,). `rows` has one item at least;
        `intents` (q, wide): unit vectors, of which the mean is read, as in the training; none: the plain tower."""
        wish = np.asarray(intents, dtype=np.float32).sum(axis=0)
        length = float(np.linalg.norm(wish))
        if length == 0.0:
            return self.tower.person(rows)
        return self._steered(self.tower.states(rows), wish / np.float32(length))

    def _steered(self, states: Floats, intent: Floats) -> Floats:
        head = {name: self.tower.arrays[HEAD + name] for name in head_shapes(1, 1, 1)}
        query = head["query.weight"] @ intent
        logits = states @ head["key.weight"].T @ query / np.float32(np.sqrt(self.tower.dim))
        weights = np.exp(logits - logits.max())
        read = weights / weights.sum() @ states
        inner = head["up.weight"] @ np.concatenate([states[-1], read, query]) + head["up.bias"]
        moved = head["down.weight"] @ np.maximum(inner, 0) + head["down.bias"]
        return np.asarray(states[-1] + moved, dtype=np.float32)
