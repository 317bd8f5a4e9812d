"""What the templates show: small frozen views of slates, preferences and histories, in words for people."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup

from intently.catalog.schema import CatalogSpec, FacetSpec
from intently.explain.values import amount_text, bound_text
from intently.feed.slots import is_number
from intently.nouns import FacetValue, Item, Preference, Scope, SlateItem
from intently.serve.pages.cover import Cover, draw_cover

__all__ = [
    "Card",
    "Chip",
    "Notice",
    "card_of",
    "chip_of",
    "details_of",
    "dom_id_of",
    "initials",
    "notice_of",
    "query",
    "rule_words",
]

TERMS_SHOWN = 3  # of a card's first term facet
RULES = {
    "unavailable": "not available",
    "not_asked": "not asked for",
    "excluded": "left out by the caller",
    "hidden": "hidden by you",
    "seen": "seen already",
    "example": "the example itself",
}


@dataclass(frozen=True, slots=True)
class Card:
    item_id: str
    dom_id: str  # safe in a selector
    feed_id: str
    position: int
    title: str
    when: str
    facets: tuple[str, ...]
    reason: str
    cover: Markup
    image_url: str | None
    query: str  # names the item and its place, for the card's buttons
    liked: bool = False
    done: str = ""  # what was done with it; the buttons go


@dataclass(frozen=True, slots=True)
class Bound:
    """The amounts of a bound, for its fields in the chip's menu: `value`, or `low` and `high`."""

    label: str  # "At most", or the facet's own name
    unit: str
    value: str = ""
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    preference_id: str
    sign: str  # want or avoid
    must: bool
    text: str
    notes: tuple[str, ...]
    pending: bool = False
    scope: str = "session"  # kind
    can_must: bool = True  # a wish by meaning cannot become a filter
    bound: Bound | None = None

    @property
    def lasting(self) -> bool:
        """Whether it belongs to the person, and not to this session alone."""
        return self.scope in ("until", "always")


@dataclass(frozen=True, slots=True)
class Notice:
    kind: str  # "", wish, model or fault
    text: str


def query(**values: str | int | None) -> str:
    """A query string; what is None is left out."""
    return urlencode({name: value for name, value in values.items() if value is not None})


def initials(name: str) -> str:
    """Two letters for the round picture of a person."""
    words = re.findall(r"\w+", name)
    letters = "".join(word[0] for word in words[:2]) if len(words) > 1 else (words[0][:2] if words else "?")
    return letters.upper()


def card_of(spec: CatalogSpec, shown: SlateItem, item: Item | None, feed_id: str, *, liked: bool = False) -> Card:
    """The card of a shown item. `item` None: it was deleted meanwhile, and its card has no facets."""
    facets = dict(item.facets) if item else {}
    when, lines = _facet_lines(spec, facets)
    price = next((line for line in lines if not line[:1].isalpha()), "")
    terms = _terms(spec, facets)
    cover = Cover(
        shown.title, terms[0] if terms else "", " · ".join([text for text in (when or price, *terms[:1]) if text])
    )
    return Card(
        shown.item_id, dom_id_of(feed_id, shown.item_id), feed_id, shown.position, shown.title, when,
        (*terms[:TERMS_SHOWN], *lines),
        shown.reason.text, draw_cover(cover), _https(item.image_url if item else None),
        query(item_id=shown.item_id, feed_id=feed_id, position=shown.position), liked,
    )  # fmt: skip


def dom_id_of(feed_id: str, item_id: str) -> str:
    """The id of the card's element: safe in a selector, whatever the item's id."""
    digest = hashlib.sha256(f"{feed_id} {item_id}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"card-{digest}"


def _https(url: str | None) -> str | None:
    return url if url and re.match(r"https?://", url) else None


def _terms(spec: CatalogSpec, facets: Mapping[str, FacetValue]) -> list[str]:
    """Values of the first term facet that the item has and the catalogue shows."""
    for name, facet in spec.facets.items():
        values = facets.get(name)
        if facet.kind == "term" and facet.shown and isinstance(values, tuple) and values:
            return [str(value) for value in values]
    return []


def _facet_lines(spec: CatalogSpec, facets: Mapping[str, FacetValue]) -> tuple[str, list[str]]:
    """The first date, and the amounts that the catalogue shows."""
    when, lines = "", []
    for name, facet in spec.facets.items():
        value = facets.get(name)
        if not facet.shown or not isinstance(value, float | int):
            continue
        text = amount_text(facet, float(value))
        if facet.kind == "date" and not when:
            when = text
        elif facet.unit:
            lines.append(_short_unit(facet, text))
    return when, lines[:1]


def _short_unit(facet: FacetSpec, text: str) -> str:
    return text.replace(" minutes", " min")


def details_of(spec: CatalogSpec, item: Item) -> list[tuple[str, str]]:
    """Every facet that the item has, labelled, for the large view."""
    rows = []
    for name, facet in spec.facets.items():
        value = item.facets.get(name)
        if isinstance(value, tuple) and value:
            rows.append((facet.label or name.replace("_", " ").capitalize(), ", ".join(map(str, value[:12]))))
        elif isinstance(value, float | int):
            rows.append((facet.label or name.replace("_", " ").capitalize(), amount_text(facet, float(value))))
    return rows


def chip_of(
    spec: CatalogSpec, preference: Preference, titles: Mapping[str, str], zone: str, *, pending: bool = False
) -> Chip:
    """A preference as a chip. `titles` names the items that it is like."""
    text = preference.quote
    if isinstance(preference.value, dict) and "item_id" in preference.value:
        text = "like " + titles.get(str(preference.value["item_id"]), text)
    notes = [note for note in (_read_as(spec, preference), _until(preference.scope, zone)) if note]
    grounded = preference.facet is not None and preference.relation != "like"
    return Chip(
        preference.id, preference.polarity, preference.strength == "must", text, tuple(notes), pending,
        preference.scope.kind, grounded, _bound(spec, preference),
    )  # fmt: skip


def _bound(spec: CatalogSpec, preference: Preference) -> Bound | None:
    facet = spec.facets.get(preference.facet or "")
    if facet is None or not is_number(preference):
        return None
    label = {"at_most": "At most", "at_least": "At least"}.get(preference.relation)
    name = facet.label or (preference.facet or "").replace("_", " ").capitalize()
    unit = "" if facet.kind == "date" else facet.unit
    if isinstance(preference.value, dict):
        low, high = preference.value["low"], preference.value["high"]
        return Bound(name, unit, low=f"{float(low):g}", high=f"{float(high):g}")
    assert isinstance(preference.value, float)
    return Bound(label or name, unit, value=f"{preference.value:g}")


def _read_as(spec: CatalogSpec, preference: Preference) -> str:
    """How it was read, where the words alone do not say it."""
    if preference.facet is None or preference.facet == "item":
        return "a wish, by meaning" if preference.facet is None else ""
    if preference.relation == "like":
        return ""
    read = bound_text(spec, preference)
    said = preference.quote.casefold()
    bound = preference.relation in ("at_most", "at_least")
    plain = any(sign.isdigit() for sign in said) if bound else read.casefold() in said
    return "" if plain or not read else f"read as {read}"


def _until(scope: Scope, zone: str) -> str:
    if scope.kind == "until" and scope.until is not None:
        local = scope.until.astimezone(ZoneInfo(zone))
        near = (scope.until - datetime.now(UTC)).total_seconds() < 20 * 3600
        return "until " + (local.strftime("%H:%M") if near else local.strftime("%a %d %b %H:%M"))
    return {"next": "next feed only", "always": "always"}.get(scope.kind, "")


def notice_of(text: str) -> Notice:
    """A notice; that something is a wish and no filter, and that the model was not there, have colours of their own."""
    words = text.casefold()
    return Notice("wish" if "wish" in words else ("model" if "language model" in words else ""), text)


def rule_words(by: str, chips: Sequence[Chip]) -> str:
    """The name of a rule or tool for people: `filter:<preference id>` by its chip's words."""
    kind, _, preference_id = by.partition(":")
    named = next((chip for chip in chips if chip.preference_id == preference_id), None)
    if named is not None:
        return f"“{named.text}”"
    return RULES.get(by, kind.replace("_", " "))
