"""The fixed words of commands: what they do, never what they mean in a catalogue. The words are in `english.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from intently.feed.parser.phrases import Phrases, folded

__all__ = ["Cue", "CueKind", "cue_phrases", "purpose_words", "season_words", "story_words", "words_of"]

CueKind = Literal[
    "want", "weak", "topic", "like", "avoid", "too", "enough", "soft", "bound", "replace", "only_not", "retract",
    "drop", "allow", "allowed", "undo", "reset", "others", "variety", "keep", "inject", "seen", "scope", "and", "or",
    "but", "comma", "stop", "skip", "plain", "ask",
    "same", "that", "unseen", "story", "relative", "out", "vague", "trending", "newest",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cue:
    """What a phrase does. `soft`: it also softens. `scope`: a name that `session.scope_of` knows.

    `weak`: of "bound", mere emphasis once other words stand before it; of "others", only when nothing else is asked.
    """

    kind: CueKind
    soft: bool = False
    scope: str = ""
    weak: bool = False


@cache
def words_of(table: str) -> list[dict[str, Any]]:
    """The entries of one table of `english.toml`: "cue", "comparator", "story", "purpose" or "season"."""
    entries: list[dict[str, Any]] = tomllib.loads(files(__package__).joinpath("english.toml").read_text("utf-8"))[table]
    return entries


@cache
def story_words(*, empty: bool = False) -> frozenset[str]:
    """Words that tell and ask for nothing when they stand in a story. empty: those that never ask for anything."""
    entries = (entry for entry in words_of("story") if entry.get("empty", False) or not empty)
    return frozenset(word for entry in entries for word in entry["phrases"])


@cache
def purpose_words() -> frozenset[str]:
    """Small words that are the wish itself behind "for": "something for a gift"."""
    return frozenset(word for entry in words_of("purpose") for word in entry["phrases"])


@cache
def season_words() -> frozenset[str]:
    """Times of the year, in which people wish for what belongs to them."""
    return frozenset(word for entry in words_of("season") for word in entry["phrases"])


@cache
def cue_phrases(*, opening: bool = False) -> Phrases[Cue]:
    """The table, read and compiled once. A phrase listed twice keeps the meaning listed last, but weak ones win.

    opening: the table where a clause begins, with the cues of stories, which win there.
    """
    found: dict[tuple[str, ...], tuple[str, Cue]] = {}
    for entry in (entry for entry in words_of("cue") if opening or entry["kind"] != "story"):
        cue = Cue(entry["kind"], entry.get("soft", False), entry.get("scope", ""), entry.get("weak", False))
        for phrase in entry["phrases"]:
            held = found.get(folded(phrase))
            if held is None or not (held[1].weak or held[1].kind == "story"):
                found[folded(phrase)] = (phrase, cue)
    return Phrases(found.values())
