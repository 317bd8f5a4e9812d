"""The fixed words of Chinese commands: cues and comparators of `cues.toml`, looked up in a folded text."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

from intently.feed.parser.bounds import Comparator
from intently.feed.parser.lexicon import Cue

__all__ = ["ChineseCue", "Strings", "comparator_strings", "cue_patterns", "cue_strings", "postposed"]

T = TypeVar("T")
AFTER = frozenset(("out", "allowed"))  # kinds that speak of what stands before them, besides the soft "others"


@dataclass(frozen=True, slots=True)
class ChineseCue:
    """A cue and, for those that want or avoid, its lemma in English, by which later stages know it."""

    cue: Cue
    verb: str = ""


class Strings(Generic[T]):
    """Strings by their first character, the longest first."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, dict[str, T]] = {}
        for text, meaning in entries:
            if text:
                self._by_first.setdefault(text[0], {})[text] = meaning
        self._by_first = {
            first: dict(sorted(same.items(), key=lambda entry: -len(entry[0])))
            for first, same in self._by_first.items()
        }

    def at(self, text: str, start: int) -> list[tuple[int, T]]:
        """(end, meaning) of every string that stands here, the longest first."""
        same = self._by_first.get(text[start : start + 1], {})
        return [(start + len(known), meaning) for known, meaning in same.items() if text.startswith(known, start)]


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files(__package__).joinpath("cues.toml").read_text("utf-8"))


def _cue(entry: dict[str, Any]) -> ChineseCue:
    cue = Cue(entry["kind"], entry.get("soft", False), entry.get("scope", ""), entry.get("weak", False))
    return ChineseCue(cue, entry.get("verb", ""))


def _is_after(cue: Cue) -> bool:
    return cue.kind in AFTER or (cue.kind == "others" and cue.soft)


@cache
def cue_strings() -> Strings[ChineseCue]:
    """Cues that speak of what follows them, or of the whole clause."""
    cues = ((_cue(entry), entry["phrases"]) for entry in _tables()["cue"])
    return Strings((phrase, cue) for cue, phrases in cues if not _is_after(cue.cue) for phrase in phrases)


@cache
def postposed() -> Strings[ChineseCue]:
    """Cues that speak of what stands before them: "碎花太多了", "预算不限"."""
    cues = ((_cue(entry), entry["phrases"]) for entry in _tables()["cue"])
    return Strings((phrase, cue) for cue, phrases in cues if _is_after(cue.cue) for phrase in phrases)


@cache
def cue_patterns() -> tuple[tuple[re.Pattern[str], ChineseCue], ...]:
    return tuple(
        (re.compile(pattern), _cue(entry)) for entry in _tables()["cue"] for pattern in entry.get("patterns", ())
    )


@cache
def comparator_strings(place: str) -> Strings[Comparator]:
    """Comparators "before" or "after" their amount."""
    return Strings(
        (phrase, Comparator(entry["side"], entry.get("strict", False), dates=entry.get("dates", False)))
        for entry in _tables()["comparator"]
        if entry["place"] == place
        for phrase in entry["phrases"]
    )
