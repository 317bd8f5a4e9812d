"""Filters that a caller of the API gives with one request: `genre:Comedy`, `-genre:Horror`, `year>=1990`, `price<=5`.

Each becomes a `must` for that request alone; nothing is stored.
"""

import re
from collections.abc import Sequence

from intently.catalog.schema import CatalogSpec, FacetSpec
from intently.errors import BadRequest
from intently.nouns import Preference, Scope

__all__ = ["read_filters"]

_TERM = re.compile(r"(?P<no>-?)(?P<facet>[A-Za-z_]\w*):(?P<value>.+)", re.DOTALL)
_BOUND = re.compile(r"(?P<facet>[A-Za-z_]\w*)(?P<sign><=|>=)(?P<amount>-?\d+(\.\d+)?)")
FORMS = "write facet:value, -facet:value, facet<=number or facet>=number"


def read_filters(filters: Sequence[str], spec: CatalogSpec) -> tuple[Preference, ...]:
    """Raises BadRequest for another form and for a facet that the catalogue does not declare."""
    return tuple(_read(text, number, spec) for number, text in enumerate(filters, 1))


def _read(text: str, number: int, spec: CatalogSpec) -> Preference:
    bound = _BOUND.fullmatch(text)
    term = None if bound else _TERM.fullmatch(text)
    found = bound or term
    if found is None:
        raise BadRequest(f"the filter {text[:80]!r} cannot be read; {FORMS}")
    name = found["facet"]
    facet = spec.facets.get(name)
    if facet is None:
        raise BadRequest(f"the filter {text[:80]!r} names no facet of this catalogue; it has {', '.join(spec.facets)}")
    return _bound(text, number, name, facet, bound) if bound else _term(text, number, name, facet, found)


def _bound(text: str, number: int, name: str, facet: FacetSpec, found: "re.Match[str]") -> Preference:
    if facet.kind == "term":
        raise BadRequest(f"the filter {text[:80]!r}: {name} holds words, not numbers; write {name}:value")
    relation = "at_most" if found["sign"] == "<=" else "at_least"
    return Preference(
        id=f"filter{number}", polarity="want", strength="must", facet=name, relation=relation,
        value=float(found["amount"]), scope=Scope(kind="next"), quote=text, command_id="filter",
    )  # fmt: skip


def _term(text: str, number: int, name: str, facet: FacetSpec, found: "re.Match[str]") -> Preference:
    if facet.kind != "term":
        raise BadRequest(f"the filter {text[:80]!r}: {name} holds numbers; write {name}<=number or {name}>=number")
    return Preference(
        id=f"filter{number}", polarity="avoid" if found["no"] else "want", strength="must", facet=name,
        matches=((name, found["value"]),), relation="is", value=[found["value"]], scope=Scope(kind="next"),
        quote=text, command_id="filter",
    )  # fmt: skip
