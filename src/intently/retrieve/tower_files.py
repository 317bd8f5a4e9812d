"""Trained towers on disk: weights as safetensors, what their rows are, and the card that says where they came from.

The folder is written under a temporary name and renamed; the card comes last. Nothing in it can run code.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from intently.errors import DataError, StoreError
from intently.retrieve.request import Floats
from intently.retrieve.tag_towers import TagTowers, TowerForm
from intently.retrieve.tower import Tower

__all__ = ["TagTowersCard", "TowerCard", "open_tag_towers", "open_tower", "save_tag_towers", "save_tower"]

FORMAT = "intently.tower"
TAG_FORMAT = "intently.tag-towers"
VERSION = 1


class _Card(BaseModel):
    """`data`: SHA-256 of what it learnt from; `settings`: of the training; `metrics`: on the people held out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = VERSION
    data: str
    seed: int
    commit: str
    settings: Mapping[str, Any]
    metrics: Mapping[str, float]
    people: int
    events: int
    epochs: int  # until the best one
    seconds: float  # of training


class TowerCard(_Card):
    """Of a sequence tower."""

    format: str = FORMAT
    heads: int


class TagTowersCard(_Card):
    """Of the user, item and tag towers."""

    format: str = TAG_FORMAT


def save_tower(tower: Tower, card: TowerCard, folder: Path, beside: Mapping[str, str] | None = None) -> None:
    """Write the tower, replacing what was there. `beside`: further text files of the folder, by name."""
    _write(folder, tower.arrays, {"items.json": json.dumps(tower.item_ids), **(beside or {})}, card)


def open_tower(folder: Path) -> tuple[Tower, TowerCard]:
    """The tower and its card. Raises StoreError when it is absent, damaged or of a newer version, with the mend."""
    with _reading(folder, "the sequence tower"):
        card = TowerCard.model_validate(_head(folder, FORMAT))
        item_ids = tuple(json.loads((folder / "items.json").read_text("utf-8")))
        return Tower(item_ids, card.heads, load_file(folder / "weights.safetensors")).checked(), card


def save_tag_towers(towers: TagTowers, card: TagTowersCard, folder: Path) -> None:
    """Write the user, item and tag towers, replacing what was there."""
    _write(folder, towers.arrays, {"form.json": towers.form.model_dump_json()}, card)


def open_tag_towers(folder: Path) -> tuple[TagTowers, TagTowersCard]:
    """The towers and their card. Raises StoreError as `open_tower`."""
    with _reading(folder, "the user, item and tag towers"):
        card = TagTowersCard.model_validate(_head(folder, TAG_FORMAT))
        form = TowerForm.model_validate_json((folder / "form.json").read_text("utf-8"))
        return TagTowers(form, load_file(folder / "weights.safetensors")).checked(), card


def _write(folder: Path, arrays: Mapping[str, Floats], texts: Mapping[str, str], card: _Card) -> None:
    temporary = folder.with_name(folder.name + ".new")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    kept = {name: np.ascontiguousarray(values, dtype=np.float32) for name, values in arrays.items()}
    save_file(kept, temporary / "weights.safetensors")
    for name, text in texts.items():
        (temporary / name).write_text(text, "utf-8")
    (temporary / "card.json").write_text(card.model_dump_json(indent=1) + "\n", "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)


def _head(folder: Path, form: str) -> dict[str, Any]:
    """The card as it stands in the file, when it is one of this form and version."""
    head = json.loads((folder / "card.json").read_text("utf-8"))
    if not isinstance(head, dict) or head.get("format") != form:
        raise ValueError("card.json is no card of such a model")
    if head.get("version") != VERSION:
        raise ValueError(f"version {head.get('version')} is not {VERSION}, which this release reads")
    return head


@contextmanager
def _reading(folder: Path, what: str) -> Iterator[None]:
    """Whatever is wrong with the files becomes a StoreError with the mend."""
    try:
        yield
    except (OSError, ValueError, KeyError, ValidationError, SafetensorError, DataError) as error:
        mend = f"Train it again, or remove {folder} to do without."
        raise StoreError(f"{folder}: {what} cannot be read ({error}). {mend}") from error
