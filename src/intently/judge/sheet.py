"""A sheet for people's labels: pairs in random order as CSV, without anything that the model thinks of them.

People fill `fulfilled` (yes, no or unsure) and `labelled_by` (a name, or `person`; what a language model labelled says
`model`). Only those two and `pair` are read back: columns may be moved, rows left out, other text mended.
"""

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from intently.errors import DataError
from intently.judge.fulfilment import Pair

__all__ = ["COLUMNS", "Label", "read_labels", "write_sheet"]

FORMAT = "fulfilment 1"
COLUMNS = ("sheet", "pair", "session", "command", "title", "text", "condition", "fulfilled", "labelled_by")
READ = ("sheet", "pair", "fulfilled", "labelled_by")
ANSWERS: Mapping[str, bool | None] = {"yes": True, "no": False, "unsure": None}
MODEL = "model"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that begins so


@dataclass(frozen=True, slots=True)
class Label:
    """What a rater says of a pair; `fulfilled` None: unsure. `by`: who; of a language model it begins with "model"."""

    fulfilled: bool | None
    by: str

    @property
    def by_model(self) -> bool:
        return self.by.casefold().startswith(MODEL)


def write_sheet(path: Path, pairs: Iterable[Pair], seed: int = 0) -> int:
    """Write an empty sheet, shuffled by the seed; the number of its rows. Raises DataError rather than to write over a
    file: there may be labels in it."""
    if path.exists():
        raise DataError(f"{path}: is there already, perhaps with labels in it. Name another file, or move it away.")
    rows = [_row(pair) for pair in pairs]
    random.Random(seed).shuffle(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8-sig", newline="") as file:  # with the mark by which spreadsheets know UTF-8
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    partial.replace(path)
    return len(rows)


def read_labels(path: Path) -> dict[str, Label]:
    """The labels of a filled sheet by the key of their pair; rows that are still empty are left out.

    Raises DataError that names the file, the line and the mend.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            file.seek(0)
            rows = csv.DictReader(file, delimiter=";" if head.count(";") > head.count(",") else ",")
            if missing := [column for column in READ if column not in (rows.fieldnames or ())]:
                raise DataError(f"{path}: has no column `{missing[0]}`. Fill a sheet that `--sheet` wrote.")
            return _labels(path, [(rows.line_num, row) for row in rows])
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}). Pass a filled sheet, saved as CSV in UTF-8.") from error


def _labels(path: Path, rows: Sequence[tuple[int, Mapping[str, str | None]]]) -> dict[str, Label]:
    labels: dict[str, Label] = {}
    for line, row in rows:
        told = (row["fulfilled"] or "").strip().casefold()
        if not told:
            continue
        if row["sheet"] != FORMAT:
            raise DataError(f"{path}:{line}: `sheet` is {row['sheet']!r}, not {FORMAT!r}. Export a sheet anew.")
        if told not in ANSWERS:
            raise DataError(f"{path}:{line}: `fulfilled` is {told!r}. Write yes, no or unsure, or leave it empty.")
        by = (row["labelled_by"] or "").strip()
        if not by:
            raise DataError(f"{path}:{line}: `labelled_by` is empty. Write who labelled it: a name, person, or model.")
        label = Label(ANSWERS[told], by)
        if labels.setdefault(row["pair"] or "", label) != label:
            raise DataError(
                f"{path}:{line}: the pair {row['pair']} was labelled otherwise before. Keep one of the two."
            )
    return labels


def _row(pair: Pair) -> dict[str, str]:
    cells = {
        "sheet": FORMAT, "pair": pair.key, "session": pair.session, "command": pair.command, "title": pair.title,
        "text": pair.excerpt, "condition": pair.in_words, "fulfilled": "", "labelled_by": "",
    }  # fmt: skip
    return {name: f"'{cell}" if cell.startswith(FORMULA) else cell for name, cell in cells.items()}
