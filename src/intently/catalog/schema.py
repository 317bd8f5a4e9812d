"""The catalogue's TOML: where items and events come from, and what their facets mean.

One concept: `CatalogSpec`, the validated form of that file. Everything domain-specific (words, units, aliases, what a
missing value means, how often an item may come back) is declared here and nowhere in code.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from intently.errors import CatalogError
from intently.nouns import EventKind

__all__ = [
    "DELIBERATE",
    "CatalogSpec",
    "EnvironmentSpec",
    "EventsSpec",
    "FacetSpec",
    "ItemsSpec",
    "ReasonsSpec",
    "load_spec",
    "parse_spec",
]

FORMAT = "intently.catalog"
VERSION = 1
RESERVED_FACETS = {"item"}
NO_TASTE: frozenset[EventKind] = frozenset({"impression", "disown", "reclaim", "doubt"})
"""Kinds that say nothing of taste: shown, or said about our own reading."""
DELIBERATE: tuple[EventKind, ...] = ("purchase", "cart", "favourite", "rating", "review", "detail", "search")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no IANA time zone, such as 'Europe/London'") from error
    return name


def _language(tag: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
        raise ValueError(f"{tag!r} is no language tag, such as 'en' or 'zh-Hant'")
    return tag


class _Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FacetSpec(_Spec):
    """One facet. `column` (or `columns`, joined) holds its values; `words_in` finds the declared `values` in text."""

    kind: Literal["term", "number", "date"]
    column: str | None = None
    columns: tuple[str, ...] = ()  # term: several columns whose values are joined (directors and cast are persons)
    words_in: tuple[str, ...] = ()  # columns searched for `values` and their aliases (whole words, inflections too)
    ignored: tuple[str, ...] = ()  # phrases that `words_in` reads over: in "ice cream", cream is no colour
    values: tuple[str, ...] = ()  # closed vocabulary; empty: what the data holds
    many: bool = False  # term: an item may have several values
    separator: str | None = None  # term: splits a string cell into several values
    label: str = ""  # for people; default: the facet's name
    aliases: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """phrase -> values it means; "facet:value" names another facet's value, else a value of this facet"""
    narrower: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """value -> values (of this facet, or "facet:value") that are kinds of it: Horror -> style:slasher"""
    missing: Literal["drop", "keep"] | None = None  # default: drop for bounds and want-musts, keep for avoid on terms
    unit: str = ""  # number: name of the unit, for people ("minutes", "£")
    unit_before: bool = False  # "£5", not "5 £"
    units: Mapping[str, float] = Field(default_factory=dict)  # word or sign -> factor to `unit` (hour -> 60)
    nouns: tuple[str, ...] = ()  # words that name the facet itself ("running time", "length", "budget")
    more: tuple[str, ...] = ()  # comparatives towards larger values ("longer", "newer", "dearer")
    less: tuple[str, ...] = ()  # comparatives towards smaller values ("shorter", "older", "cheaper")
    tolerance: str | float | None = None  # of "around x": "15%" or an absolute number
    step: float = 1.0  # next value for strict bounds: 1 for integers, 0.01 for prices
    bare: bool = False  # number: an amount without unit word may mean this facet when it lies in the facet's range
    highest: tuple[str, ...] = ()  # words that mean a soft wish for large values ("epic", "long")
    lowest: tuple[str, ...] = ()  # words that mean a soft wish for small values ("short", "cheap")
    weight: float = 1.0  # how telling the facet is in a reason; 0: never named
    shown: bool = True  # on the card
    names: bool = False  # term: its values name makers or brands: no tag of a person may hold one

    @model_validator(mode="after")
    def _coherent(self) -> "FacetSpec":
        if [self.column is not None, bool(self.columns), bool(self.words_in)].count(True) != 1:
            raise ValueError("a facet has one of `column`, `columns` and `words_in`")
        if self.columns and self.kind != "term":
            raise ValueError("`columns` joins terms; a number or date has one `column`")
        if self.words_in and (self.kind != "term" or not self.values):
            raise ValueError("`words_in` needs kind = 'term' and a list of `values`")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns that the facet's values are read from, however it reads them."""
        return (self.column,) if self.column is not None else self.columns or self.words_in

    def tolerance_of(self, amount: float) -> float:
        """Half-width of "around `amount`", in the facet's unit."""
        if isinstance(self.tolerance, str):
            return abs(amount) * float(self.tolerance.rstrip("% ")) / 100
        return float(self.tolerance if self.tolerance is not None else abs(amount) * 0.15)


class ItemsSpec(_Spec):
    file: str
    id: str
    title: str
    text: tuple[str, ...] = ()  # columns joined by a blank line
    image_url: str | None = None
    available: str | None = None
    vector: str | None = None
    embed: str = "{title}. {facets}. {text}"  # what the encoder reads; {facets}: all shown terms
    core: str = ""  # what a history says of an item, "{title} {size}"; default: the title and two leading terms


class EventsSpec(_Spec):
    file: str
    user: str
    item: str
    time: str
    time_format: str = "seconds"  # "seconds", "milliseconds", "iso", or a strptime pattern
    kind: str | None = None  # column; else `kind_is`
    kind_is: EventKind | None = None
    kinds: Mapping[str, EventKind] = Field(default_factory=dict)  # words in the column -> kind
    value: str | None = None
    quantity: str | None = None
    price: str | None = None
    order: str | None = None
    query: str | None = None
    event_id: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "EventsSpec":
        if (self.kind is None) == (self.kind_is is None):
            raise ValueError("give either `kind` (a column) or `kind_is` (one kind for all rows)")
        return self


class AfterDays(_Spec):
    after_days: float = Field(gt=0)


class EnvironmentSpec(_Spec):
    """Where the catalogue is at home, as far as season and holidays depend on it. What is left out is not guessed."""

    hemisphere: Literal["north", "south"] | None = None  # none: no seasons
    country: str | None = Field(None, pattern="^[A-Z]{2}$")  # ISO 3166-1, such as GB; none: no holidays
    subdivision: str | None = Field(None, max_length=16)  # ISO 3166-2 without the country, such as SCT or CA


class ReasonsSpec(_Spec):
    """The lines under this catalogue's items. What is left out is as the settings and the catalogue say."""

    words: int | None = Field(None, ge=6, le=20)  # of a line, at most; none: `explain.words` of the settings
    language: Annotated[str, AfterValidator(_language)] | None = None  # BCP 47; none: the catalogue's


class CatalogSpec(_Spec):
    """The whole catalogue: identity, words for people, rules of history, files, facets."""

    format: Literal["intently.catalog"]
    version: Literal[1]
    name: str
    noun: str = "item"  # one of them, for people
    nouns: str = "items"
    language: str = "en"
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    attribution: str = ""  # shown on the page's foot
    examples: tuple[str, ...] = ()  # sentences that the page offers to try
    shift_to_now: bool = False
    history_kinds: tuple[EventKind, ...] = ("rating", "purchase", "favourite", "cart", "detail", "review", "click")
    reliable_kinds: tuple[EventKind, ...] | None = None  # that understanding reads; see `reliable`
    liked_from: float | None = None  # a rating counts as liked from here
    repeat: Literal["never", "always"] | AfterDays = "always"
    popularity_half_life_days: float = Field(7.0, gt=0)
    necessities: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """term facet -> values of household needs: buying those shows no interest"""
    prompt_profile: tuple[str, ...] = ()  # profile attributes that prompts may see
    items: ItemsSpec
    events: EventsSpec | None = None
    environment: EnvironmentSpec = EnvironmentSpec()
    reasons: ReasonsSpec = ReasonsSpec()
    facets: Mapping[str, FacetSpec] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _facets_named(self) -> "CatalogSpec":
        for name in self.necessities:
            if name not in self.facets or self.facets[name].kind != "term":
                raise ValueError(f"`necessities` names {name!r}, which is no term facet of this catalogue")
        for name, facet in self.facets.items():
            if name in RESERVED_FACETS or not name.isidentifier():
                raise ValueError(f"a facet may not be called {name!r}")
            for phrase, values in [*facet.aliases.items(), *facet.narrower.items()]:
                for value in values:
                    other = value.split(":", 1)[0]
                    if ":" in value and other not in self.facets:
                        raise ValueError(f"facet {name!r}: {phrase!r} points to the unknown facet {other!r}")
        return self

    @model_validator(mode="after")
    def _core_known(self) -> "CatalogSpec":
        terms = {name for name, facet in self.facets.items() if facet.kind == "term"}
        for name in re.findall(r"\{(\w*)\}", self.items.core):
            if name not in {"title", *terms}:
                raise ValueError(f"`items.core` names {{{name}}}; it may name {{title}} and facets of terms")
        return self

    @model_validator(mode="after")
    def _reliable_done(self) -> "CatalogSpec":
        if self.reliable_kinds is not None and (not self.reliable_kinds or NO_TASTE & {*self.reliable_kinds}):
            raise ValueError(
                "`reliable_kinds` names at least one kind of what people did with items; an impression is none. "
                "Leave the key out for: " + ", ".join(DELIBERATE)
            )
        return self

    @property
    def line_language(self) -> str:
        """Of the lines under items. Where it is none that the writers know, the template writes them."""
        return self.reasons.language or self.language

    @property
    def reliable(self) -> tuple[EventKind, ...]:
        """Kinds that say something about taste when a person is understood.

        Default: deliberate kinds (RecGPT V1 section 2.1) among `history_kinds`, and searches.
        """
        if self.reliable_kinds:
            return self.reliable_kinds
        return tuple(kind for kind in DELIBERATE if kind in self.history_kinds or kind == "search")


def parse_spec(text: str, where: str) -> CatalogSpec:
    """Read the TOML. Raises CatalogError that names the file, the key and the nearest known key."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{where}: not TOML: {error}. Mend the line and try again.") from error
    try:
        return CatalogSpec.model_validate(data)
    except ValidationError as error:
        raise CatalogError(f"{where}: " + "; ".join(_mend(problem) for problem in error.errors())) from error


def load_spec(path: Path) -> CatalogSpec:
    """Read the catalogue's TOML from a file."""
    try:
        return parse_spec(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror}). Draft one: intently init FILES") from error


def _mend(problem: Any) -> str:
    place = [str(part) for part in problem["loc"]]
    if problem["type"] != "extra_forbidden":
        return f"`{'.'.join(place)}`: {problem['msg']}"
    parts: dict[str, type[BaseModel]] = {
        "items": ItemsSpec, "events": EventsSpec, "facets": FacetSpec, "environment": EnvironmentSpec,
        "reasons": ReasonsSpec,
    }  # fmt: skip
    known = parts.get(place[0], CatalogSpec)
    near = difflib.get_close_matches(place[-1], list(known.model_fields), n=1, cutoff=0.0)
    return f"unknown key `{'.'.join(place)}`; the nearest known key is `{near[0]}`"
