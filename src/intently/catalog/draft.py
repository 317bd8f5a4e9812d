"""A first TOML for anybody's files: what the columns seem to be, with coverage and doubts as comments.

The names of columns suggest a role, the values confirm it. The draft always loads; a person reads it
before the import. A handful of everyday words (colours, materials, occasions) is offered for names of products that
have no columns for them; the rest of the vocabulary is the shop's to write.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from intently.catalog.draft_events import draft_events
from intently.catalog.draft_facets import Drafted, draft_columns, draft_words
from intently.catalog.lexicon import tokens
from intently.catalog.profile import Column, profile_file
from intently.catalog.schema import parse_spec
from intently.errors import DataError

__all__ = ["draft_spec"]

IDS = ("item_id", "itemid", "id", "product_id", "productid", "movie_id", "movieid", "sku", "asin", "stock_code",
       "stockcode", "article_id", "isbn", "code", "key")  # fmt: skip
TITLES = ("title", "name", "product_name", "item_name", "product_title", "label", "headline", "description")
TEXTS = ("description", "overview", "plot", "summary", "abstract", "text", "body", "details", "long_description")
IMAGES = re.compile(r"image|img|poster|thumb|cover|picture|photo")
STOCKS = ("available", "in_stock", "instock", "availability", "is_available", "stock", "inventory")
VECTORS = ("vector", "embedding", "image_vector")
SIZES = re.compile(r"size|volume|weight|pack|capacity")
TYPES = 0.5  # distinct titles a row: below, they name types of things and not things
LONG_TEXT = 80  # letters: a longer column is prose


@dataclass(frozen=True)
class Roles:
    """The columns of an items file that are no facets."""

    id: str
    title: str
    texts: tuple[str, ...]
    image: str | None
    available: str | None
    vector: str | None
    doubts: tuple[str, ...]

    @property
    def taken(self) -> set[str]:
        return {self.id, self.title, *self.texts} | {name for name in (self.image, self.available, self.vector) if name}


def draft_spec(items_file: Path, events_file: Path | None = None, folder: Path | None = None) -> str:
    """The TOML, as text that `parse_spec` accepts. File names in it are relative to `folder` (default: the items').

    Raises DataError when a file cannot be read or has no column that can be an id.
    """
    base = folder if folder is not None else items_file.parent
    columns = profile_file(items_file)
    events = profile_file(events_file) if events_file is not None else None
    roles = _roles(columns, events or {}, items_file)
    facets, left_out = draft_columns({name: column for name, column in columns.items() if name not in roles.taken})
    facets += draft_words(columns[roles.title], {facet.name for facet in facets})
    lines = [
        *_head(items_file, facets),
        *_items(roles, columns, _relative(items_file, base)),
        *_core(columns[roles.title], facets),
    ]
    if events_file is not None and events is not None:
        top, section = draft_events(events, roles.id, columns[roles.id], _relative(events_file, base))
        lines[lines.index("") : lines.index("")] = top
        lines += section
    for facet in facets:
        lines += ["", *facet.lines]
    lines += ["", *(f"# Left out: {note}" for note in left_out), *_frequent_words(columns[roles.title], facets)]
    text = "\n".join(lines).rstrip() + "\n"
    parse_spec(text, "the draft")
    return text


def _relative(file: Path, base: Path) -> str:
    return Path(os.path.relpath(file.resolve(), base.resolve())).as_posix()


def _roles(columns: Mapping[str, Column], events: Mapping[str, Column], file: Path) -> Roles:
    doubts: list[str] = []
    item_id = _id_column(columns, events)
    if item_id is None:
        raise DataError(f"{file}: no column has a value of its own in every row. Add one, such as `item_id`.")
    title = _first(columns, TITLES, lambda column: column.letters <= LONG_TEXT and not column.is_number)
    title = title or _first(columns, TITLES, lambda column: not column.is_number)
    if title is None:
        title = next((name for name, column in columns.items() if _can_be_title(column) and name != item_id), item_id)
        doubts.append(f"no column is called title or name; `{title}` is taken")
    texts = tuple(
        name
        for name, column in columns.items()
        if name not in (title, item_id) and _lower(name) in TEXTS and not column.is_number and not column.is_list
    )
    image = next((n for n, c in columns.items() if IMAGES.search(_lower(n)) and c.is_url), None)
    available = _first(columns, STOCKS, lambda column: True)
    vector = _first(columns, VECTORS, lambda column: column.is_list)
    return Roles(item_id, title, texts, image, available, vector, tuple(doubts))


def _id_column(columns: Mapping[str, Column], events: Mapping[str, Column]) -> str | None:
    """The unique column that the events share, else the one whose name says it, else the first unique one."""
    unique = [name for name, column in columns.items() if column.is_unique and not column.is_list]
    shared = [name for name in unique if name in events]
    named = sorted((IDS.index(_lower(name)), name) for name in unique if _lower(name) in IDS)
    ending = [name for name in unique if _lower(name).endswith(("_id", "id", "code", "sku"))]
    return next(iter([*shared, *(name for _, name in named), *ending, *unique]), None)


def _can_be_title(column: Column) -> bool:
    return not (column.is_number or column.is_list or column.is_url or column.is_moment) and column.coverage > 0.9


def _first(columns: Mapping[str, Column], names: tuple[str, ...], fits: object) -> str | None:
    assert callable(fits)
    by_name = {_lower(name): name for name in columns}
    return next((by_name[name] for name in names if name in by_name and fits(columns[by_name[name]])), None)


def _lower(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _head(file: Path, facets: list[Drafted]) -> list[str]:
    names = {facet.name for facet in facets}
    film = bool(names & {"minutes", "director", "cast"}) and bool(names & {"genre", "year"})
    noun, nouns = ("film", "films") if film else ("product", "products") if "price" in names else ("item", "items")
    return [
        "# Drafted from the data. Lines with DOUBT ask for a decision; everything may be changed.",
        "# When it says what you mean: intently import THIS_FILE --store NAME",
        'format = "intently.catalog"',
        "version = 1",
        f"name = {json.dumps(_title_of(file))}",
        f"noun = {json.dumps(noun)}  # one of them, for people. DOUBT: a guess",
        f"nouns = {json.dumps(nouns)}",
        'language = "en"  # DOUBT: of titles and commands',
        'zone = "UTC"  # DOUBT: where "tonight" and "today" are meant, such as "Europe/London"',
        "",
    ]


def _title_of(file: Path) -> str:
    stem = file.name.split(".")[0]
    name = file.resolve().parent.name if stem.lower() in ("items", "products", "catalog", "catalogue") else stem
    return name.replace("_", " ").replace("-", " ").strip().capitalize() or "My catalogue"


def _items(roles: Roles, columns: Mapping[str, Column], file: str) -> list[str]:
    lines = ["[items]", f"file = {json.dumps(file)}", f"id = {json.dumps(roles.id)}"]
    lines.append(f"title = {json.dumps(roles.title)}{_coverage_doubt(columns[roles.title])}")
    if roles.texts:
        lines.append(f"text = {json.dumps(list(roles.texts))}")
    for key, name in (("image_url", roles.image), ("available", roles.available), ("vector", roles.vector)):
        if name is not None:
            lines.append(f"{key} = {json.dumps(name)}")
    return [*(f"# DOUBT: {doubt}" for doubt in roles.doubts), *lines]


def _core(titles: Column, facets: list[Drafted]) -> Iterator[str]:
    """What a history says of an item, where titles are types and not names."""
    distinct = titles.distinct / max(titles.rows, 1)
    sizes = [facet.name for facet in facets if SIZES.search(facet.name) and 'kind = "term"' in facet.lines]
    if distinct < TYPES:
        core = " ".join(f"{{{name}}}" for name in ["title", *sizes[:1]])
        yield f"core = {json.dumps(core)}  # of an item in a history. DOUBT: {distinct:.0%} of titles differ"


def _coverage_doubt(column: Column) -> str:
    missing = column.rows - len(column.cells)
    return f"  # DOUBT: {missing} rows have none; such rows stop the import" if missing else ""


def _frequent_words(titles: Column, facets: list[Drafted]) -> Iterator[str]:
    """Comments with the words that many titles have: material for facets that read them (`words_in`)."""
    known = {word for facet in facets for value in facet.values for word in tokens(value)}
    rows: dict[str, int] = {}
    for cell in titles.cells:
        for word in {word for word in tokens(str(cell)) if len(word) > 2 and not word.isdigit()}:
            rows[word] = rows.get(word, 0) + 1
    frequent = sorted((word for word in rows if word not in known), key=lambda word: (-rows[word], word))
    shown = [f"{word} ({rows[word]})" for word in frequent[:60] if rows[word] >= max(3, 0.004 * titles.rows)]
    if shown:
        yield ""
        yield "# Frequent words of the titles; a facet with `words_in` can read them:"
    for start in count(0, 10):
        if start >= len(shown):
            return
        yield "#   " + ", ".join(shown[start : start + 10])
