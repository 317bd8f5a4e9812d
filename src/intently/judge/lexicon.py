"""The words of lexicon.toml, compiled once."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

__all__ = ["Lexicon", "first_of", "lexicon"]

FILE = Path(__file__).parent / "lexicon.toml"
WORDS = ("generic", "common", "customary")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`patterns`: regular expressions by name; `generic`, `common`: folded words; `customary`: names as written;
    `moments`: words that speak of a season or a day; `digest`: of the file."""

    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    generic: frozenset[str]
    common: frozenset[str]
    customary: frozenset[str]
    moments: Mapping[str, tuple[str, ...]]
    digest: str


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    text = FILE.read_text("utf-8")
    body = tomllib.loads(text)
    patterns = {
        name: tuple(re.compile(pattern, re.IGNORECASE) for pattern in listed)
        for name, listed in body.items()
        if name not in (*WORDS, "moments")
    }
    moments = {name: tuple(signs) for name, signs in body["moments"].items()}
    generic, common, customary = (frozenset(body[name]) for name in WORDS)
    return Lexicon(patterns, generic, common, customary, moments, hashlib.sha256(text.encode()).hexdigest()[:12])


def first_of(name: str, text: str) -> str | None:
    """The first words of the text that any pattern of this name matches."""
    hits = (pattern.search(text) for pattern in lexicon().patterns[name])
    return next((hit.group() for hit in hits if hit), None)
