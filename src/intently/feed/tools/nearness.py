"""How near a candidate is to a wish by meaning, in two channels: the cosine of item and wish, and the words of the wish
that the item's text holds.

    near = ((1 - w) cosine / highest cosine + w share) / ((1 - w) + w highest share)        w = feed.words

Cosines are cut at 0 and divided by their highest among the candidates, so that every wish has a say however near its
nearest items are. The share of the words is absolute: where no candidate holds any, the cosine decides alone.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from intently.feed.tools.pool import Array, Part, Pool, Scene
from intently.feed.tools.products import small_product
from intently.feed.wishes import Meaning
from intently.retrieve.ranking import looked_up
from intently.retrieve.request import Floats

__all__ = ["by_highest", "cosines", "has_vector", "measure_words", "near"]

WORDS = "words:"  # + preference id: the measured shares of the words


def near(pool: Pool, name: str, preference_id: str, weight: float) -> Part:
    """(k,) in [0, 1], the best of them 1; `name` is the measured column of cosines. All zeros where nothing is near."""
    meaning, words = by_highest(pool.column(name)), pool.column(WORDS + preference_id)
    highest = float(words.max(initial=0.0))
    if highest == 0.0:
        return meaning
    if not meaning.any():
        return words / highest
    return ((1.0 - weight) * meaning + weight * words) / ((1.0 - weight) + weight * highest)


def measure_words(scene: Scene, meanings: Sequence[Meaning]) -> Mapping[str, Array]:
    """The shares of the words of each wish, for wishes whose words any item holds."""
    return {
        WORDS + meaning.preference.id: looked_up(scene.rows, meaning.words.rows, meaning.words.share)
        for meaning in meanings
        if len(meaning.words.rows)
    }


def has_vector(meaning: Meaning) -> bool:
    """Whether the wish has a cosine with anything."""
    return bool(meaning.vector.size and meaning.vector.any())


def cosines(scene: Scene, queries: Floats) -> Floats:
    """(k, q) cosines of the candidates with unit vectors (q, dim); 0 for items that are not encoded yet."""
    return small_product(scene.world.snapshot.vectors[scene.rows], queries)


def by_highest(values: Part) -> Part:
    """Values cut at 0 and divided by the highest, so that the best is 1; zeros stay zeros."""
    values = np.maximum(values, 0.0)
    top = float(values.max(initial=0.0))
    return values / top if top > 0 else values
