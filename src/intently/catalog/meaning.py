"""Words of the catalogue by meaning: the facet value whose name or alias is nearest to a phrase.

Never certain: embeddings take "violent" for crime. So the bar is high, proper names are left out, and what is found
may only become a wish.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.catalog.encode import Encoder
from intently.catalog.names import are_marks, hold_names
from intently.catalog.schema import CatalogSpec
from intently.catalog.vectors import VectorCache
from intently.nouns import Item

__all__ = ["NEAREST", "FacetWord", "Meanings", "Near", "facet_words", "texts_to_encode"]

NEAREST = 0.70  # cosine below which nothing is said (BUILDING 20)
NEAREST_WORD = 0.75  # the same for a single word, whose vector says less
KEPT_RIVALS = 5
# Aliases that are turns of speech are near to any phrase built alike: "make me laugh" to "makes me cry".
_FUNCTION_WORDS = frozenset("me my i you your for the a an in on with without of to it is that".split())


@dataclass(frozen=True, slots=True)
class FacetWord:
    """A text that names values: a value itself, or an alias of the TOML. `targets` as the TOML writes them."""

    facet: str
    text: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A facet word and its cosine with the phrase."""

    word: FacetWord
    score: float


def facet_words(spec: CatalogSpec, values: Mapping[str, Sequence[str]], n_items: int) -> list[FacetWord]:
    """The words of the term facets but proper names: `values` (facet -> values in the data) and the TOML's own.
    `n_items`: of the catalogue."""
    found: dict[tuple[str, str], FacetWord] = {}
    for name, facet in spec.facets.items():
        held = tuple(values.get(name, ()))
        if facet.kind == "term" and (facet.values or not (hold_names(held) or are_marks(held, n_items))):
            for value in (*held, *facet.values):
                found.setdefault((name, value), FacetWord(name, value, (value,)))
        for phrase, targets in facet.aliases.items():
            if not _FUNCTION_WORDS.isdisjoint(phrase.casefold().split()):
                continue
            found.setdefault((name, phrase), FacetWord(name, phrase, targets))
    return list(found.values())


def texts_to_encode(
    spec: CatalogSpec, items: Sequence[Item], item_texts: Iterable[str], *, titles: bool = True
) -> list[str]:
    """All texts of a catalogue, the most useful first: facet words, titles, then the texts of the items themselves."""
    values: dict[str, dict[str, None]] = {}
    for item in items:
        for name, held in item.facets.items():
            if isinstance(held, tuple):
                values.setdefault(name, {}).update(dict.fromkeys(held))
    words = [word.text for word in facet_words(spec, {name: tuple(held) for name, held in values.items()}, len(items))]
    return list(dict.fromkeys((*words, *(item.title for item in items if titles), *item_texts)))


class Meanings:
    """The facet words of one snapshot as vectors, encoded at the first question, or taken from the cache alone."""

    def __init__(self, words: Sequence[FacetWord], encoder: Encoder, cache: VectorCache | None) -> None:
        """With a `cache`, only words that it holds are found: they are encoded in the background (encode_missing)."""
        self._words = words
        self._encoder = encoder
        self._cache = cache
        self._lock = threading.Lock()
        self._vectors: npt.NDArray[np.float32] | None = None

    def nearest(self, phrase: str) -> list[Near]:
        """Facet words with a cosine of at least 0.70 (0.75 for one word), best first, then in the order of the TOML."""
        vectors = self._all()
        if not len(vectors) or not phrase.strip():
            return []
        scores = np.round(vectors @ self._encoder.encode([phrase])[0], 6)
        bar = NEAREST if len(phrase.split()) > 1 else NEAREST_WORD
        best = np.argsort(-scores, kind="stable")[: KEPT_RIVALS + 1].tolist()
        return [Near(self._words[row], float(scores[row])) for row in best if scores[row] >= bar]

    def _all(self) -> npt.NDArray[np.float32]:
        with self._lock:
            if self._vectors is None:
                texts = [word.text for word in self._words]
                if self._cache is None:
                    self._vectors = self._encoder.encode(texts)
                    return self._vectors
                vectors, found = self._cache.get(texts)
                if not found.all():  # the rest is on its way: ask again the next time
                    return vectors
                self._vectors = vectors
            return self._vectors
