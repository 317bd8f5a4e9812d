"""The catalogue's own vocabulary: every phrase that names a facet value, by its plain form.

Phrases come from the values in the data, the declared `values`, the declared aliases, names (people), and from values
without the word for the facet or the item ("Hungarian language" is also "Hungarian", "prison film" also "prison").
Looked up as written, then in other forms of its words, then written as one word or as two ("scifi", "super hero").
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from intently.catalog.lexicon import (
    Speller,
    common_words,
    edit_distance,
    forms,
    ordinary_words,
    plain,
    plain_all,
    singulars,
)
from intently.catalog.names import PARTICLES, Names, are_marks, hold_names
from intently.catalog.phrases import PhraseIndex
from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import Snapshot

__all__ = ["How", "Sense", "Vocabulary"]

How = Literal["exact", "alias", "inflection", "spelling", "narrower", "embedding"]
SHORTEST_NAME = 6  # letters of a word that may be a slip for a name
SHORTEST_JOINED = 5  # letters of a phrase that may be written as one word or as two: not "us" for "U.S."


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a phrase can mean."""

    facet: str
    value: str
    how: How
    via: str  # the facet whose values or aliases hold the phrase


class Vocabulary:
    """Built once for a snapshot; looked up by plain phrases (see lexicon.plain)."""

    def __init__(self, spec: CatalogSpec, snapshot: Snapshot) -> None:
        self.language = spec.language
        self.order = {name: place for place, name in enumerate(spec.facets)}
        self.longest: dict[str, int] = {}  # first word -> words in the longest phrase that begins so
        self._senses: dict[str, list[Sense]] = {}
        self._joined: dict[str, str] = {}  # phrase without spaces -> phrase
        self._values: dict[str, tuple[str, ...]] = {}
        self._canonical: dict[tuple[str, str], str] = {}
        self._name_index: dict[str, PhraseIndex] = {}
        self._names: dict[str, Names] = {}
        self._marks: set[str] = set()  # facets of brands and the like
        self.generic = _generic_words((spec.noun, spec.nouns))  # words for the items themselves
        self.ignored: dict[str, set[str]] = {}  # phrase -> facets that read over it
        for name, facet in spec.facets.items():
            if facet.kind == "term":
                self._read_values(spec, name, snapshot)
                for key in plain_all(facet.ignored):
                    self.ignored.setdefault(key, set()).add(name)
        for name, facet in spec.facets.items():
            for phrase, targets in facet.aliases.items():
                for target in targets:
                    self._add(plain(phrase), Sense(*self.resolve(name, target), "alias", name))
        for key in self.ignored:
            self._measure(key)

    # ------------------------------------------------------------------------------------------------- building
    def _read_values(self, spec: CatalogSpec, name: str, snapshot: Snapshot) -> None:
        facet, held = spec.facets[name], snapshot.terms.get(name)
        values = tuple(held.values) if held is not None else ()
        counts = np.diff(held.starts) if held is not None else np.zeros(0, np.int64)
        keys = plain_all(values)
        if not facet.values and hold_names(values):
            self._read_names(name, values, keys, counts)
            return
        if not facet.values and are_marks(values, len(snapshot.item_ids)):
            self._marks.add(name)
        extra = [value for value in facet.values if value not in set(values)]
        generic = _generic_words((name, spec.noun, spec.nouns, *facet.nouns))
        for value, key in zip([*values, *extra], [*keys, *plain_all(extra)], strict=True):
            self._canonical.setdefault((name, key), value)
            if key in generic:
                continue
            self._add(key, Sense(name, value, "exact", name))
            bare = _without_generic(key, generic)
            if bare != key:
                self._add(bare, Sense(name, value, "inflection", name))
        self._values[name] = (*values, *extra)

    def _read_names(self, name: str, values: Sequence[str], keys: list[str], counts: npt.NDArray[np.int64]) -> None:
        self._name_index[name] = PhraseIndex(keys)
        self._names[name] = Names(keys, counts)
        self._values[name] = tuple(values)

    def _add(self, key: str, sense: Sense) -> None:
        if not key:
            return
        senses = self._senses.setdefault(key, [])
        same = [row for row, known in enumerate(senses) if (known.facet, known.value) == (sense.facet, sense.value)]
        if not same:
            senses.append(sense)
        elif senses[same[0]].how == "inflection":  # a declared alias says more than a value without its generic word
            senses[same[0]] = sense
        self._measure(key)
        joined = key.replace(" ", "")
        if len(joined) >= SHORTEST_JOINED or "-" in sense.value:
            self._joined.setdefault(joined, key)

    def _measure(self, key: str) -> None:
        first, words = key.split(" ", 1)[0], key.count(" ") + 1
        if self.longest.get(first, 0) < words:
            self.longest[first] = words

    def resolve(self, facet: str, target: str) -> tuple[str, str]:
        """(facet, value) that an alias or `narrower` entry of `facet` points to, in the spelling of the data."""
        other, colon, value = target.partition(":")
        if not colon or other not in self.order:
            other, value = facet, target
        return other, self._canonical.get((other, plain(value)), value)

    # -------------------------------------------------------------------------------------------------- looking up
    @property
    def name_facets(self) -> frozenset[str]:
        return frozenset(self._names)

    def values(self) -> Iterator[tuple[str, str]]:
        """All (facet, value) but proper names, in the order of the TOML."""
        return ((name, value) for name, values in self._values.items() if name not in self._names for value in values)

    def phrases(self) -> Iterator[tuple[str, Sense]]:
        """Every phrase but proper names, with each of its meanings."""
        return ((key, sense) for key, senses in self._senses.items() for sense in senses)

    def reach(self, words: Sequence[str], start: int) -> int:
        """How many words from `start` on the longest phrase that may begin there has, 0 when none begins there."""
        word = words[start]
        most = max(self.longest.get(form, 0) for form in (word, *forms(word)))
        for index in self._name_index.values():
            most = max(most, index.longest.get(word, 0))
        if start + 1 < len(words) and word + words[start + 1] in self._joined:
            most = max(most, 2)
        if self._names:
            most = max(most, 3 if word in PARTICLES else 1)
        return min(max(most, 1), len(words) - start)

    def senses(self, words: Sequence[str], capital: bool) -> list[Sense]:
        """All meanings of a phrase of plain words, each once; `capital`: it was written with a capital letter."""
        key = " ".join(words)
        found = list(self._senses.get(key, ()))
        for other in _other_forms(words):
            found += [_inflected(sense) for sense in self._senses.get(other, ())]
        joined = self._joined.get(key.replace(" ", ""))
        if joined is not None and joined != key:
            found += [_inflected(sense) for sense in self._senses[joined]]
        found += self._named(words, capital)
        unique: dict[tuple[str, str], Sense] = {}
        for sense in found:
            unique.setdefault((sense.facet, sense.value), sense)
        return self._without_marks(list(unique.values())) if not capital else list(unique.values())

    def _without_marks(self, senses: list[Sense]) -> list[Sense]:
        """In small letters "purple" is the colour, though a brand is called so."""
        return [sense for sense in senses if sense.facet not in self._marks] or senses

    def _named(self, words: Sequence[str], capital: bool) -> Iterator[Sense]:
        """Names that the phrase is; a common word is one only with a capital, and of somebody well known."""
        if len(words) == 1 and len(words[0]) == 1:
            return  # "a" is no name, whatever the data holds
        common = len(words) == 1 and words[0] in common_words(self.language)
        for name in self._names if capital or not common else ():
            for row, how in self._rows_named(name, words):
                if not common or self._names[name].famous(row):
                    yield Sense(name, self._values[name][row], how, name)

    def _rows_named(self, name: str, words: Sequence[str]) -> Iterator[tuple[int, How]]:
        index, names = self._name_index[name], self._names[name]
        for row in index.rows(" ".join(words)):
            yield row, "exact"
        for key in (" ".join(words), *_possessives(words)):
            for row in (*index.rows(key), *names.short(key)):
                yield row, "inflection"
            meant = names.surname(key)
            for row in meant:
                yield row, "inflection"
            if meant or names.is_surname(key):  # of several: "davis" is no plural of "davi"
                return

    def is_given_name(self, word: str) -> bool:
        """Whether more than one person is called so."""
        return any(names.is_given(word) for name, names in self._names.items() if name not in self._marks)

    def called_nearly(self, given: str, surname: str) -> Sense | None:
        """The one person of that given name whose surname is a slip away."""
        for name, names in self._names.items():
            for row in names.near(given, surname):
                return Sense(name, self._values[name][row], "spelling", name)
        return None

    # ------------------------------------------------------------------------------------------------------ spelling
    def knows(self, word: str) -> bool:
        """Whether the plain word is ordinary, or occurs in any phrase or name, in any form."""
        return any(
            form in self._own or form in self._name_words or form in self._ordinary for form in (word, *forms(word))
        )

    def corrections(self, word: str) -> tuple[str, ...]:
        """The known words that an unknown plain word may be a slip for: those nearest, or nearest to its singular."""
        phrases, names = self._phrase_speller.nearest(word), self._near_names(word)
        if phrases and names and edit_distance(word, names[0], 2) < edit_distance(word, phrases[0], 2):
            return names
        return phrases or names or next(filter(None, map(self._phrase_speller.nearest, singulars(word))), ())

    def _near_names(self, word: str) -> tuple[str, ...]:
        """People get the first letter of a name right, and short names have too many neighbours."""
        near = self._name_speller.nearest(word) if len(word) >= SHORTEST_NAME else ()
        return tuple(name for name in near if name[0] == word[0])

    def warm(self) -> None:
        """Make now what the first question would make."""
        self.knows("")
        self.corrections("warming")
        for names in self._names.values():
            names.surname("warming")
            names.short("warming")

    @cached_property
    def _ordinary(self) -> frozenset[str]:
        return ordinary_words(self.language)

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(word for key in self._senses for word in key.split())

    @cached_property
    def _name_words(self) -> frozenset[str]:
        return frozenset(word for index in self._name_index.values() for word in index.words())

    @cached_property
    def _phrase_speller(self) -> Speller:
        return Speller(self._own)

    @cached_property
    def _name_speller(self) -> Speller:
        return Speller(self._name_words - self._own)


def _inflected(sense: Sense) -> Sense:
    return Sense(sense.facet, sense.value, "inflection", sense.via)


def _generic_words(phrases: Iterable[str]) -> tuple[str, ...]:
    keys = [key for key in plain_all(tuple(phrases)) if key]
    return tuple(sorted({form for key in keys for form in (key, *forms(key))}, key=len, reverse=True))


def _without_generic(key: str, generic: Sequence[str]) -> str:
    for word in generic:
        if key.endswith(" " + word):
            return key[: -len(word) - 1]
    return key


def _other_forms(words: Sequence[str]) -> Iterator[str]:
    """The phrase with other forms of its last word, and with all its words in the singular."""
    head = " ".join(words[:-1])
    for form in forms(words[-1]):
        yield f"{head} {form}" if head else form
    if len(words) > 1:
        singular = " ".join(_singular(word) for word in words)
        if singular != " ".join(words):
            yield singular


def _singular(word: str) -> str:
    return next((form for form in forms(word) if len(form) < len(word)), word)


def _possessives(words: Sequence[str]) -> tuple[str, ...]:
    """The phrase without the s of a possessive or plural at its end: "hitchcocks" gives "hitchcock"."""
    last = words[-1]
    return (" ".join((*words[:-1], last[:-1])),) if len(last) > 3 and last.endswith("s") else ()
