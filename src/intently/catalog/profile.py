"""What a column of a file holds, measured: how full it is, of which type, how many values, how they are joined.

One concept: `Column`. The names of columns suggest what they are; only these measures decide.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from intently.catalog.cells import read_number, read_terms
from intently.catalog.files import column_names, read_rows

__all__ = ["Column", "profile_file"]

SAMPLE_ROWS = 50_000
SEPARATORS = ("|", ";", ", ", ",")
MOSTLY = 0.98  # share of cells that must agree before a column counts as of a type
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?:[T ]\d{2}:\d{2}.*)?")
_URL = re.compile(r"(?:https?://|www\.)\S+")


@dataclass(frozen=True)
class Column:
    """One column of a sample: `cells` are those that are filled, of `rows` rows."""

    name: str
    cells: tuple[Any, ...]
    rows: int

    @property
    def coverage(self) -> float:
        return len(self.cells) / self.rows if self.rows else 0.0

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """The cells that are numbers."""
        return tuple(number for number in map(_number_or_none, self.cells) if number is not None)

    @property
    def is_number(self) -> bool:
        return self._most(len(self.numbers))

    @property
    def is_whole(self) -> bool:
        return self.is_number and all(number.is_integer() for number in self.numbers)

    @property
    def is_list(self) -> bool:
        return any(isinstance(cell, list | tuple) or _looks_listed(cell) for cell in self.cells[:1000])

    @cached_property
    def is_moment(self) -> bool:
        return self._most(sum(isinstance(cell, date) or bool(_is_iso(cell)) for cell in self.cells))

    @property
    def is_url(self) -> bool:
        return self._most(sum(isinstance(cell, str) and bool(_URL.fullmatch(cell.strip())) for cell in self.cells))

    @cached_property
    def letters(self) -> float:
        """Mean length of a cell as text."""
        return sum(len(str(cell)) for cell in self.cells) / max(len(self.cells), 1)

    @cached_property
    def distinct(self) -> int:
        return len({str(cell) for cell in self.cells})

    @property
    def is_unique(self) -> bool:
        return self.distinct == self.rows > 0

    @cached_property
    def separator(self) -> str | None:
        """What parts several values inside a cell: a sign whose parts come again and again.

        A comma also stands in names and prose; its parts must come again more often than the cells do.
        """
        texts = [cell for cell in self.cells if isinstance(cell, str)]
        for sign in SEPARATORS:
            joined = [text for text in texts if sign in text]
            parts = [part.strip() for text in joined for part in text.split(sign)]
            limit = 0.6 * (len(set(joined)) if "," in sign else len(parts))
            if len(joined) > 0.05 * len(texts) and len(set(parts)) < limit:
                return sign
        return None

    @cached_property
    def terms(self) -> Counter[str]:
        """How many cells have each value, read as terms."""
        counts: Counter[str] = Counter()
        many = self.is_list or self.separator is not None
        for cell in self.cells:
            try:
                counts.update(read_terms(cell, many, self.separator) or ())
            except ValueError:
                continue
        return counts

    def _most(self, count: int) -> bool:
        return bool(self.cells) and count >= MOSTLY * len(self.cells)


def profile_file(path: Path) -> dict[str, Column]:
    """The columns of the file's first 50,000 rows, by name, in order. Rows that cannot be parsed are left out."""
    names = column_names(path)
    rows = [cells for _, cells in islice(read_rows(path, names, lambda line, message: None), SAMPLE_ROWS)]
    return {name: Column(name, _filled(row[place] for row in rows), len(rows)) for place, name in enumerate(names)}


def _filled(cells: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(cell for cell in cells if cell is not None and cell != "" and not _is_empty(cell))


def _is_empty(cell: Any) -> bool:
    return isinstance(cell, Sequence) and len(cell) == 0


def _number_or_none(cell: Any) -> float | None:
    try:
        return read_number(cell)
    except (ValueError, TypeError):
        return None


def _looks_listed(cell: Any) -> bool:
    return isinstance(cell, str) and cell.startswith("[") and cell.endswith("]")


def _is_iso(cell: Any) -> re.Match[str] | None:
    return _ISO.fullmatch(cell.strip()) if isinstance(cell, str) else None
