"""The judge of conditions: does this item really meet what was asked? From the raw columns of the demo files alone.

It shares nothing with what it judges: no facets, no aliases, no TOML, no grounding. It reads the files of a pack with
its own eyes and is used by end-to-end tests and by CSR (docs/semantics.md, 7).
"""

import csv
import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

__all__ = ["Condition", "Oracle", "read_films", "read_shop"]

Field = Literal["genre", "style", "person", "country", "language", "year", "minutes", "price", "name"]
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "genre": ("genres",), "style": ("tags",), "person": ("directors", "cast"), "country": ("countries",),
    "language": ("languages",), "year": ("year",), "minutes": ("runtime_min",), "price": ("price_gbp",),
    "name": ("name",),
}  # fmt: skip
WORDED = {"style", "name"}  # judged by whole words inside the text, the others by whole values


@dataclass(frozen=True)
class Condition:
    """One condition: of words (any of them; `avoid`: none of them) or of a number from `low` to `high`, inclusive.

    A missing number breaks a bound; an item without words keeps an avoided one.
    """

    field: Field
    words: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    avoid: bool = False


class Oracle:
    """Judges items by the raw rows of their file: `rows` by item id, each a mapping of column to cell."""

    def __init__(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        self._rows = rows

    @property
    def item_ids(self) -> tuple[str, ...]:
        return tuple(self._rows)

    def meets(self, item_id: str, condition: Condition) -> bool:
        """Whether the item meets the condition. Raises KeyError for an item that is in no row."""
        row = self._rows[item_id]
        if condition.low is not None or condition.high is not None:
            return _within(row.get(COLUMNS[condition.field][0]), condition)
        found = any(_holds(row, condition.field, word) for word in condition.words)
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
        return [item_id for item_id in self._rows if all(self.meets(item_id, one) for one in conditions)]


def read_films(folder: Path) -> Oracle:
    """The oracle of the demo films, from items.jsonl.gz."""
    with gzip.open(folder / "items.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return Oracle({str(row["item_id"]): row for row in rows})


def read_shop(folder: Path) -> Oracle:
    """The oracle of the demo shop, from items.csv.gz."""
    with gzip.open(folder / "items.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return Oracle({row["item_id"]: row for row in csv.DictReader(lines)})


def _within(cell: Any, condition: Condition) -> bool:
    if cell is None or cell == "":
        return False
    number = float(cell)
    inside = (condition.low is None or number >= condition.low) and (condition.high is None or number <= condition.high)
    return inside != condition.avoid


def _holds(row: Mapping[str, Any], field: Field, word: str) -> bool:
    cells = [cell for column in COLUMNS[field] for cell in _cells(row.get(column))]
    if field not in WORDED:
        return any(cell.casefold() == word.casefold() for cell in cells)
    whole = re.compile(rf"\b{re.escape(word)}(s|es)?\b", re.IGNORECASE)
    return any(whole.search(cell) for cell in cells)


def _cells(cell: Any) -> list[str]:
    if cell is None:
        return []
    return [str(one) for one in cell] if isinstance(cell, list) else [str(cell)]
