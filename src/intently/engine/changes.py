"""An item after a change that was asked for, checked against the catalogue before anything is written."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from intently.catalog.load import facets_in_words
from intently.catalog.schema import CatalogSpec
from intently.errors import BadRequest
from intently.nouns import Item

__all__ = ["check_facets", "patched"]


def patched(spec: CatalogSpec, before: Item, changes: Mapping[str, Any]) -> Item:
    """The item with these fields, and the facets that the catalogue reads from words of a new title or text. Raises
    BadRequest."""
    worded = {}
    if {"title", "text"} & set(changes):
        title, text = changes.get("title", before.title), changes.get("text", before.text)
        worded = facets_in_words(spec, title, text)
    facets = {**before.facets, **worded, **changes.get("facets", {})}
    try:
        values = {**before.model_dump(), **changes, "facets": facets, "item_id": before.item_id}
        after = Item.model_validate(values)
    except ValidationError as error:
        raise BadRequest(f"item {before.item_id!r}: {error.errors(include_url=False)[0]['msg']}") from error
    check_facets(spec, after)
    return after


def check_facets(spec: CatalogSpec, item: Item) -> None:
    """Raises BadRequest for a facet that the catalogue does not declare, or a value that it cannot hold."""
    unknown = sorted(set(item.facets) - set(spec.facets))
    if unknown:
        known = ", ".join(spec.facets)
        raise BadRequest(f"item {item.item_id!r}: unknown facet {unknown[0]!r}; the catalogue declares {known}")
    for name, value in item.facets.items():
        facet = spec.facets[name]
        terms = isinstance(value, tuple) and (facet.many or len(value) <= 1)
        number = isinstance(value, float | int) and abs(value) < 1e15  # also refuses NaN and infinities
        if value is not None and not (terms if facet.kind == "term" else number):
            takes = "one number" if facet.kind != "term" else "words" if facet.many else "one word or phrase"
            raise BadRequest(f"item {item.item_id!r}: facet {name!r} takes {takes}, not {str(value)[:40]!r}")
