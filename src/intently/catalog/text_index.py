"""The words of the items' titles and texts: which items hold a word, and how telling it is of them.

One concept: `TextIndex`, the posting lists of one snapshot with BM25 weights (Robertson & Zaragoza 2009), as bm25s
makes them. Words are made plain as in grounding (`lexicon`) and stemmed in the catalogue's language; text without
spaces (Chinese, Japanese, Korean) is read as pairs of neighbouring characters.

Departure: term frequency saturates early (K1) and length counts little (B). A wish names a subject, and an item that
speaks of it once is about it nearly as much as one that repeats it.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import Stemmer

from intently.catalog.lexicon import is_wordless_script, plain_all

__all__ = ["TextIndex", "build_text_index", "lucene_bm25", "terms_in"]

Rows = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
S = TypeVar("S", bound=np.generic)
K1, B = 0.6, 0.4
SLICE = 4096  # texts that are made plain together
STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
"""Languages whose words are stemmed, by their code in the catalogue's TOML; in others a word is only itself."""
UNTOLD = frozenset(
    "a about an and any are as at be but by for from has have he her his i if in into is it its me my not of on or "
    "our she so some something such that the their them then there these they this to was we were where which who "
    "whose will with you your".split()
)  # tell nothing of an item in English


@dataclass(frozen=True)
class TextIndex:
    """`rows` of term t are rows[starts[t]:starts[t + 1]], ascending, with their BM25 `weights`. `size` and
    `mean_length` (in terms) are those of the build. `patched` holds the terms of rows that changed since then; what
    the posting lists say of those is void."""

    language: str
    vocabulary: tuple[str, ...]  # ascending
    starts: npt.NDArray[np.int64]
    rows: Rows
    weights: Floats
    size: int
    mean_length: float
    patched: Mapping[int, Mapping[str, float]] = field(default_factory=dict)

    @staticmethod
    def empty(language: str = "en") -> "TextIndex":
        none = np.empty(0, np.int32)
        return TextIndex(language, (), np.zeros(1, np.int64), none, none.astype(np.float32), 0, 0.0)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """term -> its place in `vocabulary`."""
        return {term: place for place, term in enumerate(self.vocabulary)}

    def idf(self, term: str) -> float:
        """How telling a term is, in nats: what a weight of it can at most be."""
        place = self.places.get(term)
        held = 0 if place is None else int(self.starts[place + 1] - self.starts[place])
        return float(np.log(1.0 + (self.size - held + 0.5) / (held + 0.5)))

    def holders(self, term: str) -> tuple[Rows, Floats]:
        """The rows that hold the term, ascending, and its weights there."""
        rows, weights = self._posting(term)
        if not self.patched:
            return rows, weights
        kept = ~np.isin(rows, self._patched_rows)
        more = [(row, terms[term]) for row, terms in self.patched.items() if term in terms]
        rows = np.concatenate([rows[kept], np.array([row for row, _ in more], np.int32)])
        weights = np.concatenate([weights[kept], np.array([weight for _, weight in more], np.float32)])
        order = np.argsort(rows)
        return rows[order], weights[order]

    def with_text(self, row: int, *texts: str) -> "TextIndex":
        """The index in which this row holds the terms of these texts and no others."""
        terms = _terms(" ".join(texts), self.language)
        length = B * len(terms) / self.mean_length if self.mean_length else B
        weights = {
            term: self.idf(term) * count / (count + K1 * (1 - B + length)) for term, count in Counter(terms).items()
        }
        return replace(self, patched={**self.patched, row: weights})

    def _posting(self, term: str) -> tuple[Rows, Floats]:
        place = self.places.get(term)
        first, last = (0, 0) if place is None else (int(self.starts[place]), int(self.starts[place + 1]))
        return self.rows[first:last], self.weights[first:last]

    @cached_property
    def _patched_rows(self) -> Rows:
        return np.array(sorted(self.patched), np.int32)


def lucene_bm25(k1: float, b: float) -> Any:
    """An empty index of bm25s, `bm25s.BM25`. Its import turns its own logger to DEBUG, which would tell every build
    to whoever logs to the terminal: it speaks from warnings on."""
    import bm25s  # 28 MB that only a build needs

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s.BM25(k1=k1, b=b, method="lucene")


def build_text_index(texts: Sequence[str], language: str) -> TextIndex:
    """The index of these texts, row by row."""
    documents = [_terms_of_plain(text, language) for text in _plain_slices(texts)]
    vocabulary = tuple(sorted(set(chain.from_iterable(documents))))
    if not vocabulary:
        return replace(TextIndex.empty(language), size=len(texts))
    places = {term: place for place, term in enumerate(vocabulary)}
    made = lucene_bm25(K1, B)
    made.index(([[places[term] for term in terms] for terms in documents], places), show_progress=False)
    starts = made.scores["indptr"].astype(np.int64)[: len(vocabulary) + 1]
    owners = np.repeat(np.arange(len(vocabulary)), np.diff(starts))
    order = np.lexsort((made.scores["indices"], owners))
    return TextIndex(
        language=language,
        vocabulary=vocabulary,
        starts=_frozen(starts),
        rows=_frozen(made.scores["indices"][order].astype(np.int32)),
        weights=_frozen(made.scores["data"][order].astype(np.float32)),
        size=len(texts),
        mean_length=sum(map(len, documents)) / len(documents),
    )


def terms_in(text: str, language: str) -> tuple[str, ...]:
    """The terms of a wish, each once, in order."""
    return tuple(dict.fromkeys(_terms(text, language)))


def _terms(text: str, language: str) -> list[str]:
    return _terms_of_plain(plain_all([text])[0], language)


def _terms_of_plain(text: str, language: str) -> list[str]:
    stems = _stems(language)
    words = text.split()
    terms = [stems(word) for word in words if word not in UNTOLD]
    return terms if text.isascii() else list(_pairs(terms))


def _pairs(words: Sequence[str]) -> Iterable[str]:
    """Words as they are; of a run of single characters of a script without spaces, every two neighbours together."""
    run: list[str] = []
    for word in (*words, ""):
        if len(word) == 1 and is_wordless_script(word):
            run.append(word)
            continue
        yield from (run if len(run) == 1 else map("".join, zip(run, run[1:], strict=False)))
        run = []
        if word:
            yield word


def _plain_slices(texts: Sequence[str]) -> Iterable[str]:
    for first in range(0, len(texts), SLICE):
        yield from plain_all(texts[first : first + SLICE])


@lru_cache(maxsize=8)
def _stems(language: str) -> Callable[[str], str]:
    name = STEMMERS.get(language.partition("-")[0].lower())
    if name is None:
        return str
    stem: Callable[[str], str] = Stemmer.Stemmer(name).stemWord
    return lru_cache(maxsize=50_000)(stem)


def _frozen(array: npt.NDArray[S]) -> npt.NDArray[S]:
    array.flags.writeable = False
    return array
