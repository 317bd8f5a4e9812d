"""Rows out of files: CSV, TSV, JSON lines, a JSON array and Parquet, each also gzipped (but Parquet).

One concept: `read_rows`, which gives the wanted columns of every row with its line, so that an error can say where.
What a cell means is decided in `cells`. polars is imported for Parquet alone: the process that serves a feed never
reads Parquet.
"""

import csv
import difflib
import gzip
import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from intently.errors import DataError

__all__ = ["Row", "column_names", "read_rows"]

Row = tuple[int, tuple[Any, ...]]  # line in the file (Parquet: number of the row), the wanted cells; None = missing
KINDS = ("csv", "tsv", "jsonl", "ndjson", "json", "parquet", "pq")
LOOK_AHEAD = 200  # JSON rows whose keys are taken as the columns
MAX_FIELD = 16 * 2**20  # characters of one cell; a broken quote swallows the file otherwise


def read_rows(path: Path, columns: Sequence[str], bad: Callable[[int, str], None] | None = None) -> Iterator[Row]:
    """Yield (line, cells in the order of `columns`) for every row of the file.

    `bad(line, message)` hears of a row that cannot be parsed, which is then left out; without it such a row raises.
    Raises DataError when the file is missing, broken, of an unknown kind, or lacks a column.
    """
    complain = bad or (lambda line, message: _stop(path, line, message))
    try:
        yield from _READERS[_kind(path)](path, columns, complain)
    except FileNotFoundError as error:
        raise DataError(f"{path}: there is no such file. Check `file` in the catalogue's TOML.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 (byte {error.start}). Save it as UTF-8 and try again.") from error
    except (OSError, EOFError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read: {error}. Make or fetch the file again.") from error


def column_names(path: Path) -> list[str]:
    """The names of the file's columns, in order; of JSON, the keys of its first rows."""
    kind = _kind(path)
    if kind in ("parquet", "pq"):
        import polars

        return list(polars.read_parquet_schema(path))
    try:
        with _open(path) as file:
            if kind in ("csv", "tsv"):
                return _header(path, _csv(file, kind))
            rows = (row for _, row in _json_rows(path, file, lambda line, message: None))
            return list(dict.fromkeys(key for row in itertools.islice(rows, LOOK_AHEAD) for key in row))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read: {error}. Make or fetch the file again.") from error


def _kind(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    kind = name.rsplit(".", 1)[-1]
    if kind not in KINDS:
        raise DataError(f"{path}: files end in {', '.join('.' + kind for kind in KINDS)}, or one of them with .gz")
    return kind


def _open(path: Path) -> io.TextIOBase:
    if path.suffix.lower() == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _stop(path: Path, line: int, message: str) -> NoReturn:
    raise DataError(f"{path}:{line}: {message}")


def _places(path: Path, wanted: Sequence[str], known: Sequence[str]) -> list[int]:
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
            hint = f"the nearest is `{near[0]}`" if near else "it has no columns"
            raise DataError(f"{path}: no column `{name}`; {hint}. Mend the catalogue's TOML or the file.")
    return [known.index(name) for name in wanted]


def _csv(file: Iterable[str], kind: str) -> Any:
    """A csv reader; cells are parted by the sign that the header has most of: comma, semicolon or tab."""
    csv.field_size_limit(MAX_FIELD)
    lines = iter(file)
    first = next(lines, "")
    delimiter = "\t" if kind == "tsv" else max(",;\t", key=first.count)  # a comma where none occurs
    return csv.reader(itertools.chain([first] if first else [], lines), delimiter=delimiter)


def _header(path: Path, rows: Iterator[list[str]]) -> list[str]:
    header = next(rows, None)
    if not header:
        raise DataError(f"{path}: is empty. The first line names the columns.")
    return [name.strip() for name in header]


def _read_csv(path: Path, columns: Sequence[str], bad: Callable[[int, str], None]) -> Iterator[Row]:
    with _open(path) as file:
        rows = _csv(file, _kind(path))
        header = _header(path, rows)
        places = _places(path, columns, header)
        width = len(header)
        for row in rows:
            if len(row) == width:
                yield rows.line_num, tuple([row[place] or None for place in places])
            elif row:
                bad(rows.line_num, f"the row has {len(row)} cells, the header {width}")


def _read_json(path: Path, columns: Sequence[str], bad: Callable[[int, str], None]) -> Iterator[Row]:
    with _open(path) as file:
        rows = _json_rows(path, file, bad)
        first = list(itertools.islice(rows, LOOK_AHEAD))
        if first:
            _places(path, columns, list(dict.fromkeys(key for _, row in first for key in row)))
        for line, row in itertools.chain(first, rows):
            yield line, tuple([row.get(name) for name in columns])


def _json_rows(
    path: Path, file: Iterable[str], bad: Callable[[int, str], None]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    lines = iter(enumerate(file, start=1))
    start = next(((line, text) for line, text in lines if text.strip()), None)
    if start is None:
        return
    if start[1].lstrip().startswith("["):
        whole = start[1] + "".join(text for _, text in lines)
        parsed = _parse_json(whole, start[0], lambda line, message: _stop(path, line, message))
        yield from ((n, row) for n, row in enumerate(parsed, start=1) if _is_object(row, n, bad))
        return
    for line, text in itertools.chain([start], lines):
        if text.strip():
            row = _parse_json(text, line, bad)
            if row is not None and _is_object(row, line, bad):
                yield line, row


def _is_object(row: object, line: int, bad: Callable[[int, str], None]) -> bool:
    if not isinstance(row, dict):
        bad(line, f"the row is {str(row)[:40]!r}, not a JSON object")
    return isinstance(row, dict)


def _parse_json(text: str, line: int, bad: Callable[[int, str], None]) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        bad(line, f"the row is not JSON: {error}")
        return None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON; leave the field out or write null")


def _read_parquet(path: Path, columns: Sequence[str], bad: Callable[[int, str], None]) -> Iterator[Row]:
    import polars

    try:
        _places(path, columns, list(polars.read_parquet_schema(path)))
        # Parquet made with pandas marks a missing number with NaN.
        table = polars.read_parquet(path, columns=list(dict.fromkeys(columns))).fill_nan(None).select(columns)
    except polars.exceptions.PolarsError as error:
        raise DataError(f"{path}: cannot be read as Parquet: {error}") from error
    yield from enumerate(table.iter_rows(), start=1)


_READERS: dict[str, Callable[[Path, Sequence[str], Callable[[int, str], None]], Iterator[Row]]] = {
    "csv": _read_csv,
    "tsv": _read_csv,
    "jsonl": _read_json,
    "ndjson": _read_json,
    "json": _read_json,
    "parquet": _read_parquet,
    "pq": _read_parquet,
}
