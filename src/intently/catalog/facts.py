"""What an item holds in a facet, checked: terms, an amount, and the hash of what the encoder reads of it."""

import hashlib
import json

import numpy as np
import numpy.typing as npt

from intently.catalog.schema import CatalogSpec
from intently.errors import DataError
from intently.nouns import Item

__all__ = ["amount_of", "own_vector", "terms_of", "text_hash"]


def text_hash(spec: CatalogSpec, item: Item) -> int:
    """Changes when what the encoder may read changes: title, text and terms, not price or stock. 64 bits."""
    terms = [terms_of(item, name) for name, facet in spec.facets.items() if facet.kind == "term"]
    digest = hashlib.blake2b(json.dumps([item.title, item.text, terms]).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def terms_of(item: Item, facet: str) -> tuple[str, ...]:
    """The item's terms, each once. Raises DataError if it holds a number there."""
    held = item.facets.get(facet)
    if held is not None and not isinstance(held, tuple):
        raise DataError(f"item {item.item_id!r}: facet `{facet}` is {held!r}, not a list of terms")
    return tuple(dict.fromkeys(held or ()))


def amount_of(item: Item, facet: str) -> float:
    """The item's number, NaN where missing. Raises DataError if it holds terms there or no finite number."""
    held = item.facets.get(facet)
    if held is None:
        return float("nan")
    if isinstance(held, tuple) or not np.isfinite(held):
        raise DataError(f"item {item.item_id!r}: facet `{facet}` is {held!r}, not a finite number")
    return float(held)


def own_vector(item: Item, dim: int) -> npt.NDArray[np.float32]:
    """The item's own vector at length 1. `dim`: the numbers of the other items' vectors, 0 before the first one.

    Raises DataError for another number of numbers, and for a vector of zeros, which points nowhere.
    """
    given = np.array(item.vector or (), np.float64)
    if not len(given) or dim not in (0, len(given)):
        raise DataError(
            f"item {item.item_id!r}: its vector has {len(given)} numbers, those of other items have {dim or 'some'}. "
            "Vectors of one model have one length: mend it, or leave it out."
        )
    length = float(np.linalg.norm(given))
    if not np.isfinite(length) or length == 0.0:
        raise DataError(
            f"item {item.item_id!r}: its vector has length {length:g}. Leave out a vector that says nothing."
        )
    return np.asarray(given / length, np.float32)
