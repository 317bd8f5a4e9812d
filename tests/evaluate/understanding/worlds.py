"""A tiny set whose right answers are known: four kinds of things, people who keep to two of them, words as vectors."""

import zlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import build_snapshot
from intently.evaluate.understanding.categories import Categories
from intently.evaluate.understanding.ground import Ground
from intently.nouns import Item
from intently.retrieve.columns import Log
from intently.retrieve.request import Floats

KINDS = ("ships", "gardens", "robots", "cooking")
EACH, PEOPLE, DAYS, DIM = 10, 8, 12, 64
DAY = 86_400.0
SPEC = CatalogSpec.model_validate(
    {"format": "intently.catalog", "version": 1, "name": "tiny", "repeat": "never", "liked_from": 3, "nouns": "things",
     "items": {"file": "i.csv", "id": "item_id", "title": "title"},
     "events": {"file": "e.csv", "user": "user_id", "item": "item_id", "time": "time", "kind_is": "rating",
                "value": "value"},
     "facets": {"kind": {"kind": "term", "column": "kind"}}}
)  # fmt: skip


def encode(texts: Sequence[str]) -> Floats:
    """Words as directions of their own: texts that share words are near."""
    vectors = np.zeros((len(texts), DIM), np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().replace(",", " ").replace(".", " ").split():
            vectors[row, zlib.crc32(word.encode()) % DIM] += 1.0
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=vectors, where=lengths > 0)


def tiny_ground(repeat: str = "never", events: list[tuple[int, int, float]] | None = None) -> Ground:
    """events: (person, item, day); by default every person takes things of two kinds in turns, one a day."""
    spec = SPEC.model_copy(update={"repeat": repeat})
    items = [
        Item(item_id=f"{kind}-{n}", title=f"{kind} number{n}", facets={"kind": (kind,)})
        for kind in KINDS
        for n in range(EACH)
    ]
    snapshot = build_snapshot(spec, items, encode([item.title for item in items]), "tiny")
    told = events if events is not None else _turns()
    frame = pl.DataFrame(
        [(place, f"u{user}", items[row].item_id, day * DAY, 5.0) for place, (user, row, day) in enumerate(told)],
        schema=["event_id", "user_id", "item_id", "time", "value"], orient="row",
    )  # fmt: skip
    log = Log(
        np.array([user for user, _, _ in told], np.int32), np.array([row for _, row, _ in told], np.int32),
        np.array([day * DAY for _, _, day in told]), np.ones(len(told), np.bool_),
    )  # fmt: skip
    of = np.repeat(np.arange(len(KINDS)), EACH).astype(np.int32)
    people = tuple(f"u{n}" for n in range(max((user for user, _, _ in told), default=0) + 1))
    return Ground(
        "tiny", spec, tuple(items), snapshot, log, frame, people, Categories(of, KINDS), encode, f"tiny {repeat}"
    )


def _turns() -> list[tuple[int, int, float]]:
    return sorted(
        ((user, (user + day % 2) % len(KINDS) * EACH + day // 2, day + user / 100)
         for user in range(PEOPLE) for day in range(DAYS)),
        key=lambda event: event[2],
    )  # fmt: skip
