"""The declaration of a set: `sets/NAME/set.toml`, which says where its files lie, what a category is, and how often
models are made anew. Its catalogue is `catalog.toml` beside it, or another evaluation's of the same files."""

import tomllib
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveFloat, ValidationError

from intently.errors import DataError, NotFound

__all__ = ["SETS", "SetSource", "set_names", "set_source"]

EVALUATE = Path(str(resources.files("intently.evaluate")))
SETS = EVALUATE / "retrieval" / "sets"


class SetSource(BaseModel):
    """`demo`: the store of a demo that ships; else the files lie in `folder` inside --data (by default the set's name).

    catalog: the catalogue's TOML below intently/evaluate, where another evaluation reads the same files; make: a set of
    `evaluate understanding`, whose files are made of the data's own; words_of: a demo whose facets of words are read in
    the titles too; category: the term facet by which slates are judged, empty where the items have no such thing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    demo: str = ""
    folder: str = ""
    catalog: str = ""
    make: str = ""
    words_of: str = ""
    category: str = ""
    refit_days: PositiveFloat = 14.0  # TIME: a model is made anew after so many days of the log

    def catalog_file(self, name: str) -> Path:
        """The catalogue's TOML of a set that does not ship."""
        return EVALUATE / self.catalog if self.catalog else SETS / name / "catalog.toml"


def set_names() -> list[str]:
    """The sets that intently can read, sorted."""
    return sorted(path.parent.name for path in SETS.glob("*/set.toml"))


def set_source(name: str) -> SetSource:
    """Read the declaration. Raises NotFound for an unknown set and DataError for a broken file."""
    if name not in set_names():
        raise NotFound(f"there is no set {name!r}; there are {', '.join(set_names())}")
    path = SETS / name / "set.toml"
    try:
        return SetSource.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"{path}: cannot be read as a set: {error}") from error
