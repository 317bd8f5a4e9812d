"""The table that an agent's SQL is run against: a ground's raw columns in memory, read-only, with a time limit.

A model writes the condition, so it is treated as hostile: only SELECT over this one table passes the authorizer, the
connection is switched to queries alone, lengths and time are bounded, and nothing is on a disk.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intently.errors import BadRequest
from intently.evaluate.commands.baselines.lexical import AVERAGES

__all__ = ["Column", "SqlTable"]

TIMEOUT_SECONDS = 1.0
STEPS = 10_000  # of SQLite's machine between two looks at the clock
LENGTH = 1_000_000  # bytes of any string or row
CONDITION = 1_000  # characters of a condition
COMMON = 4  # values of a column that the prompt names
LISTED = 25  # values of a closed column, all named
LONG = 40  # characters on average: such a column is a text, of which no values are named
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
FORBIDDEN = {"load_extension", "randomblob", "zeroblob", "readfile", "writefile"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a prompt names it: `values` are its most frequent ones, all of them where they are few."""

    name: str
    number: bool
    values: tuple[str, ...]


class SqlTable:
    """Items and their raw columns. Lists are text, joined by commas and spaces."""

    def __init__(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        names = dict.fromkeys(name for row in rows.values() for name in row if not AVERAGES.search(name))
        self.columns = tuple(_column(name, [row.get(name) for row in rows.values()]) for name in names)
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._deadline = 0.0
        self._fill(rows)
        self._connection.execute("PRAGMA query_only = ON")
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LENGTH)
        self._connection.set_authorizer(_authorize)
        self._connection.set_progress_handler(lambda: time.monotonic() > self._deadline, STEPS)

    def select(self, condition: str) -> list[str]:
        """The ids of the items that meet an SQL condition. Raises BadRequest with SQLite's own words."""
        if len(condition) > CONDITION or "\0" in condition:
            raise BadRequest(f"the condition is longer than {CONDITION} characters, or holds NUL; shorten it")
        self._deadline = time.monotonic() + TIMEOUT_SECONDS
        try:
            found = self._connection.execute(f"SELECT item_id FROM items WHERE ({condition}\n)").fetchall()
        except (sqlite3.Error, sqlite3.Warning) as error:
            late = time.monotonic() > self._deadline
            said = f"it took longer than {TIMEOUT_SECONDS:g} s" if late else str(error)
            raise BadRequest(f"SQL: {said}; the columns are {', '.join(one.name for one in self.columns)}") from error
        return [item_id for (item_id,) in found]

    def close(self) -> None:
        self._connection.close()

    def _fill(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        kinds = ", ".join(f"{_quoted(one.name)} {'REAL' if one.number else 'TEXT'}" for one in self.columns)
        self._connection.execute(f"CREATE TABLE items (item_id TEXT PRIMARY KEY, {kinds}) WITHOUT ROWID")
        places = ", ".join("?" * (len(self.columns) + 1))
        values = ((item_id, *(_cell(row.get(one.name)) for one in self.columns)) for item_id, row in rows.items())
        self._connection.executemany(f"INSERT INTO items VALUES ({places})", values)
        self._connection.commit()


def _authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    allowed = action in ALLOWED and not (action == sqlite3.SQLITE_FUNCTION and second in FORBIDDEN)
    if action == sqlite3.SQLITE_READ and first not in ("items", ""):
        allowed = False
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _column(name: str, cells: Sequence[Any]) -> Column:
    known = [one for cell in cells for one in (cell if isinstance(cell, list) else [cell]) if one not in (None, "")]
    number = bool(known) and all(isinstance(one, int | float) for one in known)
    counted = Counter(str(one) for one in known)
    if number or not known or sum(map(len, counted)) / len(counted) > LONG or len(counted) > 0.9 * len(cells):
        return Column(name, number, ())
    common = [value for value, _ in counted.most_common(LISTED if len(counted) <= LISTED else COMMON)]
    return Column(name, number, tuple(common))


def _cell(cell: Any) -> Any:
    return ", ".join(map(str, cell)) if isinstance(cell, list) else cell


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
