"""The sequence tower as it serves: a transformer over the newest items of a history, in numpy alone.

It is the network that `learn.network` trains, layer for layer: item and position vectors, blocks of attention and a
two-layer network with norms before each (pre-norm), a last norm; the score of an item is the product of what comes out
at the newest place with the item's own vector. Source: Kang & McAuley 2018, "Self-attentive sequential recommendation",
section 3, with pre-norm throughout. With an array "gap" it is BERT4Rec (Sun et al. 2019): the gap stands behind the
history, and every place reads all others. For a person only the newest place is computed in the last block: nothing
else is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from intently.errors import DataError
from intently.retrieve.request import Floats, Mask, Rows

__all__ = ["NORM_EPSILON", "Tower", "block_shapes"]

NORM_EPSILON = 1e-5  # added to the variance


def block_shapes(dim: int, hidden: int) -> dict[str, tuple[int, ...]]:
    """The arrays of one block, by name, as torch lays them out: (outputs, inputs)."""
    return {
        "norm1.weight": (dim,), "norm1.bias": (dim,), "mix.weight": (3 * dim, dim), "mix.bias": (3 * dim,),
        "out.weight": (dim, dim), "out.bias": (dim,), "norm2.weight": (dim,), "norm2.bias": (dim,),
        "up.weight": (hidden, dim), "up.bias": (hidden,), "down.weight": (dim, hidden), "down.bias": (dim,),
    }  # fmt: skip


@dataclass(frozen=True)
class Tower:
    """`item_ids` name the rows of `arrays["items"]` (n, dim). `arrays` are float32, named as in the file."""

    item_ids: tuple[str, ...]
    heads: int
    arrays: Mapping[str, Floats]

    @property
    def items(self) -> Floats:
        """(n, dim): an item's vector, as input and as output."""
        return self.arrays["items"]

    @property
    def dim(self) -> int:
        return int(self.items.shape[1])

    @property
    def length(self) -> int:
        """The newest items of a history that are read."""
        return len(self.arrays["positions"]) - ("gap" in self.arrays)

    @property
    def depth(self) -> int:
        """How many blocks there are."""
        return sum(name.endswith(".mix.weight") for name in self.arrays)

    @cached_property
    def blocks(self) -> list[dict[str, Floats]]:
        names = block_shapes(1, 1)
        return [{name: self.arrays[f"blocks.{number}.{name}"] for name in names} for number in range(self.depth)]

    def checked(self) -> "Tower":
        """Itself. Raises DataError when arrays are missing, of a wrong shape, or not finite."""
        for name, shape in self._shapes().items():
            found = self.arrays.get(name)
            if found is None or found.shape != shape or not np.isfinite(found).all():
                raise DataError(f"the tower's array {name!r} is not finite numbers of shape {shape}; train it again")
        if self.dim % self.heads:
            raise DataError(f"{self.heads} heads do not divide {self.dim} dimensions; train the tower again")
        return self

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """What each array must look like, sizes taken from the largest ones."""
        dim = self.arrays["items"].shape[-1] if "items" in self.arrays else 0
        hidden, length = (len(self.arrays.get(name, ())) for name in ("blocks.0.up.bias", "positions"))
        shapes: dict[str, tuple[int, ...]] = {
            "items": (len(self.item_ids), dim), "positions": (length, dim), "norm.weight": (dim,), "norm.bias": (dim,),
        }  # fmt: skip
        if "gap" in self.arrays:
            shapes["gap"] = (dim,)
        for number in range(self.depth):
            shapes |= {f"blocks.{number}.{name}": shape for name, shape in block_shapes(dim, hidden).items()}
        return shapes

    def placed(self, item_ids: Sequence[str]) -> tuple["Tower", Mask]:
        """The tower over these items instead, in their order, and which of them it knows; the others are zeros."""
        own = {item_id: row for row, item_id in enumerate(self.item_ids)}
        rows = np.array([own.get(item_id, -1) for item_id in item_ids], dtype=np.int64)
        known = rows >= 0
        items = np.zeros((len(rows), self.dim), dtype=np.float32)
        items[known] = self.items[rows[known]]
        return replace(self, item_ids=tuple(item_ids), arrays={**self.arrays, "items": items}), known

    def person(self, rows: Rows) -> Floats:
        """The vector of a history, oldest first: (dim,). `rows` has one item at least."""
        vector: Floats = self.people(np.asarray(rows)[None, :])[0]
        return vector

    def people(self, rows: npt.NDArray[np.integer]) -> Floats:
        """The vectors of histories of equal length, oldest first: (people, items) -> (people, dim)."""
        return self._read(rows, every=False)[:, -1]

    def states(self, rows: Rows) -> Floats:
        """What is read at each place of one history, oldest first: (places, dim); the last is `person`."""
        whole: Floats = self._read(np.asarray(rows)[None, :], every=True)[0]
        return whole

    def _read(self, rows: npt.NDArray[np.integer], every: bool) -> Floats:
        """(people, places, dim): of the newest place alone, unless `every` one is asked for."""
        state = self.items[rows[:, -self.length :]]
        if "gap" in self.arrays:
            gap = np.broadcast_to(self.arrays["gap"], (len(state), 1, self.dim))
            state = np.concatenate([state, gap], axis=1)
        state = state * np.float32(np.sqrt(self.dim)) + self.arrays["positions"][-state.shape[1] :]
        for number, block in enumerate(self.blocks):
            state = self._through(block, state, last=not every and number == len(self.blocks) - 1)
        return _norm(state, self.arrays["norm.weight"], self.arrays["norm.bias"])

    def _through(self, block: Mapping[str, Floats], state: Floats, last: bool) -> Floats:
        """One block; the last one answers for the newest place alone."""
        mixed = _linear(_norm(state, block["norm1.weight"], block["norm1.bias"]), block, "mix")
        people, places, _ = state.shape
        parts = mixed.reshape(people, places, 3, self.heads, -1).transpose(2, 0, 3, 1, 4)
        first = places - 1 if last else 0
        later = None if "gap" in self.arrays else np.arange(places)[None, :] > np.arange(first, places)[:, None]
        read = _attend(parts[0][:, :, first:], parts[1], parts[2], later)
        state = state[:, first:] + _linear(read.transpose(0, 2, 1, 3).reshape(people, places - first, -1), block, "out")
        inner = np.maximum(_linear(_norm(state, block["norm2.weight"], block["norm2.bias"]), block, "up"), 0)
        return state + _linear(inner, block, "down")


def _attend(queries: Floats, keys: Floats, values: Floats, later: Mask | None) -> Floats:
    """Attention: (people, heads, places, dim of a head). `later` (queries, keys): what a query does not see."""
    weights = queries @ keys.swapaxes(-1, -2) / np.float32(np.sqrt(queries.shape[-1]))
    if later is not None:
        weights = np.where(later, np.float32(-np.inf), weights)
    weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True) @ values, dtype=np.float32)


def _norm(state: Floats, weight: Floats, bias: Floats) -> Floats:
    centred = state - state.mean(axis=-1, keepdims=True)
    variance = np.square(centred).mean(axis=-1, keepdims=True)
    return np.asarray(centred / np.sqrt(variance + np.float32(NORM_EPSILON)) * weight + bias, dtype=np.float32)


def _linear(state: Floats, block: Mapping[str, Floats], name: str) -> Floats:
    return np.asarray(state @ block[f"{name}.weight"].T + block[f"{name}.bias"], dtype=np.float32)
