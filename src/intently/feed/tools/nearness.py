"""How near a candidate is to a wish by meaning, in two channels: the cosine of item and wish, and the words of the wish
that the item's text holds.

    near = ((1 - w) cosine / highest cosine + w share) / ((1 - w) + w highest share)        w = feed.words

Where the wish is to be like an item that has a vector of its own (of an image, say), the cosine is the mean of two: of
the texts and of the items' own, each divided by its highest; an item without one is as alike as the average.

Cosines are cut at 0 and divided by their highest among the candidates, so that every wish has a say however near its
nearest items are. The share of the words is absolute: where no candidate holds any, the cosine decides alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from intently.feed.tools.pool import Array, Part, Pool, Scene
from intently.feed.tools.products import small_product
from intently.feed.wishes import Meaning
from intently.retrieve.ranking import looked_up
from intently.retrieve.request import Floats, Mask

__all__ = [
    "Highest",
    "alike_of",
    "by_highest",
    "cosines",
    "has_vector",
    "measure_own",
    "measure_words",
    "near",
    "nearness_of",
]

WORDS = "words:"  # + preference id: the measured shares of the words
OWN, OWNED = "own:", "owned"  # + preference id: cosines of the items' own vectors; which candidates have one


def near(pool: Pool, name: str, preference_id: str, weight: float) -> Part:
    """(k,) in [0, 1], the best of them 1; `name` is the measured column of cosines. All zeros where nothing is near."""
    own = OWN + preference_id
    alike = alike_of(pool.column(own), np.asarray(pool.measured[OWNED], np.bool_)) if own in pool.measured else None
    cosine, words = pool.column(name), pool.column(WORDS + preference_id)
    return nearness_of(cosine, words, alike, weight, Highest.of(cosine, words, alike))


@dataclass(frozen=True, slots=True)
class Highest:
    """The highest of each column among all candidates, 0 at least."""

    cosine: float = 0.0
    words: float = 0.0
    alike: float = 0.0

    @classmethod
    def of(cls, cosine: Array | None, words: Array | None, alike: Array | None) -> "Highest":
        columns = (cosine, words, alike)
        return cls(*(0.0 if column is None else float(column.max(initial=0.0)) for column in columns))


def nearness_of(cosine: Array, words: Array | None, alike: Array | None, weight: float, highest: Highest) -> Array:
    """The formula, of columns of single or double precision, which the answer has too: a new array. `alike`: of
    `alike_of`; `highest`: of all candidates, of which the columns may be a part."""
    meaning = by_highest(cosine, highest.cosine)
    if alike is not None:
        meaning = (meaning + alike) / 2 if highest.cosine > 0 else alike.copy()
    if words is None or highest.words == 0.0:
        return meaning
    if highest.cosine == 0.0 and highest.alike == 0.0:
        return words / highest.words
    meaning *= 1.0 - weight
    meaning += weight * words
    meaning /= (1.0 - weight) + weight * highest.words
    return meaning


def alike_of(own: Array, owned: Mask) -> Array:
    """Cosines of the items' own vectors, divided by their highest; an item without one is as alike as the average."""
    alike = by_highest(own)
    return np.where(owned, alike, alike[owned].mean() if owned.any() else alike.dtype.type(0))


def measure_words(scene: Scene, meanings: Sequence[Meaning]) -> Mapping[str, Array]:
    """The shares of the words of each wish, for wishes whose words any item holds."""
    return {
        WORDS + meaning.preference.id: looked_up(scene.rows, meaning.words.rows, meaning.words.share)
        for meaning in meanings
        if len(meaning.words.rows)
    }


def measure_own(scene: Scene, meanings: Sequence[Meaning]) -> Mapping[str, Array]:
    """Cosines of the items' own vectors with those of the items that wishes name, where those have one."""
    own = scene.world.snapshot.own
    seeds = [m for m in meanings if m.seed is not None and own.shape[1] and own[m.seed].any()]
    if not seeds:
        return {}
    held = np.ascontiguousarray(own[scene.rows])
    near = small_product(held, np.stack([own[m.seed or 0] for m in seeds]))
    return {OWNED: np.asarray(held.any(axis=1)), **{OWN + m.preference.id: near[:, i] for i, m in enumerate(seeds)}}


def has_vector(meaning: Meaning) -> bool:
    """Whether the wish has a cosine with anything."""
    return bool(meaning.vector.size and meaning.vector.any())


def cosines(scene: Scene, queries: Floats) -> Floats:
    """(k, q) cosines of the candidates with unit vectors (q, dim); 0 for items that are not encoded yet."""
    return small_product(scene.vectors, queries)


def by_highest(values: Array, highest: float | None = None) -> Array:
    """Values cut at 0 and divided by the highest, so that the best is 1; zeros stay zeros. A new array. `highest`: of
    all, where these are some."""
    values = np.maximum(values, 0.0)
    top = float(values.max(initial=0.0)) if highest is None else highest
    if top > 0:
        values /= top
    return values
