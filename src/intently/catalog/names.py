"""Proper names among a facet's values (people, brands): whole, without initials, by surname alone.

A surname alone names a person when one person has it, or one has most of the items under it; else all of a family
("no Coppola") when it is small. Where the word is also
a common word ("Cage", "Marvel"), it must stand with a capital letter and belong to one of the best known.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from intently.catalog.lexicon import edit_distance

__all__ = ["PARTICLES", "Names", "are_marks", "hold_names"]

PARTICLES = frozenset("de del della di da du la le van von der den ter ten st san el al bin ibn mac mc o".split())
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
SAMPLE = 500  # values looked at
NAME_SHARE = 0.8  # of them that must look like names
DOMINANT_SHARE = 0.5  # of the items under a surname that one person must have
DOMINANT_RATIO = 2.0  # times the items of the next person with it
FAMILY = 3  # people of one surname, none of whom has most of the items, who are all meant by it
FAMOUS = 0.98  # quantile of items a name
SHORTEST_SURNAME = 3  # letters
MARKS_LEAST = 50  # values of a list that may be one of brands
ITEMS_A_MARK = 5.0  # on average: brands have few each, categories many
GIVEN = 2  # people who share a given name that is known as one
KNOWN = 3  # items of a person who is meant by a name with a slip in it
LONG_NAME = 8  # letters of a surname in which two slips are still that name (SEMANTICS 2)


def hold_names(values: Sequence[str]) -> bool:
    """Whether a facet's values look like proper names: nearly all of 2 to 4 words with capitals."""
    sample = values[:: max(1, len(values) // SAMPLE)]
    return bool(sample) and sum(map(_looks_like_name, sample)) >= NAME_SHARE * len(sample)


def are_marks(values: Sequence[str], n_items: int) -> bool:
    """Whether a facet's values are proper names of another kind (brands, makers, series): many, nearly all with a
    capital, each of few items. Such a name tells nothing of what its items are: "Lucky Feet" may make necklaces."""
    capital = sum(value[:1].isupper() or not value[:1].isalpha() for value in values)
    rare = n_items < ITEMS_A_MARK * len(values)
    return len(values) >= MARKS_LEAST and rare and capital >= NAME_SHARE * len(values)


def _looks_like_name(value: str) -> bool:
    words = value.split()
    return 2 <= len(words) <= 4 and all(word[0].isupper() or word.casefold() in PARTICLES for word in words)


class Names:
    """The names of one facet. Rows count the facet's values."""

    def __init__(self, keys: Sequence[str], counts: npt.NDArray[np.int64]) -> None:
        """`keys`: (values,) plain forms of the values; `counts`: (values,) items that have each."""
        self._keys = keys
        self._counts = counts

    def short(self, key: str) -> tuple[int, ...]:
        """Rows of those called so without middle initials and "Jr", or with "de Niro" in one word."""
        return tuple(self._shortened.get(key, ()))

    def surname(self, word: str) -> tuple[int, ...]:
        """Rows of those meant by a surname alone: one person, or all of a family; empty when it is not clear."""
        rows = self._surnames.get(word)
        if rows is None or len(word) < SHORTEST_SURNAME:
            return ()
        ranked = sorted(rows, key=lambda row: (-int(self._counts[row]), row))
        items = [int(self._counts[row]) for row in ranked]
        if self._given.get(word, 0) > sum(items):
            return ()
        if len(items) == 1 or (items[0] >= DOMINANT_RATIO * items[1] and items[0] >= DOMINANT_SHARE * sum(items)):
            return (ranked[0],)
        return tuple(ranked) if len(items) <= FAMILY else ()

    def is_surname(self, word: str) -> bool:
        """Whether anybody has it, though it may not be clear who."""
        return word in self._surnames

    def is_given(self, word: str) -> bool:
        """Whether it is a given name of more than one: "june" before "Carter" says that another Carter is meant."""
        return len(word) >= SHORTEST_SURNAME and len(self._called.get(word, ())) >= GIVEN

    def near(self, given: str, surname: str) -> tuple[int, ...]:
        """Rows of the one person of that given name whose surname is a slip away ("will farrell"); empty when it is
        not clear who, or when nobody is."""
        close = [row for row in self._called.get(given, ()) if _is_slip(surname, self._keys[row].split()[-1])]
        ranked = sorted(close, key=lambda row: (-int(self._counts[row]), row))
        items = [int(self._counts[row]) for row in ranked]
        clear = len(items) == 1 or (len(items) > 1 and items[0] >= DOMINANT_RATIO * items[1])
        return (ranked[0],) if clear and items[0] >= KNOWN else ()

    def famous(self, row: int) -> bool:
        """Whether the name is among the 2% that have the most items."""
        return int(self._counts[row]) >= self._fame

    @cached_property
    def _fame(self) -> float:
        return float(np.quantile(self._counts, FAMOUS, method="higher")) if len(self._counts) else 0.0

    @cached_property
    def _surnames(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for row, key in enumerate(self._keys):
            for surname in _surnames_of(key.split()):
                found[surname].append(row)
        return dict(found)

    @cached_property
    def _called(self) -> dict[str, list[int]]:
        """Given name -> those who have it."""
        found: dict[str, list[int]] = defaultdict(list)
        for row, key in enumerate(self._keys):
            given, _, rest = key.partition(" ")
            if rest:
                found[given].append(row)
        return dict(found)

    @cached_property
    def _given(self) -> dict[str, int]:
        """Given name -> items of those who have it: "Martin" is more often Scorsese than somebody's surname."""
        found: dict[str, int] = defaultdict(int)
        for key, count in zip(self._keys, self._counts.tolist(), strict=True):
            given, _, rest = key.partition(" ")
            if rest:
                found[given] += count
        return dict(found)

    @cached_property
    def _shortened(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for row, key in enumerate(self._keys):
            words = key.split()
            kept = [word for word in words if len(word) > 1 and word not in _SUFFIXES]
            if 2 <= len(kept) < len(words):
                found[" ".join(kept)].append(row)
            if len(kept) > 2 and kept[-2] in PARTICLES:
                found[" ".join((*kept[:-2], kept[-2] + kept[-1]))].append(row)
        return dict(found)


def _is_slip(word: str, surname: str) -> bool:
    most = 2 if len(surname) >= LONG_NAME else 1
    return word[:1] == surname[:1] and len(surname) > SHORTEST_SURNAME and edit_distance(word, surname, most) <= most


def _surnames_of(words: list[str]) -> list[str]:
    """The last word, and the last words from a particle on: "robert de niro" gives "niro", "de niro", "deniro"."""
    while len(words) > 2 and words[-1] in _SUFFIXES:
        words = words[:-1]
    if len(words) < 2:
        return []
    start = len(words) - 1
    while start > 1 and words[start - 1] in PARTICLES:
        start -= 1
    return list(dict.fromkeys((words[-1], " ".join(words[start:]), "".join(words[start:]))))
