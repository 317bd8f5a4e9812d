"""A command as a search engine takes it: the words that are wanted, the words that are not, and "something else".

A negation reaches to the end of its clause ("no horror or war, but something funny"). This is all the grammar that a
retrieval baseline gets: no numbers, no facets, no memory beyond the words themselves.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Query", "asks_for_others", "query_of"]

_CLAUSE = re.compile(
    r"[.,;:!?\n]+|\b(?:but|instead(?! of)|rather(?! not)|although|though|please|i'd|i would|i want|give me|show me)\b"
)
_NEGATION = re.compile(
    r"\b(?:no|not|nothing|none|never|without|neither|nor|avoid|except|excluding|hate|dislikes?|can't stand|fed up|"
    r"tired of|sick of|bored of|enough|spare me|skip|less|fewer|rid of|instead of|other than|rather not|anything but|"
    r"(?:do|does|did|is|are|was|wo|ca|could|would|should)n['’]?t)\b"
)
_OTHERS = re.compile(
    r"\b(?:(?:something|anything|somewhere) else|(?:show|see|try|give)\b.{0,20}\b(?:others?|different ones?)|"
    r"(?:the )?(?:next|other) ones|new batch|different (?:films|movies|items|ones|things|options|products))\b"
)


@dataclass(frozen=True, slots=True)
class Query:
    """Words of one or more commands. `unwanted`: what stood behind a negation."""

    wanted: str
    unwanted: str = ""


def query_of(texts: Iterable[str]) -> Query:
    """Tell wanted from unwanted clauses in the given commands."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for text in texts:
        for clause in _CLAUSE.split(text.casefold().replace("’", "'")):
            found = _NEGATION.search(clause)
            wanted.append(clause[: found.start()] if found else clause)
            unwanted.append(clause[found.end() :] if found else "")
    return Query(_spaced(wanted), _spaced(unwanted))


def asks_for_others(text: str) -> bool:
    """Whether what is shown shall go."""
    return bool(_OTHERS.search(text.casefold()))


def _spaced(parts: Iterable[str]) -> str:
    return " ".join(" ".join(parts).split())
