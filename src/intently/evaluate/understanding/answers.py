"""The model's answers in a file, by what decides them: a run that was cut off goes on, and nothing is paid for twice.

A line a call, appended before its answer is used. The hash of a call holds prompt, form, settings and weights, so a
changed prompt asks anew and a changed rule behind the model does not.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from intently.evaluate.understanding.found import Spent
from intently.evaluate.understanding.kept import whole_lines
from intently.nouns import CallRow

__all__ = ["Answers", "spent_on"]


class Answers:
    """A store of calls (language.CallStore) in a file. `seen`: the calls of the block that is open."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._rows = {row.hash: row for row in _read_calls(file)}
        self._seen: list[CallRow] = []

    def find_call(self, hash: str, /) -> CallRow | None:
        with self._lock:
            row = self._rows.get(hash)
            if row is not None:
                self._seen.append(row)
            return row

    def put_call(self, row: CallRow, /) -> None:
        """Keep an answer; a call that failed is not kept, so that it is asked again."""
        if row.outcome != "ok":
            return
        with self._lock:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({**asdict(row), "time": row.time.isoformat()}, ensure_ascii=False) + "\n")
            self._rows[row.hash] = row
            self._seen.append(row)

    @property
    def digest(self) -> str:
        """Of the weights that gave the newest answer; empty without one."""
        return next((row.model for row in reversed(list(self._rows.values()))), "")

    def rows(self) -> list[CallRow]:
        return list(self._rows.values())

    @contextmanager
    def counted(self) -> Iterator[list[CallRow]]:
        """The calls that are made or answered from the file inside the block, each once, in order."""
        with self._lock:
            self._seen = []
        found: list[CallRow] = []
        try:
            yield found
        finally:
            with self._lock:
                found.extend({row.hash: row for row in self._seen}.values())


def spent_on(rows: list[CallRow]) -> Spent:
    """What these calls cost when they were asked."""
    total = Spent()
    for row in rows:
        total += Spent(1, row.tokens_new, row.tokens_reused, row.tokens_out, row.seconds)
    return total


def _read_calls(file: Path) -> Iterator[CallRow]:
    """The calls of a file."""
    for body in whole_lines(file):
        yield CallRow(**{**body, "time": datetime.fromisoformat(body["time"])})
