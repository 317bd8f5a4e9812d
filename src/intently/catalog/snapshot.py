"""Snapshots: built from items, changed item by item, saved and opened.

A change makes a new snapshot that shares every array it did not touch (`change`). On disk a snapshot is a folder of
.npy files, read memory-mapped (`store`). The types are in `arrays`.
"""

from array import array
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from intently.catalog.arrays import Mask, NumberFacet, Snapshot, TermFacet, frozen, term_facet
from intently.catalog.change import with_item, with_items, with_vectors, without_item
from intently.catalog.facts import amount_of, own_vector, terms_of, text_hash
from intently.catalog.schema import CatalogSpec
from intently.catalog.store import open_snapshot, save_snapshot
from intently.catalog.text_index import build_text_index
from intently.errors import DataError
from intently.nouns import Item

__all__ = [
    "Mask",
    "NumberFacet",
    "Snapshot",
    "TermFacet",
    "build_snapshot",
    "open_snapshot",
    "save_snapshot",
    "term_facet",
    "with_item",
    "with_items",
    "with_vectors",
    "without_item",
]


def build_snapshot(
    spec: CatalogSpec,
    items: Iterable[Item],
    vectors: npt.NDArray[np.float32] | None,
    version: str,
    *,
    encoded: Mask | None = None,
) -> Snapshot:
    """The arrays of these items, in their order. `vectors` (n, dim) are unit rows, zero where not encoded yet.

    Raises DataError for an item id that comes twice and for vectors of another length.
    """
    columns = _Columns(spec)
    for item in items:
        columns.add(item)
    n = len(columns.item_ids)
    if len(set(columns.item_ids)) != n:
        raise DataError("two items have one id; every item needs its own. Mend the items and build again.")
    vectors = np.zeros((n, 0), np.float32) if vectors is None else vectors
    if vectors.shape[0] != n:
        raise DataError(f"{vectors.shape[0]} vectors for {n} items; encode the items again")
    return Snapshot(
        version=version,
        item_ids=tuple(columns.item_ids),
        titles=tuple(columns.titles),
        text_hashes=frozen(np.array(columns.text_hashes, np.uint64)),
        available=frozen(np.array(columns.available, np.bool_)),
        terms={name: column.facet() for name, column in columns.terms.items()},
        numbers={name: NumberFacet(frozen(np.array(held, np.float64))) for name, held in columns.numbers.items()},
        vectors=frozen(np.ascontiguousarray(vectors, np.float32)),
        encoded=frozen(np.asarray(vectors.any(axis=1)) if encoded is None else encoded.copy()),
        text=build_text_index(columns.texts, spec.language),
        own=frozen(columns.own()),
    )


class _TermColumn:
    """Terms as they arrive, by places of first appearance; sorted by name at the end, so that order does not matter."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.starts = array("q", [0])
        self.flat = array("i")

    def add(self, terms: tuple[str, ...]) -> None:
        for term in terms:
            self.flat.append(self.places.setdefault(term, len(self.places)))
        self.starts.append(len(self.flat))

    def facet(self) -> TermFacet:
        values = tuple(sorted(self.places))
        new_place = np.empty(len(values), np.int32)
        new_place[[self.places[value] for value in values]] = np.arange(len(values), dtype=np.int32)
        flat = np.array(self.flat, np.int32)
        return term_facet(values, np.array(self.starts, np.int64), new_place[flat])


class _Columns:
    """The items, gathered column by column."""

    def __init__(self, spec: CatalogSpec) -> None:
        self._spec = spec
        self.item_ids: list[str] = []
        self.titles: list[str] = []
        self.texts: list[str] = []  # what is looked up by word
        self._own: dict[int, npt.NDArray[np.float32]] = {}
        self._own_dim = 0
        self.text_hashes = array("Q")
        self.available = array("b")
        self.terms = {name: _TermColumn() for name, facet in spec.facets.items() if facet.kind == "term"}
        self.numbers = {name: array("d") for name, facet in spec.facets.items() if facet.kind != "term"}

    def add(self, item: Item) -> None:
        self.item_ids.append(item.item_id)
        self.titles.append(item.title)
        self.texts.append(f"{item.title} {item.text}")
        if item.vector is not None:
            self._own[len(self.item_ids) - 1] = own_vector(item, self._own_dim)
            self._own_dim = len(item.vector)
        self.text_hashes.append(text_hash(self._spec, item))
        self.available.append(item.available)
        for name, column in self.terms.items():
            column.add(terms_of(item, name))
        for name, amounts in self.numbers.items():
            amounts.append(amount_of(item, name))

    def own(self) -> npt.NDArray[np.float32]:
        """(n, own dim), zero where an item has none; (0, 0) where none has one."""
        vectors = np.zeros((len(self.item_ids) if self._own else 0, self._own_dim), np.float32)
        for row, vector in self._own.items():
            vectors[row] = vector
        return vectors
