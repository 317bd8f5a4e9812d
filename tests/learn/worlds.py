"""A store whose people walk round a ring of films, one a day, and a tower that knows the way, written by hand."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from intently.config import Config, load_config
from intently.engine import prepare_store
from intently.engine.store import import_store
from intently.retrieve.tower import Tower, block_shapes
from intently.retrieve.tower_files import TowerCard

ITEMS, PEOPLE, DAYS = 24, 80, 12
START = 1_700_000_000  # seconds since 1970
DAY = 86_400
STORE = "ring"
IDS = tuple(f"i{number:02}" for number in range(ITEMS))
TOML = """
format = "intently.catalog"
version = 1
name = "Ring"
noun = "film"
nouns = "films"
history_kinds = ["view"]
repeat = "always"
[items]
file = "items.csv"
id = "id"
title = "title"
[events]
file = "events.csv"
user = "user"
item = "item"
time = "time"
kind_is = "view"
"""


def walk(person: int, day: int) -> str:
    """What this person takes that day: the film after the one of the day before."""
    return IDS[(person * 7 + day) % ITEMS]


def ring_store(folder: Path, last: int = 0, days: int = DAYS) -> Config:
    """A home with the store, imported. `last`: how far beside the way everybody steps on the last day."""
    folder.mkdir(parents=True, exist_ok=True)
    events = [
        (f"p{person:02}", walk(person, day + last * (day == days - 1)), START + day * DAY + person)
        for day in range(days)
        for person in range(PEOPLE)
    ]
    (folder / "catalog.toml").write_text(TOML, "utf-8")
    _write(folder / "items.csv", ("id", "title"), [(item_id, f"Film {item_id}") for item_id in IDS])
    _write(folder / "events.csv", ("user", "item", "time"), events)
    config = load_config(env={}, home=folder / "home", language={"enabled": False})
    import_store(config, STORE, folder / "catalog.toml")
    prepare_store(config, STORE)
    return config


def walker(step: int = 1, ids: Sequence[str] = IDS) -> Tower:
    """A tower that says: next comes the film `step` places on. Its one block reads no other place; an item's vector
    is an axis of its own, and the two-layer network turns each axis into the one `step` on."""
    size = len(ids)
    arrays = {f"blocks.0.{name}": np.zeros(shape, np.float32) for name, shape in block_shapes(size, size).items()}
    for name in ("blocks.0.norm1.weight", "blocks.0.norm2.weight"):
        arrays[name] = np.ones(size, np.float32)
    arrays["blocks.0.up.weight"] = np.eye(size, dtype=np.float32)
    arrays["blocks.0.down.weight"] = np.roll(np.eye(size, dtype=np.float32), step, axis=0) * 100
    arrays |= {
        "items": np.eye(size, dtype=np.float32), "positions": np.zeros((4, size), np.float32),
        "norm.weight": np.ones(size, np.float32), "norm.bias": np.zeros(size, np.float32),
    }  # fmt: skip
    return Tower(tuple(ids), 1, arrays).checked()


def card_of(data: str = "0" * 64) -> TowerCard:
    return TowerCard(
        heads=1, data=data, seed=0, commit="c0ffee", settings={}, metrics={}, people=PEOPLE, events=PEOPLE * DAYS,
        epochs=1, seconds=1.0,
    )  # fmt: skip


def _write(path: Path, head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
