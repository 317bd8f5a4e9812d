"""What the item tower reads of an item: its id, its facets, its numbers in buckets, and its text vector.

Terms and buckets are slots of one table of vectors for each field, so that an item is a few numbers. Slot 0 of every
field is for what is not known: an item that came after the training, a value that nobody had then, a missing number.
That is why new items have a place by their features alone. Numbers are cut at quantiles of the catalogue: an amount's
unit and scale then mean nothing (RecGPT V1, section 5: dense features discretised, then embedded).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from intently.catalog.arrays import NumberFacet, Snapshot, TermFacet
from intently.retrieve.request import Floats, Rows

__all__ = ["ID", "Field", "ItemFeatures", "Vocabulary", "features_of", "vocabulary_of"]

ID = "item"  # the field of the item's own slot; no facet may be called so
BUCKETS = 10  # of a number, one more for a missing one
LEAST = 3  # items that share a term, from which it has a slot

Numbers = npt.NDArray[np.int64]


class Vocabulary(BaseModel):
    """The slots of every field. `item_ids`: items that were learnt from; `terms`: facet -> values; `cuts`: facet ->
    amounts at which its buckets begin, ascending; `text`: dimensions of the text vector, 0 where it is not read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item_ids: tuple[str, ...]
    terms: Mapping[str, tuple[str, ...]]
    cuts: Mapping[str, tuple[float, ...]]
    text: int

    def sizes(self) -> dict[str, int]:
        """Slots of every field, slot 0 included, in the order in which the tower reads them."""
        terms = {name: len(values) + 1 for name, values in self.terms.items()}
        return {ID: len(self.item_ids) + 1, **terms, **{name: len(cuts) + 2 for name, cuts in self.cuts.items()}}


@dataclass(frozen=True)
class Field:
    """The slots of each item: of row r, slots[starts[r]:starts[r + 1]]; none where it has no value of this field."""

    starts: Numbers  # (n + 1,)
    slots: Numbers

    def of(self, rows: npt.NDArray[np.integer]) -> "Field":
        """The same for these items, in this order."""
        counts = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        places = np.arange(starts[-1]) - np.repeat(starts[:-1] - self.starts[rows], counts)
        return Field(starts, self.slots[places])


@dataclass(frozen=True)
class ItemFeatures:
    """Of n items: their slots by field, in the order of `Vocabulary.sizes`, and their text vectors (n, text)."""

    fields: Mapping[str, Field]
    text: Floats

    def __len__(self) -> int:
        return len(self.text)

    def of(self, rows: npt.NDArray[np.integer]) -> "ItemFeatures":
        """The features of these items, in this order."""
        return ItemFeatures({name: field.of(rows) for name, field in self.fields.items()}, self.text[rows])


def vocabulary_of(snapshot: Snapshot, known: Rows, unread: Collection[str] = (), text: bool = True) -> Vocabulary:
    """The slots for what the `known` rows hold. `unread`: facets that are not read; `text`: whether vectors are."""
    terms = {name: _common(facet, known) for name, facet in snapshot.terms.items() if name not in unread}
    cuts = {name: _cuts(facet, known) for name, facet in snapshot.numbers.items() if name not in unread}
    return Vocabulary(
        item_ids=tuple(snapshot.item_ids[row] for row in known.tolist()),
        terms={name: values for name, values in terms.items() if values},
        cuts={name: found for name, found in cuts.items() if found},
        text=int(snapshot.vectors.shape[1]) if text else 0,
    )


def features_of(snapshot: Snapshot, vocabulary: Vocabulary) -> ItemFeatures:
    """The slots of the snapshot's items; slot 0 where the vocabulary has none for what an item holds."""
    fields = {ID: _own_slots(snapshot.item_ids, vocabulary.item_ids)}
    fields |= {name: _term_slots(snapshot, name, values) for name, values in vocabulary.terms.items()}
    fields |= {name: _buckets(snapshot, name, cuts) for name, cuts in vocabulary.cuts.items()}
    return ItemFeatures(fields, snapshot.vectors[:, : vocabulary.text])


def _common(facet: TermFacet, known: Rows) -> tuple[str, ...]:
    """The values that LEAST of the known items share."""
    own = np.zeros(len(facet.item_starts) - 1, np.bool_)
    own[known] = True
    owners = np.repeat(own, np.diff(facet.item_starts))
    counts = np.bincount(facet.item_values[owners], minlength=len(facet.values))
    return tuple(facet.values[place] for place in np.flatnonzero(counts >= LEAST).tolist())


def _cuts(facet: NumberFacet, known: Rows) -> tuple[float, ...]:
    """Quantiles, each once; none where the amounts are all alike."""
    amounts = facet.amounts[known]
    amounts = amounts[~np.isnan(amounts)]
    if not len(amounts):
        return ()
    found = np.unique(np.quantile(amounts, np.arange(1, BUCKETS) / BUCKETS))
    return tuple(found.tolist()) if amounts.min() < amounts.max() else ()


def _own_slots(item_ids: Sequence[str], known: Sequence[str]) -> Field:
    slots = {item_id: slot for slot, item_id in enumerate(known, start=1)}
    return _one_each(np.array([slots.get(item_id, 0) for item_id in item_ids], np.int64))


def _term_slots(snapshot: Snapshot, name: str, values: Sequence[str]) -> Field:
    slots = {value: slot for slot, value in enumerate(values, start=1)}
    facet = snapshot.terms.get(name)
    if facet is None:
        return Field(np.zeros(len(snapshot) + 1, np.int64), np.empty(0, np.int64))
    table = np.array([slots.get(value, 0) for value in facet.values] or [0], np.int64)
    return Field(facet.item_starts.astype(np.int64), table[facet.item_values])


def _buckets(snapshot: Snapshot, name: str, cuts: Sequence[float]) -> Field:
    facet = snapshot.numbers.get(name)
    if facet is None:
        return _one_each(np.zeros(len(snapshot), np.int64))
    places = 1 + np.searchsorted(np.array(cuts), facet.amounts, side="right")
    return _one_each(np.where(np.isnan(facet.amounts), 0, places).astype(np.int64))


def _one_each(slots: Numbers) -> Field:
    return Field(np.arange(len(slots) + 1, dtype=np.int64), slots)
