"""The declaration of a set: where its files are, how items and events are made of them, and what a category is."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from intently.errors import BadRequest, DataError, NotFound

__all__ = ["SETS", "SetSource", "folder_of", "open_set_source", "set_names"]

SETS = Path(str(resources.files("intently.evaluate.understanding"))) / "sets"


class SetSource(BaseModel):
    """`demo`: the files are a demo's; else `files` of `folder` inside --data, of which `make` makes items and events.

    categories: "clusters" reads the published file, "items" makes each item its own, else the facet that names them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    demo: str = ""
    folder: str = ""
    files: tuple[str, ...] = ()
    make: Literal["", "amazon", "grocery"] = ""
    categories: str


def set_names() -> list[str]:
    """Sets that intently can read, sorted."""
    return sorted(path.parent.name for path in SETS.glob("*/source.toml"))


def open_set_source(name: str) -> SetSource:
    """Read the declaration. Raises NotFound for an unknown set and DataError for a broken file."""
    if name not in set_names():
        raise NotFound(f"there is no ground {name!r}; there are {', '.join(set_names())}")
    path = SETS / name / "source.toml"
    try:
        return SetSource.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"{path}: cannot be read as a set: {error}") from error


def folder_of(name: str, source: SetSource, data: Path | None) -> Path:
    """Where the files lie. Raises BadRequest without --data where it is needed, DataError for a file that is absent."""
    if source.demo:
        return Path(str(resources.files("intently") / "data" / source.demo))
    if data is None:
        raise BadRequest(f"{name} is read from files of its own: pass --data FOLDER, the folder of {source.folder}/")
    folder = data / source.folder
    missing = [file for file in source.files if not (folder / file).is_file()]
    if missing:
        raise DataError(f"{folder / missing[0]}: is not there; pass --data FOLDER, the folder of {source.folder}/")
    return folder
