"""Calls of a language model kept as lines of a file, so that a run that was cut off asks nothing twice.

A call is the same when prompt, weights, form and settings are the same (`language.calls.call_hash`): a changed grammar
asks nothing again, a changed prompt or model asks everything again.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from intently.nouns import CallRow

__all__ = ["KeptCalls"]


class KeptCalls:
    """A CallStore over one file. `touched`: the rows that were answered since `begin`, from the file or anew."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._answered = {row.hash: row for row in _read(file)}
        self.touched: list[CallRow] = []

    @property
    def kept(self) -> int:
        """How many answers there are."""
        return len(self._answered)

    def begin(self) -> None:
        self.touched = []

    def find_call(self, hash: str, /) -> CallRow | None:
        row = self._answered.get(hash)
        if row is not None:
            self.touched.append(row)
        return row

    def put_call(self, row: CallRow, /) -> None:
        self.touched.append(row)
        if row.outcome != "ok":
            return
        self._answered[row.hash] = row
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({**asdict(row), "time": row.time.isoformat()}, ensure_ascii=False) + "\n")


def _read(file: Path) -> list[CallRow]:
    """The rows of an earlier run; a last line that was cut off is asked again."""
    if not file.is_file():
        return []
    text = file.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, "utf-8")
    rows = [json.loads(line) for line in whole.splitlines()]
    return [CallRow(**{**row, "time": datetime.fromisoformat(row["time"])}) for row in rows]
