"""A tiny set: everybody walks round a ring of items, and each item's text names its two neighbours."""

from dataclasses import replace

import numpy as np

from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import build_snapshot
from intently.evaluate.pack import Pack
from intently.evaluate.retrieval.sets import RetrievalSet
from intently.nouns import Item
from intently.retrieve.columns import Log

N, PEOPLE, STEPS = 24, 40, 9
DAY = 86_400.0
SPEC = CatalogSpec.model_validate(
    {"format": "intently.catalog", "version": 1, "name": "ring", "repeat": "never",
     "items": {"file": "i.csv", "id": "id", "title": "title"}}
)  # fmt: skip


def ring_log(seed: int = 0) -> Log:
    """A step a day; person u begins anywhere and takes the next item of the ring each day."""
    starts = np.random.default_rng(seed).integers(N, size=PEOPLE)
    users = np.tile(np.arange(PEOPLE), STEPS).astype(np.int32)
    steps = np.repeat(np.arange(STEPS), PEOPLE)
    rows = ((starts[users] + steps) % N).astype(np.int32)
    return Log(users, rows, steps * DAY + users * 60.0, np.ones(len(users), np.bool_))


def ring_pack(log: Log | None = None) -> Pack:
    log = log or ring_log()
    items = [
        Item(item_id=f"i{row}", title=f"word{row}", text=f"word{(row - 1) % N} word{(row + 1) % N}") for row in range(N)
    ]
    vectors = np.random.default_rng(1).normal(size=(N, 8)).astype(np.float32)
    snapshot = build_snapshot(SPEC, items, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), "v1")
    names = tuple(map(str, range(len(log))))
    return Pack("ring", SPEC, snapshot, log, names, tuple(f"u{n}" for n in range(PEOPLE)), "0" * 64)


def ring_set(timed: bool = True) -> RetrievalSet:
    return RetrievalSet("ring", ring_pack(), timed)


def changed_after(log: Log, position: int) -> Log:
    """The log with other items from a position on."""
    rows = log.rows.copy()
    rows[position:] = (rows[position:] + 11) % N
    return replace(log, rows=rows)
