"""Items and events out of files, as the catalogue's TOML says.

A bad row is reported by file, line, field and mend; it stops the reading, or is left out and counted. Events come in
the order of the file: the journal gives them their place in it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from intently.catalog.cells import (
    clock,
    read_bool,
    read_date,
    read_id,
    read_line,
    read_number,
    read_terms,
    read_text,
    read_url,
    read_vector,
)  # fmt: skip
from intently.catalog.files import read_rows
from intently.catalog.schema import CatalogSpec, EventsSpec, FacetSpec
from intently.catalog.words import WordReader
from intently.errors import CatalogError, DataError
from intently.nouns import Event, FacetValue, Item

__all__ = ["ItemReader", "LoadReport", "event_times", "facets_in_words", "item_from_row", "read_events", "read_items"]

MEND = "Mend the row, or pass --drop-bad-rows to skip such rows and count them."
KEPT_PROBLEMS = 100
REMEMBERED = 65536  # cells of one column whose meaning is kept

Cells = Mapping[str, Any]
T = TypeVar("T")


@dataclass
class LoadReport:
    """What happened to the rows of a file; filled while they are read."""

    read: int = 0
    kept: int = 0
    dropped: int = 0
    problems: list[str] = field(default_factory=list)  # the first 100, "file:line: what was wrong"

    def drop(self, problem: str) -> None:
        self.dropped += 1
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(problem)


class _Cell(Exception):
    """A cell that cannot be read: its field, its value and what would be right."""

    def __init__(self, name: str, value: object, message: str) -> None:
        shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "…"
        super().__init__(f"`{name}` is {shown}, {message}")


class ItemReader:
    """Makes items from rows of the catalogue's columns; compiled once, then microseconds an item."""

    def __init__(self, spec: CatalogSpec) -> None:
        self._items = spec.items
        self._facets = {name: _facet_reader(facet) for name, facet in spec.facets.items()}
        items = spec.items
        single = [name for name in (items.id, items.title, items.image_url, items.available, items.vector) if name]
        parts = [*single, *items.text, *(column for facet in spec.facets.values() for column in facet.sources)]
        self.columns = tuple(dict.fromkeys(parts))
        self._dim = 0  # numbers in a vector, as in the first one read

    def item(self, row: Cells) -> Item:
        """Raises DataError that names the field, its value and the mend."""
        try:
            return self._item(row)
        except _Cell as error:
            raise DataError(f"{error}. {MEND}") from error

    def _item(self, row: Cells) -> Item:
        items = self._items
        title = _cell(row, items.title, read_line)
        if not title:
            raise _Cell(items.title, row.get(items.title), "not a title: every item needs one")
        available = _cell(row, items.available, read_bool) if items.available else None
        texts = [_cell(row, name, read_text) for name in items.text]
        return Item(
            item_id=_cell(row, items.id, read_id),
            title=title,
            text="\n\n".join(text for text in texts if text),
            facets={name: read(row) for name, read in self._facets.items()},
            image_url=_cell(row, items.image_url, read_url) if items.image_url else None,
            vector=self._vector(row),
            available=True if available is None else available,
        )

    def _vector(self, row: Cells) -> tuple[float, ...] | None:
        """The item's own vector; all of a file have the same number of numbers."""
        name = self._items.vector
        vector: tuple[float, ...] | None = _cell(row, name, read_vector) if name else None
        if vector is None or name is None:
            return None
        if self._dim not in (0, len(vector)):
            raise _Cell(name, f"{len(vector)} numbers", f"where the vectors before it have {self._dim}")
        self._dim = len(vector)
        return vector


def _cell(row: Cells, name: str, read: Callable[[Any], Any]) -> Any:
    return _named(name, read, row.get(name))


def _named(name: str, read: Callable[[Any], Any], cell: Any) -> Any:
    try:
        return read(cell)
    except (ValueError, TypeError) as error:
        raise _Cell(name, cell, str(error)) from error


def _facet_reader(facet: FacetSpec) -> Callable[[Cells], FacetValue]:
    if facet.words_in:
        reader = WordReader(facet)
        return lambda row: reader.values_in(*(_cell(row, name, read_text) for name in facet.words_in)) or None
    if facet.columns:
        return lambda row: _joined(row, facet)
    column = facet.column or ""
    if facet.kind == "term":
        return lambda row: _cell(row, column, lambda cell: read_terms(cell, facet.many, facet.separator))
    if facet.kind == "date":
        return lambda row: _cell(row, column, lambda cell: read_date(cell, facet.unit))
    return lambda row: _cell(row, column, read_number)


def _joined(row: Cells, facet: FacetSpec) -> tuple[str, ...] | None:
    parts = [_cell(row, name, lambda cell: read_terms(cell, facet.many, facet.separator)) for name in facet.columns]
    return tuple(dict.fromkeys(value for part in parts for value in part or ())) or None


def item_from_row(spec: CatalogSpec, row: Cells) -> Item:
    """One item from one row of the catalogue's columns. Raises DataError with field, value and mend."""
    return ItemReader(spec).item(row)


def facets_in_words(spec: CatalogSpec, title: str, text: str) -> dict[str, FacetValue]:
    """What the `words_in` facets read in a title and text that came without a row: of an item put through the API.

    Facets that search other columns are left out: only a row has those.
    """
    at_hand = {spec.items.title: title, **({spec.items.text[0]: text} if len(spec.items.text) == 1 else {})}
    return {
        name: WordReader(facet).values_in(*(at_hand[column] for column in facet.words_in)) or None
        for name, facet in spec.facets.items()
        if facet.words_in and set(facet.words_in) <= set(at_hand)
    }


def read_items(
    spec: CatalogSpec, folder: Path, *, drop_bad_rows: bool = False, report: LoadReport | None = None
) -> Iterator[Item]:
    """Yield the items of the catalogue's file, in its order. Raises DataError at the first bad row unless dropped."""
    reader = ItemReader(spec)
    rows = _Rows(folder / spec.items.file, reader.columns, drop_bad_rows, report)
    lines: dict[str, int] = {}

    def make(line: int, cells: tuple[Any, ...]) -> Item:
        item = reader._item(dict(zip(reader.columns, cells, strict=True)))
        if item.item_id in lines:
            raise _Cell(spec.items.id, item.item_id, f"which line {lines[item.item_id]} has already")
        lines[item.item_id] = line
        return item

    return rows.made(make)


def read_events(
    spec: CatalogSpec, folder: Path, *, drop_bad_rows: bool = False, report: LoadReport | None = None
) -> Iterator[Event]:
    """Yield the events of the catalogue's file, in its order. Raises DataError at the first bad row unless dropped."""
    if spec.events is None:
        raise CatalogError("the catalogue's TOML has no [events]; add the file and its columns, or import items alone")
    columns, make = _event_maker(spec.events)
    rows = _Rows(folder / spec.events.file, columns, drop_bad_rows, report)
    return rows.made(make)


def event_times(spec: CatalogSpec, folder: Path, *, drop_bad_rows: bool = False) -> Iterator[datetime]:
    """The times alone of the events' file: a quick first pass over a large log. Raises DataError as `read_events`."""
    if spec.events is None:
        return iter(())
    read, name = clock(spec.events.time_format), spec.events.time
    rows = _Rows(folder / spec.events.file, (name,), drop_bad_rows, None)

    return rows.made(lambda line, cells: _named(name, read, cells[0]))


class _Rows:
    """Rows of one file turned into nouns, with the bad ones stopping or counted."""

    def __init__(self, path: Path, columns: tuple[str, ...], drop: bool, report: LoadReport | None) -> None:
        self._path, self._columns, self._drop = path, columns, drop
        self._report = report if report is not None else LoadReport()

    def made(self, make: Callable[[int, tuple[Any, ...]], T]) -> Iterator[T]:
        report = self._report
        for line, cells in read_rows(self._path, self._columns, self._bad):
            try:
                noun = make(line, cells)
            except (_Cell, ValidationError) as error:
                self._bad(line, _message(error))
                continue
            report.read += 1
            report.kept += 1
            yield noun

    def _bad(self, line: int, message: str) -> None:
        problem = f"{self._path.name}:{line}: {message}"
        if not self._drop:
            raise DataError(f"{self._path}:{line}: {message}. {MEND}")
        self._report.read += 1
        self._report.drop(problem)


def _message(error: _Cell | ValidationError) -> str:
    if isinstance(error, _Cell):
        return str(error)
    problem = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in problem["loc"]) or "row"
    return f"`{place}` is {str(problem['input'])[:60]!r}: {problem['msg']}"


def _event_maker(spec: EventsSpec) -> tuple[tuple[str, ...], Callable[[int, tuple[Any, ...]], Event]]:
    """The columns that events are read from and the function that makes one of their cells."""
    fields: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "user_id": (spec.user, read_id),
        "time": (spec.time, clock(spec.time_format)),
    }
    optional: dict[str, tuple[str | None, Callable[[Any], Any]]] = {
        "item_id": (spec.item, _optional_id),
        "kind": (spec.kind, lambda cell: _kind(spec, cell)),
        "value": (spec.value, read_number),
        "quantity": (spec.quantity, read_number),
        "price": (spec.price, read_number),
        "order_id": (spec.order, _optional_id),
        "query": (spec.query, lambda cell: read_line(cell) or None),
        "event_id": (spec.event_id, lambda cell: _optional_id(cell) or ""),
    }
    fields |= {name: (column, read) for name, (column, read) in optional.items() if column is not None}
    names, columns = tuple(fields), tuple(column for column, _ in fields.values())
    reads = tuple(read for _, read in fields.values())
    # Ids, times and prices come again and again; `typed` keeps 1, 1.0 and true apart.
    known = tuple(lru_cache(maxsize=REMEMBERED, typed=True)(read) for read in reads)
    constant = {"kind": spec.kind_is} if spec.kind is None else {}

    def make(line: int, cells: tuple[Any, ...]) -> Event:
        values: dict[str, Any] = dict(constant)
        try:
            for name, read, cell in zip(names, known, cells, strict=True):
                values[name] = read(cell)
        except (ValueError, TypeError):
            each = zip(names, columns, reads, cells, strict=True)
            values |= {name: _named(column, read, cell) for name, column, read, cell in each}
        return Event.model_validate(values)

    return columns, make


def _optional_id(cell: Any) -> str | None:
    return None if cell is None or cell == "" else read_id(cell)


def _kind(spec: EventsSpec, cell: Any) -> str:
    word = read_line(cell)
    kind = spec.kinds.get(word, word if not spec.kinds else None)
    if kind is None:
        raise ValueError(f"not one of {', '.join(spec.kinds)}; add it to [events.kinds]")
    return kind
