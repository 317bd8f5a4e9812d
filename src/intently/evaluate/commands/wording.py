"""The words of one condition, as a person says them: pieces that sentences are made of.

It knows raw values and words.toml tables of its own; neither the product's grammar nor the aliases of a catalogue.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from intently.evaluate.commands.case import Wanted
from intently.evaluate.commands.source import Source

__all__ = ["Templates", "Wording", "load_templates"]

FILM_WORDS = ("film", "films", "movie", "movies", "fiction", "comedy", "drama", "thriller", "western", "musical")
NUMBERS = {60: "an hour", 90: "an hour and a half", 120: "two hours", 150: "two and a half hours", 180: "three hours"}


@dataclass(frozen=True)
class Templates:
    """One half of the templates, and the words that both share."""

    split: str
    frames: Mapping[str, list[str]]
    complain: Mapping[str, list[str]]
    pieces: Mapping[str, list[str]]
    no: Mapping[str, list[str]]
    ref: Mapping[str, list[str]]
    words: Mapping[str, Any]


@lru_cache
def load_templates(split: str) -> Templates:
    """The visible or the hidden half of templates.toml."""
    text = (resources.files("intently.evaluate.commands") / "templates.toml").read_text("utf-8")
    body = tomllib.loads(text)
    return Templates(split, words=body["words"], **body[split])


class Wording:
    """Says single conditions. One generator decides every choice, so that a seed gives one wording."""

    def __init__(self, source: Source, templates: Templates, rng: np.random.Generator) -> None:
        self.source, self.templates, self._rng = source, templates, rng

    def pick(self, options: list[str]) -> str:
        return options[int(self._rng.integers(len(options)))]

    # ------------------------------------------------------------------------------------------------- one condition
    def is_head(self, want: Wanted) -> bool:
        """Whether the condition names what kind of thing is wanted."""
        return not want.condition.avoid and want.condition.field in ("genre", "style", "kind")

    def noun(self, want: Wanted) -> tuple[str, str, str]:
        """One of them, several of them, and the matter itself: comedy, comedies, comedy."""
        field, said = want.condition.field, want.said
        known = self.templates.words.get(field, {}).get(said)
        if field == "genre" and known:
            return known[0], known[1], known[2]
        if field == "kind":
            return said, plural(said), plural(said)
        if field in ("genre", "style"):
            if said.casefold().split()[-1] in FILM_WORDS:
                return said, plural(said), plural(said)
            return f"{said} {self.source.noun}", f"{said} {self.source.nouns}", f"{said} {self.source.nouns}"
        if field == "country":
            adjective, name = self._country(said)
            return f"{adjective} {self.source.noun}", f"{adjective} {self.source.nouns}", f"things from {name}"
        if field == "category":
            adjective, matter = known or (said, said)
            return f"{adjective} {self.source.noun}", f"{adjective} {self.source.nouns}", matter
        return said, said, said

    def before(self, want: Wanted) -> str:
        """The adjective before the noun, where the condition has one; else nothing."""
        field, known = want.condition.field, self.templates.words.get(want.condition.field, {})
        if field == "country" and self._rng.random() < 0.5:
            return self._country(want.said)[0]
        if field == "category" and want.said in known:
            return str(known[want.said][0])
        if field == "colour" and self._rng.random() < 0.7:
            return want.said
        return want.said if want.said in self.templates.words["adjectives"] else ""

    def after(self, want: Wanted) -> str:
        """What is said after the noun: "from the 90s", "under 100 minutes", "about prison"."""
        field = want.condition.field
        if self.is_head(want):
            return self._fill("also", one=_article(self.noun(want)[0]))
        if side := side_of(want):
            return self._fill(f"{field}{side}", **self.amounts(want))
        if field == "country":
            return self._fill("country", name=self._country(want.said)[1])
        if field == "theme":
            return self._fill(self._theme(want.said), v=want.said)
        if field == "category":
            return f"in {want.said}"
        return self._fill(field if field in self.templates.pieces else "has", v=want.said)

    def refusal(self, want: Wanted) -> str:
        """What is not wanted: "no horror"."""
        field = want.condition.field
        one, several, matter = self.noun(want)
        text = self.pick(self.templates.no[field if field in self.templates.no else "style"])
        adjective, name = self._country(want.said) if field == "country" else ("", "")
        if field == "category":
            adjective = one.split()[0]
        return text.format(
            x=matter, several=several, one=_article(one), v=want.said, adj=adjective, name=name,
            nouns=self.source.nouns, matter=matter,
        )  # fmt: skip

    def complaint(self, want: Wanted) -> str:
        """What is wrong with what is shown."""
        _, several, matter = self.noun(want)
        side = side_of(want)
        if side:
            text = self.pick(self.templates.complain[f"{want.condition.field}{side}"])
            return text.format(**self.amounts(want))
        return self.pick(self.templates.complain["avoid"]).format(x=matter)

    def reference(self, want: Wanted) -> str:
        """How a person refers back to a condition."""
        field = want.condition.field
        options = self.templates.ref[field if field in self.templates.ref else "value"]
        amounts = self.amounts(want) if side_of(want) else {}
        return self.pick(options).format(x=self.noun(want)[2], **amounts)

    def amounts(self, want: Wanted) -> dict[str, str]:
        """{n} as it is said, and for years {m}, the year before."""
        condition = want.condition
        low, high = condition.low, condition.high
        if condition.field == "year":
            if low is not None and high is not None:
                decade = f"{int(low)}s"
                return {"n": decade[2:] if low < 2000 and self._rng.random() < 0.7 else decade, "m": ""}
            return {"n": str(int(low)), "m": str(int(low) - 1)} if low is not None else {"n": str(int(high or 0) + 1)}
        amount = low if low is not None else high or 0.0
        if condition.field == "price":
            return {"n": f"${amount:g}" if self._rng.random() < 0.6 else f"{amount:g} dollars"}
        spoken = NUMBERS.get(int(amount))
        return {"n": spoken if spoken and self._rng.random() < 0.5 else f"{amount:g} minutes"}

    def agreed(self, text: str) -> str:
        """What follows one thing, as it follows several."""
        for one, several in self.templates.words["agree"].items():
            text = text.replace(one, several)
        return text

    def _fill(self, piece: str, **words: str) -> str:
        return self.pick(self.templates.pieces[piece]).format(**words)

    def _theme(self, said: str) -> str:
        if said in self.templates.words["adjectives"] or said in self.templates.words["states"]:
            return "is"
        if said in self.templates.words["attributes"]:
            return "has"
        return "for" if self.source.noun == "product" else "about"

    def _country(self, said: str) -> tuple[str, str]:
        known = self.templates.words["country"].get(said)
        return (known[0], known[1]) if known else (said, said)


def side_of(want: Wanted) -> str:
    """Of a bound: "<" up to, ">" from, "=" between; nothing for words."""
    low, high = want.condition.low, want.condition.high
    if low is not None and high is not None:
        return "="
    return ">" if low is not None else "<" if high is not None else ""


def plural(noun: str) -> str:
    """The plural of the last word."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun if noun.endswith("s") else noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].casefold() in 'aeiou' else 'a'} {noun}"
