"""A snapshot after items changed, came or went: only the arrays that the change touches are copied.

A price at 100,000 items copies one array of numbers, and so do a thousand prices that come together. The row of an item
never changes; an item that goes keeps its row, unavailable, until the next build.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from intently.catalog.arrays import NumberFacet, Rows, S, Snapshot, Starts, TermFacet, frozen
from intently.catalog.facts import amount_of, own_vector, terms_of, text_hash
from intently.catalog.schema import CatalogSpec
from intently.errors import DataError
from intently.nouns import Item

__all__ = ["with_item", "with_items", "with_vectors", "without_item"]

Vector = npt.NDArray[np.float32]
Moved = tuple[Sequence[int], Vector]  # rows, and their vectors (len(rows), dim)


def with_item(snapshot: Snapshot, spec: CatalogSpec, item: Item, vector: Vector | None = None) -> Snapshot:
    """The snapshot in which this item is as given: a changed one keeps its row, a new one gets the last.

    `vector` (dim,) of unit length; without it an item whose text changed counts as not encoded, and keeps its former
    vector until `with_vectors` brings the new one. Raises DataError for a facet value of the wrong kind.
    """
    row = snapshot.row_of(item.item_id)
    return _changed(snapshot, spec, item, row, vector) if row is not None else _appended(snapshot, spec, item, vector)


def with_items(
    snapshot: Snapshot, spec: CatalogSpec, items: Sequence[Item], vectors: Mapping[str, Vector | None]
) -> Snapshot:
    """The snapshot after `with_item` of each; `vectors` by item id. What changes amounts and stock alone is put in with
    one copy of each array."""
    plain: dict[int, Item] = {}
    for item in items:
        row = snapshot.row_of(item.item_id)
        if row is not None and _is_plain(snapshot, spec, item, row):
            plain[row] = item
        else:
            snapshot = with_item(snapshot, spec, item, vectors.get(item.item_id))
            plain.pop(snapshot.row_by_id[item.item_id], None)  # the last word on an item holds
    return _with_amounts(snapshot, plain) if plain else snapshot


def without_item(snapshot: Snapshot, item_id: str) -> Snapshot:
    """The snapshot in which the item is not available; the same snapshot if it was not there."""
    row = snapshot.row_of(item_id)
    if row is None or not snapshot.available[row]:
        return snapshot
    return _next(snapshot, {"available": _put(snapshot.available, row, False)})


def with_vectors(snapshot: Snapshot, rows: Sequence[int], vectors: Vector, *, whole: bool = True) -> Snapshot:
    """The snapshot in which these rows have vectors: (len(rows), dim) of unit length. `whole`: of the items' texts, so
    that they count as encoded.

    Copies all vectors once. Raises DataError when their length differs from the snapshot's.
    """
    if snapshot.vectors.shape[1] not in (0, vectors.shape[1]):
        raise DataError(f"vectors of {vectors.shape[1]} numbers in a snapshot of {snapshot.vectors.shape[1]}")
    held = snapshot.vectors if snapshot.vectors.shape[1] else np.zeros((len(snapshot), vectors.shape[1]), np.float32)
    changed: dict[str, Any] = {"vectors": _put(held, rows, vectors)}
    if whole:
        changed["encoded"] = _put(snapshot.encoded, rows, True)
    return _next(snapshot, changed, moved=(rows, vectors))


def _is_plain(snapshot: Snapshot, spec: CatalogSpec, item: Item, row: int) -> bool:
    """Whether the item differs from its row in amounts and stock at most."""
    own = item.vector is not None or (snapshot.own.shape[1] > 0 and bool(snapshot.own[row].any()))
    return not own and item.title == snapshot.titles[row] and text_hash(spec, item) == snapshot.text_hashes[row]


def _with_amounts(snapshot: Snapshot, items: Mapping[int, Item]) -> Snapshot:
    """The snapshot with the amounts and the stock of these items, by row."""
    rows = list(items)
    numbers = dict(snapshot.numbers)
    for name, held in snapshot.numbers.items():
        amounts = np.array([amount_of(item, name) for item in items.values()])
        if not np.array_equal(held.amounts[rows], amounts, equal_nan=True):
            numbers[name] = NumberFacet(_put(held.amounts, rows, amounts))
    changed: dict[str, Any] = {"numbers": numbers}
    available = np.array([item.available for item in items.values()])
    if not np.array_equal(snapshot.available[rows], available):
        changed["available"] = _put(snapshot.available, rows, available)
    return _next(snapshot, changed)


def _changed(snapshot: Snapshot, spec: CatalogSpec, item: Item, row: int, vector: Vector | None) -> Snapshot:
    changed: dict[str, Any] = {
        "terms": {name: _with_terms(facet, row, terms_of(item, name)) for name, facet in snapshot.terms.items()},
        "numbers": {name: _with_amount(held, row, amount_of(item, name)) for name, held in snapshot.numbers.items()},
    }
    if item.available != snapshot.available[row]:
        changed["available"] = _put(snapshot.available, row, item.available)
    if item.title != snapshot.titles[row]:
        changed["titles"] = (*snapshot.titles[:row], item.title, *snapshot.titles[row + 1 :])
    digest = text_hash(spec, item)
    if digest != snapshot.text_hashes[row]:
        changed["text_hashes"] = _put(snapshot.text_hashes, row, digest)
        changed["encoded"] = _put(snapshot.encoded, row, False)
        changed["text"] = snapshot.text.with_text(row, item.title, item.text)
    if vector is not None and not (snapshot.encoded[row] and np.array_equal(snapshot.vectors[row], vector)):
        changed["vectors"] = _put(snapshot.vectors, row, vector)
    if vector is not None:
        changed["encoded"] = _put(snapshot.encoded, row, True)
    changed["own"] = _with_own(snapshot, row, item)
    return _next(snapshot, changed, moved=([row], vector[None, :]) if vector is not None else None)


def _appended(snapshot: Snapshot, spec: CatalogSpec, item: Item, vector: Vector | None) -> Snapshot:
    row = len(snapshot)
    if snapshot.own.shape[1]:
        nothing = np.zeros((1, snapshot.own.shape[1]), np.float32)
        snapshot = replace(snapshot, own=frozen(np.concatenate([snapshot.own, nothing])))
    last = np.zeros(snapshot.vectors.shape[1], np.float32) if vector is None else vector
    changed: dict[str, Any] = {
        "item_ids": (*snapshot.item_ids, item.item_id),
        "titles": (*snapshot.titles, item.title),
        "text_hashes": _append(snapshot.text_hashes, text_hash(spec, item)),
        "available": _append(snapshot.available, item.available),
        "encoded": _append(snapshot.encoded, vector is not None),
        "vectors": frozen(np.concatenate([snapshot.vectors, last[None, :]])),
        "text": snapshot.text.with_text(row, item.title, item.text),
        "own": _with_own(snapshot, row, item),
        "terms": {
            name: _with_terms(_one_row_more(facet), row, terms_of(item, name)) for name, facet in snapshot.terms.items()
        },
        "numbers": {
            name: NumberFacet(_append(held.amounts, amount_of(item, name))) for name, held in snapshot.numbers.items()
        },
    }
    return _next(snapshot, changed, {**snapshot.row_by_id, item.item_id: row}, ([row], last[None, :]))


def _with_own(snapshot: Snapshot, row: int, item: Item) -> npt.NDArray[np.float32]:
    """The items' own vectors with this item's; `row` may be one past the last where none had one."""
    held = snapshot.own
    if item.vector is None:
        if not held.shape[1] or not held[row].any():
            return held
        return _put(held, row, 0.0)
    vector = own_vector(item, held.shape[1])
    if not held.shape[1]:
        held = np.zeros((max(len(snapshot), row + 1), len(vector)), np.float32)
    return held if np.array_equal(held[row], vector) else _put(held, row, vector)


def _next(
    snapshot: Snapshot,
    changed: Mapping[str, Any],
    row_by_id: Mapping[str, int] | None = None,
    moved: Moved | None = None,
) -> Snapshot:
    """The snapshot with these fields, a version of its own, and the id lookup and the coarse vectors carried over.
    `moved`: rows whose vectors are others, and which."""
    base, _, count = snapshot.version.partition("+")
    after = replace(snapshot, **changed, version=f"{base}+{int(count or 0) + 1}")
    after.__dict__["row_by_id"] = row_by_id if row_by_id is not None else snapshot.row_by_id
    held = snapshot.__dict__.get("coarse")  # not there before the first request that asks by meaning
    if held is not None and held.codes.shape[1] == after.vectors.shape[1]:
        after.__dict__["coarse"] = held.with_rows(*moved) if moved is not None and "vectors" in changed else held
    return after


def _with_amount(held: NumberFacet, row: int, amount: float) -> NumberFacet:
    if np.array_equal(held.amounts[row], amount, equal_nan=True):
        return held
    return NumberFacet(_put(held.amounts, row, amount))


def _one_row_more(facet: TermFacet) -> TermFacet:
    return _same_values(facet, item_starts=_append(facet.item_starts, int(facet.item_starts[-1])))


def _with_terms(facet: TermFacet, row: int, terms: tuple[str, ...]) -> TermFacet:
    """The facet in which the row has these terms. A value that nobody has any more stays, with no rows."""
    before = facet.values_of(row)
    if terms == before:
        return facet
    facet = _with_values(facet, tuple(term for term in terms if term not in facet.places))
    starts, rows = _without_row(facet, row, [facet.places[term] for term in before if term not in terms])
    starts, rows = _with_row(starts, rows, row, [facet.places[term] for term in terms if term not in before])
    first, last = int(facet.item_starts[row]), int(facet.item_starts[row + 1])
    held = np.array([facet.places[term] for term in terms], np.int32)
    item_values = np.concatenate([facet.item_values[:first], held, facet.item_values[last:]])
    item_starts = facet.item_starts.copy()
    item_starts[row + 1 :] += len(terms) - (last - first)
    return _same_values(
        facet, starts=frozen(starts), rows=frozen(rows),
        item_starts=frozen(item_starts), item_values=frozen(item_values),
    )  # fmt: skip


def _same_values(facet: TermFacet, **changed: Any) -> TermFacet:
    """The facet with other arrays and the lookup of its values carried over."""
    after = replace(facet, **changed)
    after.__dict__["places"] = facet.places
    return after


def _with_values(facet: TermFacet, new: tuple[str, ...]) -> TermFacet:
    if not new:
        return facet
    more = np.full(len(new), facet.starts[-1], np.int64)
    return replace(facet, values=(*facet.values, *new), starts=frozen(np.concatenate([facet.starts, more])))


def _without_row(facet: TermFacet, row: int, places: list[int]) -> tuple[Starts, Rows]:
    gone = [_posting(facet.starts, facet.rows, place, row) for place in places]
    return _shifted(facet.starts, places, -1), np.delete(facet.rows, gone) if gone else facet.rows


def _with_row(starts: Starts, rows: Rows, row: int, places: list[int]) -> tuple[Starts, Rows]:
    come = [_posting(starts, rows, place, row) for place in places]
    return _shifted(starts, places, 1), np.insert(rows, come, row) if come else rows


def _posting(starts: Starts, rows: Rows, place: int, row: int) -> int:
    """Where the row stands, or belongs, among all rows, inside the posting of the value."""
    first, last = int(starts[place]), int(starts[place + 1])
    return first + int(np.searchsorted(rows[first:last], row))


def _shifted(starts: Starts, places: list[int], by: int) -> Starts:
    steps = np.zeros(len(starts), np.int64)
    steps[np.array(places, np.int64) + 1] = by
    return starts + np.cumsum(steps)


def _put(array: npt.NDArray[S], where: int | Sequence[int], what: Any) -> npt.NDArray[S]:
    copy = array.copy()
    copy[where] = what
    return frozen(copy)


def _append(array: npt.NDArray[S], last: Any) -> npt.NDArray[S]:
    longer = np.empty(len(array) + 1, array.dtype)
    longer[:-1] = array
    longer[-1] = last
    return frozen(longer)
