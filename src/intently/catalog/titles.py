"""Titles of items, found by what people write: "The Matrix", "Matrix, The", "matrix", "Heat (1995)", "Heat from 1995".

A leading article does not count, nor do case, accents and marks. A title's part before or after its colon finds it too
("Star Wars"), after whole titles. Several items of one title are all returned: the caller offers the choice.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from intently.catalog.lexicon import Speller, ordinary_words, plain, plain_all
from intently.catalog.phrases import PhraseIndex

__all__ = ["Titles", "strip_article"]

_ARTICLES = ("the ", "a ", "an ")
_ENDS = (", the", ", The", ", THE", ", a", ", A", ", an", ", An")
_TRAILING = re.compile(r"^(.*), (the|a|an)$", re.IGNORECASE)
_WITH_YEAR = re.compile(r"^(.+?) (?:from |of |in )?((?:18|19|20)\d\d)$")
_YEAR = re.compile(r"^(?:18|19|20)\d\d$")
LONGEST_TITLE = 16  # words looked at
SHORTEST_PART = 2  # words of the part of a title before or after its colon


_COLON = re.compile(r"\s*:\s+|\s+[-–—]\s+")


def _split(title: str) -> tuple[str, ...]:
    """The parts before and after the first colon or dash of a title, or nothing."""
    parts = _COLON.split(title, maxsplit=1)
    return tuple(parts) if len(parts) == 2 else ()


def strip_article(key: str) -> str:
    """A plain phrase without its leading article, unless nothing else is left."""
    if not key.startswith(_ARTICLES):
        return key
    return key.split(" ", 1)[1] or key


class Titles:
    """Built once for a snapshot. Answers are rows, best known first."""

    def __init__(self, titles: Sequence[str], years: npt.NDArray[np.float64] | None, language: str = "en") -> None:
        """`titles`: (items,); `years`: (items,) NaN where missing, or None when the catalogue has no dates."""
        self._years = years
        self._language = language
        self._titles = titles
        moved = [_TRAILING.sub(r"\1", title) if title.endswith(_ENDS) else title for title in titles]
        self._index = PhraseIndex([strip_article(key) for key in plain_all(moved)])

    def find(self, phrase: str) -> tuple[int, ...]:
        """Rows of the items that the phrase is the title of."""
        match = _TRAILING.match(phrase.strip())
        key = plain(match[1] if match else phrase)
        return self.rows(key) or self._parts_of(strip_article(key)) or self._misspelt(strip_article(key))

    def rows(self, key: str) -> tuple[int, ...]:
        """Rows of the items whose whole title is this plain phrase, with or without a year behind it."""
        whole = self._index.rows(strip_article(key))
        if whole:
            return self._as_written(key, whole)
        dated = _WITH_YEAR.match(key)
        return self._of_year(strip_article(dated[1]), int(dated[2])) if dated else ()

    def _as_written(self, key: str, rows: tuple[int, ...]) -> tuple[int, ...]:
        """Of titles that differ in their article only ("Heat", "The Heat"), those written like the phrase, if any."""
        if len(rows) == 1:
            return rows
        same = [
            row for row, full in zip(rows, plain_all([self._titles[row] for row in rows]), strict=True) if full == key
        ]
        return tuple(same) or rows

    def _of_year(self, key: str, year: int) -> tuple[int, ...]:
        rows = self._index.rows(key) or tuple(self._parts.get(key, ()))
        if self._years is None:
            return ()
        return tuple(row for row in rows if self._years[row] == year)

    def _parts_of(self, key: str) -> tuple[int, ...]:
        return tuple(self._parts.get(key, ()))

    def _misspelt(self, key: str) -> tuple[int, ...]:
        """The title that a phrase with slips in unknown words is nearest to, when each slip has one mending."""
        words = key.split()
        if len(words) > LONGEST_TITLE or all(word in self._words for word in words):
            return ()
        mended = [self._mended(word) for word in words]
        return () if None in mended else self.rows(" ".join(word for word in mended if word))

    def _mended(self, word: str) -> str | None:
        if word in self._words:
            return word
        if word in ordinary_words(self._language):
            return None
        nearest = self._speller.nearest(word)
        return nearest[0] if len(nearest) == 1 else None

    @property
    def words(self) -> frozenset[str]:
        """All plain words of all titles."""
        return self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        return self._index.words()

    @cached_property
    def _speller(self) -> Speller:
        return Speller(self._words)

    @cached_property
    def _parts(self) -> Mapping[str, list[int]]:
        """Plain part before the first colon or dash, or after it -> rows; only parts of two words and more."""
        found: dict[str, list[int]] = {}
        split = [(row, part) for row, title in enumerate(self._titles) for part in _split(title)]
        for (row, _), key in zip(split, plain_all([part for _, part in split]), strict=True):
            bare = strip_article(key)
            if bare.count(" ") + 1 >= SHORTEST_PART:
                found.setdefault(bare, []).append(row)
        return found

    def scan(self, words: Sequence[str]) -> list[tuple[int, int, tuple[int, ...]]]:
        """Longest titles that do not overlap in a list of plain words, as (start, end, rows); whole titles only.

        An article before a title belongs to it; a year behind it ("heat 1995", "heat from 1995") when one of them is
        of that year.
        """
        found: list[tuple[int, int, tuple[int, ...]]] = []
        start = 0
        while start < len(words):
            hit = self._at(words, start)
            if hit is None:
                start += 1
                continue
            end, rows = hit
            first = self._with_article(words, start, found[-1][1] if found else 0)
            found.append((first, end, self._as_written(" ".join(words[first:end]), rows)))
            start = end
        return found

    def _at(self, words: Sequence[str], start: int) -> tuple[int, tuple[int, ...]] | None:
        most = min(self._index.longest.get(words[start], 0), LONGEST_TITLE, len(words) - start)
        for length in range(most, 0, -1):
            rows = self._index.rows(" ".join(words[start : start + length]))
            if rows:
                return self._with_year(words, start + length, rows)
        return None

    def _with_year(self, words: Sequence[str], end: int, rows: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        place = end + (end < len(words) and words[end] in ("from", "of"))
        if self._years is None or place >= len(words) or not _YEAR.match(words[place]):
            return end, rows
        dated = tuple(row for row in rows if self._years[row] == int(words[place]))
        return (place + 1, dated) if dated else (end, rows)

    @staticmethod
    def _with_article(words: Sequence[str], start: int, floor: int) -> int:
        return start - 1 if start > floor and words[start - 1] + " " in _ARTICLES else start
