"""A trained tower on disk: weights as safetensors, its items, and the card that says where it came from.

The folder is written under a temporary name and renamed; the card comes last. Nothing in it can run code.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from intently.errors import DataError, StoreError
from intently.retrieve.tower import Tower

__all__ = ["TowerCard", "open_tower", "save_tower"]

FORMAT = "intently.tower"
VERSION = 1


class TowerCard(BaseModel):
    """`data`: SHA-256 of what it learnt from; `settings`: of the training; `metrics`: on the people held out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str = FORMAT
    version: int = VERSION
    heads: int
    data: str
    seed: int
    commit: str
    settings: Mapping[str, Any]
    metrics: Mapping[str, float]
    people: int
    events: int
    epochs: int  # until the best one
    seconds: float  # of training


def save_tower(tower: Tower, card: TowerCard, folder: Path) -> None:
    """Write the tower, replacing what was there."""
    temporary = folder.with_name(folder.name + ".new")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    arrays = {name: np.ascontiguousarray(values, dtype=np.float32) for name, values in tower.arrays.items()}
    save_file(arrays, temporary / "weights.safetensors")
    (temporary / "items.json").write_text(json.dumps(tower.item_ids), "utf-8")
    (temporary / "card.json").write_text(card.model_dump_json(indent=1) + "\n", "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)


def open_tower(folder: Path) -> tuple[Tower, TowerCard]:
    """The tower and its card. Raises StoreError when it is absent, damaged or of a newer version, with the mend."""
    mend = f"Train it again, or remove {folder} to do without."
    try:
        head = json.loads((folder / "card.json").read_text("utf-8"))
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise StoreError(f"{folder}: card.json is no card of a tower. {mend}")
        if head.get("version") != VERSION:
            raise StoreError(
                f"{folder}: version {head.get('version')} is not {VERSION}, which this release reads. {mend}"
            )
        card = TowerCard.model_validate(head)
        item_ids = tuple(json.loads((folder / "items.json").read_text("utf-8")))
        tower = Tower(item_ids, card.heads, load_file(folder / "weights.safetensors")).checked()
    except (OSError, ValueError, KeyError, ValidationError, SafetensorError, DataError) as error:
        raise StoreError(f"{folder}: the sequence tower cannot be read ({error}). {mend}") from error
    return tower, card
