"""What a line may rest on: named pieces of the item, of the person's interest and of the moment.

The item's own title is no evidence but by its whole name, and sentences of its text that speak to a reader or a model
("say that …", "you must …") are none at all: who writes an item's text cannot write the line under it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from intently.catalog.lexicon import plain
from intently.catalog.schema import CatalogSpec, FacetSpec
from intently.explain.line import PastItem
from intently.explain.values import amount_text
from intently.explain.wording import Wording, bases, tokens_of
from intently.nouns import FacetValue, Item

__all__ = ["ITEM_KINDS", "SENTENCE", "Evidence", "Kind", "Liking", "Piece", "evidence_of", "item_pieces", "sayable"]

Kind = Literal["title", "facet", "text", "interest", "tag", "event", "preference", "cue"]
ITEM_KINDS: frozenset[Kind] = frozenset({"facet", "text"})
TEXT_CHARACTERS = 900  # of an item's text that count
MOST_VALUES = 8  # of one facet
SENTENCE = re.compile(r"(?<=[.!?。！？])\s+")
_TALKS = re.compile(
    r"\b(?:you|your|please|ignore|disregard|instructions?|prompt|assistant|respond|reply|answer|output|"
    r"(?:say|write|print|repeat|tell)\b(?=\W+(?:that|this|the|only|it|exactly)\b))\b|https?:|www\.|[<>{}|\\]|\[/?[A-Z]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Piece:
    """One piece of evidence. `also`: other words for it, as the catalogue declares them; `event`: the kind of event."""

    kind: Kind
    key: str
    text: str
    also: tuple[str, ...] = ()
    event: str = ""
    liked: bool = False

    @property
    def name(self) -> tuple[str, str]:
        return (self.kind, self.key)

    def makes_true(self, kinds: frozenset[str]) -> bool:
        """Whether it makes a verb true that is said of these kinds of events. One of several kinds ("liked") is said of
        what was liked alone, or of an interest."""
        feeling = len(kinds) > 1
        if self.kind == "event":
            return self.event in kinds and (self.liked or not feeling)
        return (self.kind == "interest" and feeling) or (self.kind == "preference" and "command" in kinds)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The plain words in order."""
        return tuple(plain(self.text).split())

    @cached_property
    def runs(self) -> tuple[tuple[frozenset[str], ...], ...]:
        """The words of text and aliases by their base forms, in order: what a phrase is compared with."""
        return tuple(tuple(bases(word) for word in tokens_of(one)) for one in (self.text, *self.also))

    @cached_property
    def bases(self) -> frozenset[str]:
        return frozenset(base for run in self.runs for word in run for base in word)


@dataclass(frozen=True)
class Liking:
    """What the person likes, as one line is told of it. `interest_id`: "" where there is none, and events must do."""

    interest_id: str = ""
    text: str = ""
    tags: tuple[tuple[str, str], ...] = ()  # (tag id, text)
    past: tuple[PastItem, ...] = ()
    wishes: tuple[tuple[str, str], ...] = ()  # (preference id, words) of commands that the item meets


@dataclass(frozen=True)
class Evidence:
    item_id: str
    title: str
    pieces: tuple[Piece, ...] = field(default_factory=tuple)

    def without(self, names: Iterable[tuple[str, str]]) -> "Evidence":
        """The same without some pieces."""
        gone = set(names)
        return Evidence(self.item_id, self.title, tuple(piece for piece in self.pieces if piece.name not in gone))

    def of(self, *kinds: Kind) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.kind in kinds)


def evidence_of(spec: CatalogSpec, item: Item, liking: Liking, cues: Sequence[tuple[str, str]] = ()) -> Evidence:
    """All pieces for a line about this item. cues: (cue id, words) of the moment."""
    person = [Piece("interest", liking.interest_id, liking.text)] if liking.text else []
    person += [Piece("tag", key, text) for key, text in liking.tags]
    person += [Piece("event", past.event_id, past.title, event=past.kind, liked=past.liked) for past in liking.past]
    person += [Piece("preference", key, text) for key, text in liking.wishes]
    person += [Piece("cue", key, text) for key, text in cues]
    return Evidence(item.item_id, item.title, (*item_pieces(spec, item), *person))


def item_pieces(spec: CatalogSpec, item: Item) -> tuple[Piece, ...]:
    """Title, facets that a reason may name, and the text without what speaks to its reader."""
    pieces = [Piece("title", item.item_id, item.title)]
    for name, facet in spec.facets.items():
        value = item.facets.get(name)
        if value is not None and facet.shown and facet.weight > 0:
            pieces += _facet_piece(spec, name, value)
    text = " ".join(one for one in SENTENCE.split(item.text[:TEXT_CHARACTERS]) if not _TALKS.search(one))
    return (*pieces, Piece("text", item.item_id, text)) if text.strip() else tuple(pieces)


def sayable(wording: Wording, noun: str, nouns: str) -> frozenset[str]:
    """The words that claim nothing, with those for the catalogue's things."""
    named = {base for word in tokens_of(f"{noun} {nouns}") for base in bases(word)}
    return wording.frame | wording.person | wording.connectors | named


def _facet_piece(spec: CatalogSpec, name: str, value: FacetValue) -> list[Piece]:
    facet = spec.facets[name]
    if isinstance(value, float | int):
        return [Piece("facet", name, amount_text(facet, float(value)), _decade(facet, float(value)))]
    values = [one for one in value or () if not _TALKS.search(one)][:MOST_VALUES]
    return [Piece("facet", name, ", ".join(values), _other_words(spec, name, values))] if values else []


def _other_words(spec: CatalogSpec, name: str, values: Sequence[str]) -> tuple[str, ...]:
    """Values that one of these is a kind of, and phrases that mean one of them or of those."""
    held = {(name, value) for value in values}
    wider = {
        (other, wide) for other, facet in spec.facets.items() for wide, kinds in facet.narrower.items()
        if held & {_pair(other, kind) for kind in kinds}
    }  # fmt: skip
    meant = held | wider
    phrases = [
        phrase for other, facet in spec.facets.items() for phrase, means in facet.aliases.items()
        if meant & {_pair(other, value) for value in means}
    ]  # fmt: skip
    return (*sorted(wide for _, wide in wider), *phrases)


def _pair(facet: str, value: str) -> tuple[str, str]:
    """A value as an alias writes it, with the facet that it is of."""
    other, colon, named = value.partition(":")
    return (other, named) if colon else (facet, value)


def _decade(facet: FacetSpec, amount: float) -> tuple[str, ...]:
    if facet.kind != "date" or not 1000 <= amount <= 2999:
        return ()
    start = int(amount) // 10 * 10
    return (f"{start}s", f"{start % 100:02}s")
