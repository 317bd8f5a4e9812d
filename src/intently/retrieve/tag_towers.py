"""The user, item and tag towers as they serve, in numpy alone: RecGPT V1's TAR, with V2's several vectors of a person.

    item   means of the vectors of its slots, field by field, and its text vector   -> network -> h_v
    user   means of h_v over each behaviour of the history, and their own vector     -> network -> h_u
    tag    its text vector                                                          -> network -> h_t

Every network is two layers beside a linear one, and its answer has length 1. y_col = h_u . h_v and y_sem = h_t . h_v;
h_fuse = beta h_u + (1 - beta) h_t is one question whose answer is beta y_col + (1 - beta) y_sem, which is exact
because both are linear in h_v. With K codes (V2: Poly-encoder) a person is K vectors, each with a reading of the
history of its own, and the best of them answers for an item; the identity holds for that too.

Departures from the paper: the tag tower begins with the encoder's vector of the whole tag, not with vectors of its
tokens that are learnt, so that it answers for tags that nobody had in training; answers have length 1 and a temperature
stands in the softmax; the user's own vector is optional, since a new person has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pydantic import BaseModel, ConfigDict

from intently.errors import DataError
from intently.nouns import History
from intently.retrieve.behaviours import behaviours_of, shares_of
from intently.retrieve.item_features import ID, Field, ItemFeatures, Vocabulary
from intently.retrieve.request import Floats

__all__ = ["TagTowers", "TowerForm", "array_shapes"]

FLOOR = 1e-6  # of a length that is divided by


class TowerForm(BaseModel):
    """All that decides the shapes of the arrays and how they are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocabulary: Vocabulary
    behaviours: tuple[str, ...]  # the first is the newest
    user_ids: tuple[str, ...]  # people with a vector of their own; none: the tower reads histories alone
    tag_dim: int  # of a tag's text vector
    dim: int
    width: int  # of the vector of a slot of a facet; an item's own slot has all `dim`
    hidden: int
    codes: int  # vectors of a person, K
    newest: int  # events that make the first behaviour
    length: int  # newest events of a history that are read


def array_shapes(form: TowerForm) -> dict[str, tuple[int, ...]]:
    """The arrays by name, as torch lays them out: (outputs, inputs)."""
    sizes = form.vocabulary.sizes()
    widths = {name: form.dim if name == ID else form.width for name in sizes}
    shapes: dict[str, tuple[int, ...]] = {f"slots.{name}": (size, widths[name]) for name, size in sizes.items()}
    inputs = {
        "item": sum(widths.values()) + form.vocabulary.text,
        "user": (len(form.behaviours) + (form.codes > 1)) * form.dim + (form.dim if form.user_ids else 0),
        "tag": form.tag_dim,
    }
    for tower, width in inputs.items():
        shapes |= {
            f"{tower}.up.weight": (form.hidden, width), f"{tower}.up.bias": (form.hidden,),
            f"{tower}.down.weight": (form.dim, form.hidden), f"{tower}.down.bias": (form.dim,),
            f"{tower}.skip.weight": (form.dim, width),
        }  # fmt: skip
    if form.codes > 1:
        shapes["codes"] = (form.codes, form.dim)
    if form.user_ids:
        shapes["users"] = (len(form.user_ids) + 1, form.dim)
    return shapes


@dataclass(frozen=True)
class TagTowers:
    """`arrays` are float32, named as in the file."""

    form: TowerForm
    arrays: Mapping[str, Floats]

    def checked(self) -> "TagTowers":
        """Itself. Raises DataError when arrays are missing, of a wrong shape, or not finite."""
        for name, shape in array_shapes(self.form).items():
            found = self.arrays.get(name)
            if found is None or found.shape != shape or not np.isfinite(found).all():
                raise DataError(f"the towers' array {name!r} is not finite numbers of shape {shape}; train them again")
        return self

    def items(self, features: ItemFeatures) -> Floats:
        """h_v of these items: (n, dim)."""
        parts = [_means(field, self.arrays[f"slots.{name}"]) for name, field in features.fields.items()]
        return self._through("item", np.concatenate([*parts, features.text], axis=1))

    def tags(self, vectors: Floats) -> Floats:
        """h_t of tags with these text vectors: (tags, tag_dim) -> (tags, dim)."""
        return self._through("tag", vectors)

    def person(self, history: History, items: Floats, user_id: str = "") -> Floats:
        """h_u of a person, (K, dim). `items` (n, dim): h_v of the snapshot's items, which the history's rows are of."""
        states = items[history.rows[-self.form.length :]]
        behaviours = behaviours_of(history, self.form.behaviours)[-self.form.length :]
        shares = shares_of(behaviours, len(self.form.behaviours), self.form.newest)
        read = np.tile((shares.T @ states).ravel(), (self.form.codes, 1))
        parts = [read, self._attended(states)] if self.form.codes > 1 else [read]
        if self.form.user_ids:
            own = self.arrays["users"][self._slot_of.get(user_id, 0)]
            parts.append(np.tile(own, (self.form.codes, 1)))
        return self._through("user", np.concatenate(parts, axis=1))

    def _attended(self, states: Floats) -> Floats:
        """What each code reads of a history: (items, dim) -> (K, dim); zeros of an empty one."""
        if not len(states):
            return np.zeros((self.form.codes, self.form.dim), np.float32)
        weights = self.arrays["codes"] @ states.T
        weights = np.exp(weights - weights.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True) @ states, np.float32)

    def _through(self, tower: str, inputs: Floats) -> Floats:
        """(n, inputs) -> (n, dim), rows of length 1."""
        arrays = {name: self.arrays[f"{tower}.{name}"] for name in _LAYERS}
        inner = np.maximum(inputs @ arrays["up.weight"].T + arrays["up.bias"], 0)
        found = inner @ arrays["down.weight"].T + arrays["down.bias"] + inputs @ arrays["skip.weight"].T
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, FLOOR), np.float32)

    @cached_property
    def _slot_of(self) -> Mapping[str, int]:
        return {user_id: slot for slot, user_id in enumerate(self.form.user_ids, start=1)}


_LAYERS = ("up.weight", "up.bias", "down.weight", "down.bias", "skip.weight")


def _means(field: Field, slots: Floats) -> Floats:
    """The mean of the slots' vectors of each item, (n, width); zeros where it has none."""
    counts = np.diff(field.starts)
    sums = np.zeros((len(counts), slots.shape[1]), np.float32)
    np.add.at(sums, np.repeat(np.arange(len(counts)), counts), slots[field.slots])
    return np.asarray(sums / np.maximum(counts, 1)[:, None], np.float32)
