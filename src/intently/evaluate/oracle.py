"""The judge of conditions: does this item really meet what was asked? From the raw columns of the source files alone.

It shares nothing with what it judges: no facets, no aliases, no TOML, no grounding. It reads the files of a pack with
its own eyes and is used by end-to-end tests and by CSR (docs/semantics.md, 7). What a field of a condition means in a
file is a `Fields`: the columns it is read from, and which fields are judged by words inside a text.
"""

import csv
import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

__all__ = ["Condition", "Fields", "Oracle", "Rows", "read_films", "read_rows", "read_shop"]

Rows = Mapping[str, Mapping[str, Any]]  # item id -> column -> cell


@dataclass(frozen=True)
class Fields:
    """How conditions are read in one source. `columns`: of each field; `worded`: fields judged by whole words inside
    the text, the others by whole values."""

    columns: Mapping[str, tuple[str, ...]]
    worded: frozenset[str] = frozenset()


DEMOS = Fields(
    {
        "genre": ("genres",), "style": ("tags",), "person": ("directors", "cast"), "country": ("countries",),
        "language": ("languages",), "year": ("year",), "minutes": ("runtime_min",), "price": ("price_gbp",),
        "name": ("name",),
    },
    frozenset({"style", "name"}),
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """One condition: of words (any of them; `avoid`: none of them) or of a number from `low` to `high`, inclusive.

    A missing number breaks a bound; an item without words keeps an avoided one.
    """

    field: str
    words: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    avoid: bool = False


class Oracle:
    """Judges items by the raw rows of their file: `rows` by item id, each a mapping of column to cell."""

    def __init__(self, rows: Rows, fields: Fields = DEMOS) -> None:
        self._rows = rows
        self._fields = fields
        self._met: dict[Condition, frozenset[str]] = {}
        self._valued: dict[str, dict[str, set[str]]] = {}

    @property
    def item_ids(self) -> tuple[str, ...]:
        return tuple(self._rows)

    def meets(self, item_id: str, condition: Condition) -> bool:
        """Whether the item meets the condition. Raises KeyError for an item that is in no row."""
        row = self._rows[item_id]
        if condition.low is not None or condition.high is not None:
            return _within(row.get(self._fields.columns[condition.field][0]), condition)
        found = any(self._holds(row, condition.field, word) for word in condition.words)
        return not found if condition.avoid else found

    def broken(self, item_ids: Iterable[str], conditions: Iterable[Condition]) -> list[tuple[str, Condition]]:
        """Every (item, condition) that does not hold: empty when all is well."""
        every = tuple(conditions)
        return [(item_id, one) for item_id in item_ids for one in every if not self.meets(item_id, one)]

    def satisfied(self, item_ids: Iterable[str], conditions: Iterable[Condition], k: int = 10) -> float:
        """CSR@k: satisfied (item, condition) pairs over k x conditions; empty places count 0."""
        every = tuple(conditions)
        shown = list(item_ids)[:k]
        met = sum(self.meets(item_id, one) for item_id in shown for one in every)
        return met / (k * len(every)) if every else 1.0

    def meeting(self, *conditions: Condition) -> list[str]:
        """All items that meet every condition, in the order of the file."""
        found = [self.all_meeting(condition) for condition in conditions]
        return [item_id for item_id in self._rows if all(item_id in met for met in found)]

    def all_meeting(self, condition: Condition) -> frozenset[str]:
        """The items that meet one condition; looked for once."""
        if condition not in self._met:
            exact = condition.words and condition.field not in self._fields.worded
            self._met[condition] = self._by_value(condition) if exact else self._by_row(condition)
        return self._met[condition]

    def _by_row(self, condition: Condition) -> frozenset[str]:
        return frozenset(item_id for item_id in self._rows if self.meets(item_id, condition))

    def _by_value(self, condition: Condition) -> frozenset[str]:
        """The same through the items of each value, which are looked for once a field."""
        if condition.field not in self._valued:
            found: dict[str, set[str]] = {}
            for item_id, row in self._rows.items():
                for column in self._fields.columns[condition.field]:
                    for cell in _cells(row.get(column)):
                        found.setdefault(cell.casefold(), set()).add(item_id)
            self._valued[condition.field] = found
        valued = self._valued[condition.field]
        met = frozenset().union(*(valued.get(word.casefold(), set()) for word in condition.words))
        return frozenset(self._rows) - met if condition.avoid else met

    def _holds(self, row: Mapping[str, Any], field: str, word: str) -> bool:
        cells = [cell for column in self._fields.columns[field] for cell in _cells(row.get(column))]
        if field not in self._fields.worded:
            return any(cell.casefold() == word.casefold() for cell in cells)
        return any(_whole(word).search(cell) for cell in cells)


def read_films(folder: Path) -> Oracle:
    """The oracle of the demo films, from items.jsonl.gz."""
    return Oracle(read_rows(folder / "items.jsonl.gz", "item_id"))


def read_shop(folder: Path) -> Oracle:
    """The oracle of the demo shop, from items.csv.gz."""
    return Oracle(read_rows(folder / "items.csv.gz", "item_id"))


def read_rows(file: Path, item_id: str) -> Rows:
    """The rows of a source file by the column that names the item: Parquet, else CSV or JSON lines, .gz too."""
    name = file.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        return {str(row[item_id]): row for row in pl.read_parquet(file).iter_rows(named=True)}
    opened = (
        gzip.open(file, "rt", encoding="utf-8", newline="") if file.suffix == ".gz" else file.open(encoding="utf-8")
    )
    with opened as lines:
        rows = csv.DictReader(lines) if name.endswith(".csv") else (json.loads(line) for line in lines)
        return {str(row[item_id]): row for row in rows}


@lru_cache(maxsize=4096)
def _whole(word: str) -> re.Pattern[str]:
    """The word as a whole, or in its plain plural."""
    return re.compile(rf"\b{re.escape(word)}(s|es)?\b", re.IGNORECASE)


def _within(cell: Any, condition: Condition) -> bool:
    if cell is None or cell == "":
        return False
    number = float(cell)
    inside = (condition.low is None or number >= condition.low) and (condition.high is None or number <= condition.high)
    return inside != condition.avoid


def _cells(cell: Any) -> list[str]:
    if cell is None:
        return []
    return [str(one) for one in cell] if isinstance(cell, list) else [str(cell)]
