"""Tags of a person without a model: what the terms of the catalogue say of the items that they liked.

First the terms and pairs of terms that the liked items share more often than chance (understand/strands.py), then the
kinds of these items one by one, the newest first. It is the floor of what a model understands, and the cognitive
channel where no model was asked.
"""

from collections.abc import Sequence

from intently.catalog.arrays import Snapshot
from intently.catalog.schema import CatalogSpec
from intently.understand.strands import strands_of, terms_of

__all__ = ["KINDS_IN_TEXT", "facet_tags", "kinds_text"]

KINDS_IN_TEXT = 3  # terms that say what kind an item is


def facet_tags(liked: Sequence[str], spec: CatalogSpec, snapshot: Snapshot, count: int) -> tuple[str, ...]:
    """At most `count` texts, each once. liked: item ids, the newest first; repeated and unknown ones count once or not
    at all."""
    distinct = list(dict.fromkeys(liked))
    strands = strands_of(distinct, spec, snapshot, count)
    told = [", ".join(value for _, value in strand.terms) for strand in strands]
    told += [kinds_text(item_id, spec, snapshot) for item_id in distinct]
    return tuple(dict.fromkeys(text for text in told if text))[:count]


def kinds_text(item_id: str, spec: CatalogSpec, snapshot: Snapshot) -> str:
    """What kind of item it is, in words; empty where no facet says so. A path in a tree of categories is left out."""
    terms = [value for facet, value in terms_of(item_id, spec, snapshot) if facet != "path"]
    return ", ".join(terms[:KINDS_IN_TEXT])
