"""Categories of items, as hits of tags are judged by them (docs/semantics.md, 7): one for each item.

Films: clusters of the items' text vectors, fitted without people, published beside the set (item, number). Books and
games: a leaf of the shop's tree. Groceries: the items are product types, each its own category.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from intently.catalog.snapshot import Snapshot
from intently.errors import DataError
from intently.evaluate.understanding.source import SetSource
from intently.nouns import Item

__all__ = ["Categories", "categories_of"]

FILE = "categories.csv"


@dataclass(frozen=True)
class Categories:
    """`of` (items,) int32: number of each item's category, -1 where it has none; `names` by number."""

    of: npt.NDArray[np.int32]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def ranked(self, rows: Sequence[int] | npt.NDArray[np.integer]) -> tuple[int, ...]:
        """The categories of these items in the order of their first appearance, each once."""
        found = self.of[np.asarray(rows, dtype=np.int64)].tolist() if len(rows) else []
        return tuple(dict.fromkeys(number for number in found if number >= 0))


def categories_of(source: SetSource, folder: Path, snapshot: Snapshot, items: Sequence[Item]) -> Categories:
    """The categories that a set declares. Raises DataError when the published file does not fit the items."""
    if source.categories == "items":
        return Categories(np.arange(len(items), dtype=np.int32), snapshot.titles)
    if source.categories == "clusters":
        return _published(folder / FILE, snapshot)
    named = [_first(item.facets.get(source.categories)) for item in items]
    names = tuple(sorted({name for name in named if name}))
    numbers = {name: number for number, name in enumerate(names)}
    return Categories(np.array([numbers.get(name, -1) for name in named], dtype=np.int32), names)


def _first(value: object) -> str:
    return str(value[0]) if isinstance(value, tuple) and value else ""


def _published(path: Path, snapshot: Snapshot) -> Categories:
    table = pl.read_csv(path, comment_prefix="#", schema_overrides={"item_id": pl.String})
    number = dict(zip(table["item_id"].to_list(), table["category"].to_list(), strict=True))
    missing = [item_id for item_id in snapshot.item_ids if item_id not in number]
    if missing:
        raise DataError(f"{path}: has no category for item {missing[0]!r}; make it anew: make_film_categories.py")
    of = np.array([number[item_id] for item_id in snapshot.item_ids], dtype=np.int32)
    return Categories(of, tuple(f"cluster {n}" for n in range(int(of.max()) + 1)))
