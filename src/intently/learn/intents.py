"""Synthetic intents: what a person might have said who took an item, made of the item's own facets.

Nobody wrote down what the people of a log wanted. So each thing that was taken is given a wish that it meets: the words
of one or two of its facet values, drawn anew at every epoch, first the facet and then the value, so that a film of ten
actors is not asked for by its actors ten times in eleven.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from intently.catalog.snapshot import Snapshot
from intently.retrieve.request import Floats

__all__ = ["LEAST", "Intents", "intents_of"]

LEAST = 5  # items that hold a value, for it to be asked for: fewer would make the wish a name of the item

Numbers = npt.NDArray[np.int64]
Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class Intents:
    """`vectors` (p + 1, wide): unit vectors of the phrases, the last all zeros, for none. The facets that item r can be
    asked for by are `items[r]` to `items[r + 1]`; the phrases of facet f of an item are
    phrases[facets[f] : facets[f + 1]]."""

    texts: tuple[str, ...]
    vectors: Floats
    items: Numbers
    facets: Numbers
    phrases: Numbers

    @property
    def wide(self) -> int:
        return int(self.vectors.shape[1])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all of it."""
        whole = hashlib.sha256("\n".join(self.texts).encode())
        for values in (self.vectors, self.items, self.facets, self.phrases):
            whole.update(np.ascontiguousarray(values).tobytes())
        return whole.hexdigest()

    def draw(self, targets: Numbers, without: float, two: float, random: np.random.Generator) -> Numbers:
        """(m, 2) numbers of phrases for the targets, the one of zeros for none. `without`: share that gets no intent;
        `two`: share of the others that gets a second phrase (which may be the first once more)."""
        none = len(self.texts)
        first, second = self._one(targets, random), self._one(targets, random)
        dropped = random.random(len(targets)) < without
        single = random.random(len(targets)) >= two
        return np.stack([np.where(dropped, none, first), np.where(dropped | single, none, second)], axis=1)

    def wishes(self, drawn: Numbers) -> Floats:
        """(m, wide) what the drawn phrases say together, as unit vectors; zeros where nothing is said."""
        summed = self.vectors[drawn].sum(axis=1)
        lengths = np.linalg.norm(summed, axis=1, keepdims=True)
        return np.asarray(summed / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)

    def _one(self, targets: Numbers, random: np.random.Generator) -> Numbers:
        """A phrase of each target; the one of zeros where an item has none."""
        counts = self.items[targets + 1] - self.items[targets]
        able = counts > 0
        facet = self.items[targets[able]] + (random.random(len(targets))[able] * counts[able]).astype(np.int64)
        held = self.facets[facet + 1] - self.facets[facet]
        found = np.full(len(targets), len(self.texts), dtype=np.int64)
        found[able] = self.phrases[self.facets[facet] + (random.random(len(targets))[able] * held).astype(np.int64)]
        return found


def intents_of(snapshot: Snapshot, encode: Encode, facets: Sequence[str] = ()) -> Intents:
    """The phrases of a catalogue, each encoded once. facets: names of term facets, all by default."""
    texts: list[str] = []
    held: list[list[list[int]]] = [[] for _ in snapshot.item_ids]
    for name in facets or tuple(snapshot.terms):
        facet = snapshot.terms[name]
        common = facet.counts() >= LEAST
        numbers = np.where(common, np.cumsum(common) - 1 + len(texts), -1)
        texts += [value for value, kept in zip(facet.values, common.tolist(), strict=True) if kept]
        for row, values in enumerate(_split(facet.item_values, facet.item_starts)):
            phrases = [number for number in numbers[values].tolist() if number >= 0]
            held[row] += [phrases] if phrases else []
    vectors = np.asarray(encode(texts), dtype=np.float32)
    vectors = np.concatenate([vectors, np.zeros((1, vectors.shape[1]), np.float32)])
    every = [phrases for facets_of_item in held for phrases in facets_of_item]
    return Intents(
        tuple(texts), vectors, _starts([len(own) for own in held]), _starts([len(phrases) for phrases in every]),
        np.array([number for phrases in every for number in phrases], dtype=np.int64),
    )  # fmt: skip


def _split(values: npt.NDArray[np.int32], starts: Numbers) -> Iterator[npt.NDArray[np.int32]]:
    for first, last in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        yield values[first:last]


def _starts(counts: Sequence[int]) -> Numbers:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(counts, dtype=np.int64))])
