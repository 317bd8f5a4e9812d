"""The words that a line may be made of: those of its evidence, and those that claim nothing.

A small model invents; held to these words it cannot name what is not there. The embedded server enforces it by the
line's grammar; other endpoints get the form alone, and the clause checker decides in either case.
"""

import re
from collections.abc import Iterable, Sequence

from intently.catalog.lexicon import singulars
from intently.explain.clauses import Checker
from intently.explain.evidence import Evidence, Piece
from intently.explain.wording import tokens_of
from intently.language import Listing, one_of

__all__ = ["free_listing", "held_listing", "vocabulary"]

LEAST_WORDS = 5  # of a line; a name counts as one
MOST_ALIASES = 6  # of one facet
LONGEST_UNIT = 40  # characters
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w'’-]+(?: (?:de |of |the |van |von |la )?[A-Z][\w'’-]+)*")
_WORD = re.compile(r"[\w'’-]+")


def free_listing(lines: int) -> Listing:
    """Lines of any words."""
    return Listing(r'[^\s"\\<>{}|\[\]][^"\\<>{}|\[\]\n]{14,118}', 1, lines, "a line of 5 to 14 words", enough=1)


def held_listing(evidence: Evidence, checker: Checker, lines: int, words: int) -> Listing:
    """Lines of words of the evidence, at most so many."""
    units = vocabulary(evidence, checker)
    first = one_of(sorted({unit[:1].upper() + unit[1:] for unit in units}))
    pattern = rf"{first}([,:;]? {one_of(units)}){{{LEAST_WORDS - 1},{max(LEAST_WORDS, words) - 1}}}\??"
    return Listing(pattern, 1, lines, f"a line of {LEAST_WORDS} to {words} words, all of them from what was told", 1)


def vocabulary(evidence: Evidence, checker: Checker) -> tuple[str, ...]:
    """Words in small letters, names and numbers as they are written; sorted."""
    units = {unit for piece in evidence.pieces for unit in _units(piece)}
    wording = checker.wording
    never = wording.refused | wording.strong
    kept = {unit for unit in units if unit.casefold() not in never and len(unit) <= LONGEST_UNIT}
    did = {verb for verb, kinds in wording.did.items() if _may_say(kinds, evidence)}
    return tuple(sorted(kept | checker.said | did))


def _units(piece: Piece) -> Iterable[str]:
    if piece.kind == "title":
        return ()
    if piece.kind == "event":
        return (f"“{piece.text}”",) if _WORD.search(piece.text) and "“" not in piece.text else ()
    if piece.kind == "facet":
        values = [value for value in piece.text.split(", ") if value]
        return [*_of_values(values), *[alias for alias in piece.also if " " not in alias][:MOST_ALIASES]]
    return _of_text(piece.text)


def _of_values(values: Sequence[str]) -> list[str]:
    """Names of several words stay whole ("Stuart Gordon"), the others are words."""
    names = [value for value in values if " " in value and all(part[:1].isupper() for part in value.split())]
    return names + [word.lower() for value in values if value not in names for word in tokens_of(value)]


def _of_text(text: str) -> list[str]:
    names = _NAME.findall(text)
    rest = _NAME.sub(" ", text)
    words = [word.lower() for word in tokens_of(rest) if len(word) > 1 or word.isdigit()]
    return names + [form for word in words for form in _inflected(word)]


def _inflected(word: str) -> Iterable[str]:
    """The word, its singular, and what may be its plural or third person: a model does not choose what is no word."""
    return (word, *singulars(word), *((word + "s",) if word.isalpha() and not word.endswith("s") else ()))


def _may_say(kinds: frozenset[str], evidence: Evidence) -> bool:
    """Whether something told makes the verb true."""
    return any(piece.makes_true(kinds) for piece in evidence.pieces)
