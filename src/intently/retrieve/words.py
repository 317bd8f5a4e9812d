"""A wish by its words: the items whose title or text holds them, and how much of the wish that is.

An embedding knows what "chess" is like, the text knows whether it is there. A held word speaks for an item only as far
as its holders are also near to the wish by meaning: the film with the word "sad" in its plot is not the sad one, while
the holders of "submarine" are the films that "submarine" is near to. That is measured at every wish: how many standard
deviations the mean cosine of the holders lies above that of the catalogue, less the error of that mean.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from intently.catalog.text_index import TextIndex, terms_in
from intently.retrieve.request import Floats, Rows

__all__ = ["HeldWords", "WordFinder"]

SAMPLE = 256  # items that stand for the catalogue
HOLDERS = 64  # of a word that stand for all its holders
FEW = 50  # encoded items below which nothing is measured: every word counts
KEPT = 512  # answers
CHANCE, SURE = 0.0, 0.4  # standard deviations above the catalogue: none of the word counts, all of it does


@dataclass(frozen=True, slots=True)
class HeldWords:
    """`rows` ascending; `share` (len(rows),) how much of the wish's words the text holds, over 0 and at most 1, by how
    telling they are."""

    rows: Rows
    share: Floats


class WordFinder:
    """Finds the holders of wishes in one snapshot. The last answers are kept, in this process alone: a wish is looked
    up at every request while it is in force."""

    def __init__(self, index: TextIndex, vectors: Floats) -> None:
        """`vectors` (n, dim) of the same rows."""
        self._index, self._vectors = index, vectors
        sample = vectors[_spread(np.arange(len(vectors)), SAMPLE)]
        self._sample = sample[sample.any(axis=1)]
        self._kept: OrderedDict[tuple[str, bool], HeldWords] = OrderedDict()
        self._lock = Lock()

    def find(self, text: str, vector: Floats) -> HeldWords:
        """The holders of the wish's words. `vector` (dim,) of the text; empty or zeros without an encoder: no word is
        doubted then."""
        key = (text, bool(vector.any()))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = self._find(text, vector)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def _find(self, text: str, vector: Floats) -> HeldWords:
        held = {term: self._index.holders(term) for term in terms_in(text, self._index.language)}
        whole = sum(self._index.idf(term) for term, (rows, _) in held.items() if len(rows))
        background = self._background(vector)
        rows, parts = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
        for owners, weights in (found for found in held.values() if len(found[0])):
            trust = 1.0
            if background is not None:
                trust = _trust(self._vectors[_spread(owners, HOLDERS)] @ vector, *background)
            if trust > 0:
                rows.append(owners)
                parts.append(weights * np.float32(trust / whole))
        every, places = np.unique(np.concatenate(rows), return_inverse=True)
        share = np.bincount(places, weights=np.concatenate(parts), minlength=len(every))
        return HeldWords(every.astype(np.int32), np.round(np.minimum(share, 1.0), 6).astype(np.float32))

    def _background(self, vector: Floats) -> tuple[float, float] | None:
        """Mean and standard deviation of the cosines of the catalogue with the wish; None where they tell nothing."""
        if not vector.any() or len(self._sample) < FEW:
            return None
        near = self._sample @ vector
        deviation = float(near.std())
        return (float(near.mean()), deviation) if deviation > 0 else None


def _trust(near: Floats, mean: float, deviation: float) -> float:
    """0 to 1: whether holders with these cosines are what the wish means."""
    above = (float(near.mean()) - mean) / deviation - 1 / np.sqrt(len(near))
    return float(np.clip((above - CHANCE) / (SURE - CHANCE), 0.0, 1.0))


def _spread(rows: npt.NDArray[np.integer], most: int) -> npt.NDArray[np.integer]:
    """At most so many of the rows, evenly spread, so that the same rows stand for them every time."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
