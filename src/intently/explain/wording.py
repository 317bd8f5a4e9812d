"""Words by what they claim, and the forms in which one word is the same claim.

Only inflection counts: "heists" is "heist", "chased" is "chase"; "killer" is not "kill". Lists are data, one file a
language; of a language without one no line is made, and the template speaks.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from intently.catalog.lexicon import forms, plain, singulars

__all__ = ["Wording", "bases", "open_wording", "tokens_of"]

FILES = {"en": "english.toml"}
SHORTEST = 3  # letters of a stem
_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


@dataclass(frozen=True)
class Wording:
    """Lists of words, as their file says what each is. `did`: a verb of what a person did -> kinds of events, or
    "command", that make it true."""

    frame: frozenset[str]
    person: frozenset[str]
    own: frozenset[str]
    likes: frozenset[str]
    likers: frozenset[str]
    named_before: frozenset[str]
    itself: frozenset[str]
    being: frozenset[str]
    bound: frozenset[str]
    open_ended: frozenset[str]
    limits: frozenset[str]
    prepositions: frozenset[str]
    relative: frozenset[str]
    light: frozenset[str]
    amounts: frozenset[str]
    moment: frozenset[str]
    connectors: frozenset[str]
    strong: frozenset[str]
    refused: frozenset[str]
    did: Mapping[str, frozenset[str]]


@cache
def open_wording(language: str) -> Wording | None:
    """The words of a language (BCP 47, of which the first part counts); None where there are none yet."""
    name = FILES.get(language.partition("-")[0].lower())
    if name is None:
        return None
    body = tomllib.loads((files("intently.explain") / name).read_text("utf-8"))
    lists = {name: frozenset(words.split()) for name, words in body.items() if isinstance(words, str)}
    return Wording(**lists, did={verb: frozenset(kinds) for verb, kinds in body["did"].items()})


def tokens_of(text: str) -> list[str]:
    """The words of a text as they are written."""
    return _TOKEN.findall(text)


@lru_cache(maxsize=50_000)
def bases(word: str) -> frozenset[str]:
    """The forms that two inflections of one word have in common, in plain letters."""
    key = plain(word).replace(" ", "")
    found = {key, *singulars(key), *(form for form in forms(key) if len(form) == len(key))}  # grey is gray
    for ending in ("ing", "ed"):
        stem = key.removesuffix(ending)
        if stem != key and len(stem) >= SHORTEST:
            found |= {stem, stem + "e"}
            if stem[-1] == stem[-2]:
                found.add(stem[:-1])
            if ending == "ed" and stem.endswith("i"):
                found.add(stem[:-1] + "y")
    return frozenset(found)
