"""The catalogue as immutable arrays: the types that a request reads, from its start to its end.

Rows are items in the order they came. A term facet is kept both ways (value -> rows, row -> values) as compressed
sparse rows; numbers and dates are one float array, NaN where missing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from intently.catalog.coarse import COARSE_FROM, Coarse
from intently.catalog.lexicon import plain_all
from intently.catalog.text_index import TextIndex
from intently.errors import NotFound
from intently.nouns import FacetValue

__all__ = ["Mask", "NumberFacet", "Snapshot", "TermFacet", "frozen", "term_facet"]

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int32]
Starts = npt.NDArray[np.int64]
S = TypeVar("S", bound=np.generic)


@dataclass(frozen=True)
class TermFacet:
    """The terms of one facet. `starts` has one entry more than there are values, `item_starts` than there are items."""

    values: tuple[str, ...]
    starts: Starts
    rows: Rows  # of value v: rows[starts[v]:starts[v + 1]], ascending
    item_starts: Starts
    item_values: Rows  # of row r: item_values[item_starts[r]:item_starts[r + 1]], in the order the item gave them

    @cached_property
    def places(self) -> Mapping[str, int]:
        """value -> its place in `values`."""
        return {value: place for place, value in enumerate(self.values)}

    def rows_of(self, value: str) -> Rows:
        """The rows that have the value, ascending; empty when no item has it."""
        place = self.places.get(value)
        if place is None:
            return self.rows[:0]
        return self.rows[self.starts[place] : self.starts[place + 1]]

    def values_of(self, row: int) -> tuple[str, ...]:
        held = self.item_values[self.item_starts[row] : self.item_starts[row + 1]]
        return tuple([self.values[place] for place in held.tolist()])

    def counts(self) -> Starts:
        """How many items have each value."""
        return np.diff(self.starts)

    def known(self) -> Mask:
        """Which rows have any value."""
        return np.diff(self.item_starts) > 0


@dataclass(frozen=True)
class NumberFacet:
    amounts: npt.NDArray[np.float64]  # by row, in the facet's unit; NaN = missing

    def known(self) -> Mask:
        return ~np.isnan(self.amounts)


@dataclass(frozen=True)
class Snapshot:
    """The arrays of one moment. `vectors` are unit rows, (n, dim) float32; zero, or stale, where `encoded` is False."""

    version: str
    item_ids: tuple[str, ...]
    titles: tuple[str, ...]
    text_hashes: npt.NDArray[np.uint64]  # of what the encoder reads: a change means that the vector is out of date
    available: Mask
    terms: Mapping[str, TermFacet]
    numbers: Mapping[str, NumberFacet]
    vectors: npt.NDArray[np.float32]
    encoded: Mask
    text: TextIndex = field(default_factory=TextIndex.empty)  # the words of titles and texts
    own: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    """(n, own dim) unit rows of the items' own vectors (of an image, say), zero where an item has none; (0, 0) where
    no item has one"""

    def __len__(self) -> int:
        return len(self.item_ids)

    @cached_property
    def plain_titles(self) -> frozenset[str]:
        """All titles in their plain form: whether a text is one of them, however it is written."""
        return frozenset(plain_all(self.titles))

    @cached_property
    def coarse(self) -> Coarse | None:
        """The vectors in 8 bits, for a first look; None where the exact look costs no more."""
        return Coarse.of(self.vectors) if len(self) >= COARSE_FROM and self.vectors.shape[1] else None

    @cached_property
    def row_by_id(self) -> Mapping[str, int]:
        return dict(zip(self.item_ids, range(len(self.item_ids)), strict=True))

    def row_of(self, item_id: str) -> int | None:
        return self.row_by_id.get(item_id)

    def facets_of(self, row: int, names: Collection[str] | None = None) -> dict[str, FacetValue]:
        """Every declared facet of the item, or those of these names; None where it is missing."""
        chosen = (*self.terms, *self.numbers) if names is None else names
        facets: dict[str, FacetValue] = {}
        for name in chosen:
            if name in self.terms:
                facets[name] = self.terms[name].values_of(row) or None
            elif name in self.numbers:
                amount = float(self.numbers[name].amounts[row])
                facets[name] = None if np.isnan(amount) else amount
        return facets

    def known(self, facet: str) -> Mask:
        """Which rows have the facet at all. Raises NotFound for a facet that the catalogue does not declare."""
        held = self.terms.get(facet) or self.numbers.get(facet)
        if held is None:
            raise self._no_facet(facet)
        return held.known()

    def missing(self, facet: str) -> int:
        """How many available items lack the facet."""
        return int(np.count_nonzero(self.available & ~self.known(facet)))

    def mask_of(self, matches: Iterable[tuple[str, str]]) -> Mask:
        """Rows with any of the (facet, value) pairs; the facet "item" names items by id. Unknown values match none."""
        mask = np.zeros(len(self), np.bool_)
        for facet, value in matches:
            if facet == "item":
                row = self.row_of(value)
                if row is not None:
                    mask[row] = True
            elif facet in self.terms:
                mask[self.terms[facet].rows_of(value)] = True
            else:
                raise self._no_facet(facet)
        return mask

    def bound_mask(self, facet: str, low: float | None, high: float | None) -> Mask:
        """Rows with low <= amount <= high; None leaves a side open; a missing amount is never inside."""
        if facet not in self.numbers:
            raise self._no_facet(facet)
        amounts = self.numbers[facet].amounts
        inside = ~np.isnan(amounts) if low is None else amounts >= low  # a comparison with NaN is False
        return inside if high is None else inside & (amounts <= high)

    def _no_facet(self, facet: str) -> NotFound:
        known = ", ".join([*self.terms, *self.numbers]) or "none"
        return NotFound(f"the catalogue declares no such facet: {facet!r}. It declares: {known}.")


def term_facet(values: tuple[str, ...], item_starts: Starts, item_values: Rows) -> TermFacet:
    """A term facet from its items' side; `item_values` are places in `values`, each at most once an item."""
    counts = np.bincount(item_values, minlength=len(values)).astype(np.int64)
    owners = np.repeat(np.arange(len(item_starts) - 1, dtype=np.int32), np.diff(item_starts))
    return TermFacet(
        values=values,
        starts=frozen(np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])),
        rows=frozen(owners[np.argsort(item_values, kind="stable")]),  # stable: the rows of a value stay ascending
        item_starts=frozen(item_starts),
        item_values=frozen(item_values),
    )


def frozen(array: npt.NDArray[S]) -> npt.NDArray[S]:
    array.flags.writeable = False
    return array
