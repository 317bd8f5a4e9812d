"""Phrase -> what the catalogue knows: facet values with how they were found, and titles of items.

All meanings of a phrase are returned (SEMANTICS 1). Which facet is the best one: exact values and declared aliases
before other forms of words, then the order of the facets in the TOML. Facets that the TOML's `narrower` ties together
(genre and style) speak of one thing, so their meanings are all matches; meanings in other facets are rivals. What is a
kind of a match (`narrower`, to any depth) is appended, so that avoiding horror avoids slashers.

Slips of the pen are mended word by word, and only in words that are neither ordinary English nor a word of the
catalogue, its names or its titles, when exactly one known word is nearest.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.catalog.encode import Encoder
from intently.catalog.lexicon import is_wordless_script, plain_all, tokens
from intently.catalog.meaning import NEAREST, FacetWord, Meanings, facet_words
from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import Snapshot
from intently.catalog.titles import Titles
from intently.catalog.vectors import VectorCache
from intently.catalog.vocabulary import How, Sense, Vocabulary

__all__ = ["Grounder", "Grounding", "How", "Match", "Span"]

_TIER: dict[How, int] = {"exact": 0, "alias": 0, "inflection": 1, "spelling": 2, "narrower": 3, "embedding": 4}
_SCORE: dict[How, float] = {"exact": 1.0, "alias": 1.0, "narrower": 1.0, "inflection": 0.95, "spelling": 0.9}
_ARTICLES = frozenset(("the", "a", "an"))
REMEMBERED = 4096  # phrases whose meanings are kept
MENDED = 16  # unknown words of one command that are checked for slips


@dataclass(frozen=True, slots=True)
class Match:
    """One (facet, value) that a phrase means. `score` in (0, 1]: 1 exact, alias or narrower; cosine for embedding."""

    facet: str
    value: str
    how: How
    score: float


@dataclass(frozen=True, slots=True)
class Grounding:
    """What a phrase means. `matches`: best first, all meanings with what is narrower; `rivals`: in other facets, not
    chosen. `certain`: found by exact value, alias, inflection or unique spelling, so it may become a `must`."""

    phrase: str
    matches: tuple[Match, ...]
    rivals: tuple[Match, ...]
    certain: bool

    @property
    def facet(self) -> str:
        return self.matches[0].facet

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        return tuple((match.facet, match.value) for match in self.matches)


@dataclass(frozen=True, slots=True)
class Span:
    """A phrase of a word list: indices of words, `end` exclusive."""

    start: int
    end: int
    grounding: Grounding


class _Unknown:
    """Not looked up yet, where None means looked up and found meaningless."""


_UNKNOWN = _Unknown()


class Grounder:
    """Built for one snapshot; answers are the same from any thread."""

    def __init__(
        self,
        spec: CatalogSpec,
        snapshot: Snapshot,
        encoder: Encoder | None = None,
        cache: VectorCache | None = None,
    ) -> None:
        """`encoder`: for `nearest`, which finds nothing without; `cache`: where the vectors of facet words are kept."""
        self._vocabulary = Vocabulary(spec, snapshot)
        self._item_ids = snapshot.item_ids
        self._titles = Titles(snapshot.titles, _years(spec, snapshot), spec.language)
        self._kin = _kin(spec)
        self._narrower = self._read_narrower(spec)
        self._known: dict[tuple[str, bool], Grounding | None] = {}
        values = {name: held.values for name, held in snapshot.terms.items()}
        words = facet_words(spec, values, len(snapshot.item_ids)) if encoder else []
        self._meanings = Meanings(words, encoder, cache) if encoder is not None else None

    def warm(self) -> None:
        """Read and index now what the first command would wait for (0.1 s for 34,000 items)."""
        self._vocabulary.warm()
        self._titles.find("warming")

    @property
    def name_facets(self) -> frozenset[str]:
        """The facets whose values are proper names: people, brands."""
        return self._vocabulary.name_facets

    def is_given_name(self, word: str) -> bool:
        """Whether more than one person of the catalogue is called so by the first name."""
        return self._vocabulary.is_given_name(word)

    def called_nearly(self, given: str, surname: str) -> Grounding | None:
        """The one person of that given name whose surname is a slip away: "will farrell", who is no Colin Farrell."""
        sense = self._vocabulary.called_nearly(given, surname)
        return Grounding(f"{given} {surname}", (_match(sense),), (), certain=True) if sense is not None else None

    # ----------------------------------------------------------------------------------------------- facet phrases
    def ground(self, phrase: str) -> Grounding | None:
        """What a whole phrase means, or None. Never by embedding; see `nearest` for that."""
        words = tokens(phrase)
        if len(words) > 1 and words[0] in _ARTICLES:
            words = words[1:]
        if len(words) > 1 and words[-1] in self._vocabulary.generic:  # "horror films"; not where "film" is all there is
            found = self._mean(words, phrase.strip()[:1].isupper())
            words = words if found is not None else words[:-1]
        if not words:
            return None
        capital = phrase.strip()[:1].isupper()
        found = self._mean(words, capital)
        if found is not None or len(words) > 8:
            return found
        mended = [self._mend(word) or word for word in words]
        return _misspelt(self._mean(mended, capital)) if mended != words else None

    def nearest(self, phrase: str) -> Grounding | None:
        """What a phrase is near to by embedding, cosine 0.70 at least: a wish, never certain, never a `must`."""
        near = self._meanings.nearest(phrase) if self._meanings is not None else []
        if not near:
            return None
        matches = tuple(
            Match(match.facet, match.value, match.how, near[0].score)
            for match in self._with_narrower(self._near_senses(near[0].word))
        )
        seen = {(match.facet, match.value) for match in matches}
        rivals = tuple(
            Match(sense.facet, sense.value, "embedding", other.score)
            for other in near[1:]
            for sense in self._near_senses(other.word)
            if (sense.facet, sense.value) not in seen
        )
        return Grounding(" ".join(tokens(phrase)), matches, rivals, certain=False)

    def _near_senses(self, word: FacetWord) -> Iterator[Sense]:
        for target in word.targets:
            yield Sense(*self._vocabulary.resolve(word.facet, target), "embedding", word.facet)

    def scan(self, words: Sequence[str]) -> list[Span]:
        """The longest facet phrases in a list of words, in order, without overlaps. Linear in the number of words."""
        parts, owners, capitals = _split(words)
        mended = self._mend_all(parts)
        spans: list[Span] = []
        start = 0
        while start < len(parts):
            end, grounding = self._longest(mended, owners, capitals, start)
            if grounding is not None:
                slip = mended[start:end] != parts[start:end]
                found = _misspelt(grounding) if slip else grounding
                if found is not None:
                    spans.append(Span(owners[start], owners[end - 1] + 1, found))
            start = max(end, start + 1)
        return spans

    def every_span(self, words: Sequence[str]) -> list[Span]:
        """All facet phrases in a list of words, overlapping ones too: without spaces only the sentence can choose."""
        parts, owners, capitals = _split(words)
        found: list[Span] = []
        for start in range(len(parts)):
            for end in range(start + 1, start + self._vocabulary.reach(parts, start) + 1):
                if _whole_words(parts, owners, start, end):
                    grounding = self._mean(parts[start:end], capitals[start])
                    found += [Span(owners[start], owners[end - 1] + 1, grounding)] if grounding is not None else []
        return found

    def _longest(
        self, parts: list[str], owners: list[int], capitals: list[bool], start: int
    ) -> tuple[int, Grounding | None]:
        """End and meaning of the longest phrase from `start`; a phrase to read over has an end and no meaning."""
        for length in range(self._vocabulary.reach(parts, start), 0, -1):
            end = start + length
            if not _whole_words(parts, owners, start, end):
                continue
            words = parts[start:end]
            found = self._mean(words, capitals[start])
            ignored = self._vocabulary.ignored.get(" ".join(words))
            if found is not None and not (ignored and found.facet in ignored):
                return end, found
            if ignored:
                return end, None
        return start, None

    def _mean(self, words: Sequence[str], capital: bool) -> Grounding | None:
        """The certain meaning of plain words, remembered."""
        key = (" ".join(words), capital)
        known = self._known.get(key, _UNKNOWN)
        if not isinstance(known, _Unknown):
            return known
        found = self._gather(key[0], self._vocabulary.senses(words, capital))
        if len(self._known) >= REMEMBERED:
            self._known.clear()  # other threads only lose what they would find again
        self._known[key] = found
        return found

    def _gather(self, phrase: str, senses: list[Sense]) -> Grounding | None:
        if not senses:
            return None
        order = self._vocabulary.order
        ranked = sorted(senses, key=lambda sense: (_TIER[sense.how], order[sense.via]))
        meant_facets = self._kin[ranked[0].via] | self._kin[ranked[0].facet]
        meant = [sense for sense in ranked if sense.via in meant_facets]
        rivals = [sense for sense in ranked if sense.via not in meant_facets]
        return Grounding(phrase, tuple(self._with_narrower(meant)), tuple(map(_match, rivals)), certain=True)

    def _with_narrower(self, senses: Iterable[Sense]) -> Iterator[Match]:
        seen: set[tuple[str, str]] = set()
        later: list[tuple[str, str]] = []
        for sense in senses:
            seen.add((sense.facet, sense.value))
            later.append((sense.facet, sense.value))
            yield _match(sense)
        while later:
            for pair in self._narrower.get(later.pop(0), ()):
                if pair not in seen:
                    seen.add(pair)
                    later.append(pair)
                    yield Match(*pair, "narrower", _SCORE["narrower"])

    def _read_narrower(self, spec: CatalogSpec) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
        resolve = self._vocabulary.resolve
        return {
            resolve(name, value): tuple(resolve(name, kind) for kind in kinds)
            for name, facet in spec.facets.items()
            for value, kinds in facet.narrower.items()
        }

    # ---------------------------------------------------------------------------------------------------- spelling
    def _mend(self, word: str) -> str | None:
        """The word that an unknown word is a slip for, or None when the word is known or no one word is nearest."""
        if len(word) < 4 or self._vocabulary.knows(word) or word in self._titles.words:
            return None
        candidates = self._vocabulary.corrections(word)
        if len(candidates) < 2:
            return candidates[0] if candidates else None
        pairs = {found: self._pairs(found) for found in candidates}
        # Several words are one meaning when one of them means all that the others do ("comedy" and a tag "comdedy").
        return next((word for word in candidates if all(pairs[word] >= pairs[other] for other in candidates)), None)

    def _pairs(self, word: str) -> frozenset[tuple[str, str]]:
        found = self._mean([word], capital=True)
        return frozenset(found.pairs) if found is not None else frozenset()

    def _mend_all(self, parts: list[str]) -> list[str]:
        mended: dict[str, str] = {}
        for word in parts:
            if word not in mended and len(mended) < MENDED and len(word) >= 4 and not self._vocabulary.knows(word):
                mended[word] = self._mend(word) or word
        return [mended.get(word, word) for word in parts] if mended else parts

    # ------------------------------------------------------------------------------------------------------- titles
    def titles(self, phrase: str) -> tuple[str, ...]:
        """Ids of the items that have this title; several when the title is ambiguous, none when it is no title."""
        return tuple(self._item_ids[row] for row in self._titles.find(phrase))

    def scan_titles(self, words: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
        """Titles in a list of words: (start, end, item ids), longest first, without overlaps.

        Titles of one common word ("Up") are among them: the caller asks for a cue before it believes them.
        """
        parts, owners, _ = _split(words)
        found = []
        for start, end, rows in self._titles.scan(parts):
            if _whole_words(parts, owners, start, end):
                found.append((owners[start], owners[end - 1] + 1, tuple(self._item_ids[row] for row in rows)))
        return found


def _match(sense: Sense) -> Match:
    return Match(sense.facet, sense.value, sense.how, _SCORE.get(sense.how, NEAREST))


def _misspelt(grounding: Grounding | None) -> Grounding | None:
    """The same meanings, marked as found through a slip of the pen."""
    if grounding is None:
        return None
    matches = tuple(
        match if match.how == "narrower" else Match(match.facet, match.value, "spelling", _SCORE["spelling"])
        for match in grounding.matches
    )
    return Grounding(grounding.phrase, matches, grounding.rivals, grounding.certain)


def _split(words: Sequence[str]) -> tuple[list[str], list[int], list[bool]]:
    """Plain parts of words ("sci-fi" has two), the word that each is of, and whether that began with a capital."""
    parts: list[str] = []
    owners: list[int] = []
    capitals: list[bool] = []
    marked = [word[:1].isupper() for word in words]
    telling = 2 * sum(marked) <= max(len(words), 2)  # in a sentence all in capitals they mark nothing
    for place, key in enumerate(plain_all(words)):
        for part in key.split():
            parts.append(part)
            owners.append(place)
            capitals.append(telling and place > 0 and marked[place])
    return parts, owners, capitals


def _whole_words(parts: list[str], owners: list[int], start: int, end: int) -> bool:
    """Whether parts make up whole words; in scripts without spaces any run of characters may be a word."""
    begins = start == 0 or owners[start - 1] != owners[start] or is_wordless_script(parts[start])
    ends = end == len(owners) or owners[end] != owners[end - 1] or is_wordless_script(parts[end - 1])
    return begins and ends


def _years(spec: CatalogSpec, snapshot: Snapshot) -> npt.NDArray[np.float64] | None:
    dates = [name for name, facet in spec.facets.items() if facet.kind == "date" and name in snapshot.numbers]
    return np.asarray(snapshot.numbers[dates[0]].amounts, np.float64) if dates else None


def _kin(spec: CatalogSpec) -> dict[str, frozenset[str]]:
    """Facets that `narrower` ties together -> all facets of their circle."""
    circles = {name: {name} for name in spec.facets}
    for name, facet in spec.facets.items():
        for target in (target for kinds in facet.narrower.values() for target in kinds):
            other, colon, _ = target.partition(":")
            if colon and other in circles:
                circles[name] |= circles[other]
                for member in circles[name]:
                    circles[member] = circles[name]
    return {name: frozenset(circle) for name, circle in circles.items()}
