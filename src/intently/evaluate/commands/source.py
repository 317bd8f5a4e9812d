"""The declaration of a ground: which files of a data set are read, and what its raw columns mean to a person.

It is written for the oracle and the simulated people alone: the catalogue's own TOML, with its facets and aliases, lies
beside it and is read by the product only.
"""

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intently.errors import DataError, NotFound
from intently.evaluate.oracle import Fields

__all__ = ["SETS", "FieldSource", "Source", "open_source", "source_names"]

SETS = Path(str(resources.files("intently.evaluate.commands"))) / "sets"
FieldKind = Literal["term", "year", "amount", "text"]


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldSource(_Declared):
    """One thing that a person may ask about. `facet`: of the catalogue, for ceilings; empty: the catalogue declares
    none, so the right reading is a wish. `themes` (kind text): words that a person has -> words of the text that show
    it; any of them. `steps` (kind amount): the round amounts that people name; the last is their distance beyond.
    `rest`: values that nobody names."""

    kind: FieldKind
    columns: tuple[str, ...]
    facet: str = ""
    wants: bool = True
    avoids: bool = False
    steps: tuple[float, ...] = ()
    rest: tuple[str, ...] = ()
    themes: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class Source(_Declared):
    """Where a ground comes from. `noun` and `nouns`: what a person calls the items. `demo`: the files are a demo's."""

    noun: str
    nouns: str
    demo: str = ""
    facets_of: str = ""  # a demo whose facets this catalogue shares: same columns, same vocabulary
    items: str
    item_id: str
    title: str
    text: tuple[str, ...] = ()
    events: str
    user: str
    item: str
    time: str
    time_unit: Literal["seconds", "milliseconds"] = "seconds"
    value: str
    liked_from: float
    fields: Mapping[str, FieldSource]

    def judged(self) -> Fields:
        """The fields as the oracle reads them."""
        worded = frozenset(name for name, field in self.fields.items() if field.kind == "text")
        return Fields({name: field.columns for name, field in self.fields.items()}, worded)

    def facets(self) -> dict[str, str]:
        """Field -> facet of the catalogue, of those that it declares."""
        return {name: field.facet for name, field in self.fields.items() if field.facet}


def source_names() -> list[str]:
    """Grounds that ship with intently, sorted."""
    return sorted(path.parent.name for path in SETS.glob("*/source.toml"))


def open_source(name: str) -> Source:
    """Read the declaration. Raises NotFound for an unknown ground and DataError for a broken file."""
    path = SETS / name / "source.toml"
    if name not in source_names():
        raise NotFound(f"there is no ground {name!r}; there are {', '.join(source_names())}")
    try:
        return Source.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"{path}: cannot be read as a ground: {error}") from error
