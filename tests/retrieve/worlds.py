"""Tiny catalogues and logs whose right answers are known by construction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from intently.catalog.schema import CatalogSpec
from intently.nouns import KINDS, History
from intently.retrieve.columns import Log
from intently.retrieve.intent_tower import HEAD, IntentTower, head_shapes
from intently.retrieve.request import Floats, RetrievalRequest
from intently.retrieve.tower import Tower, block_shapes

DAY = 86_400.0


def spec_of(repeat: str = "never", half_life: float = 7.0, liked_from: float | None = None) -> CatalogSpec:
    return CatalogSpec.model_validate(
        {
            "format": "intently.catalog", "version": 1, "name": "tiny", "repeat": repeat, "liked_from": liked_from,
            "popularity_half_life_days": half_life, "items": {"file": "items.csv", "id": "id", "title": "title"},
        }
    )  # fmt: skip


def log_of(events: Sequence[tuple[int, int, float]]) -> Log:
    """(person, row, day) in order of time."""
    users, rows, days = zip(*events, strict=True) if events else ((), (), ())
    times = np.array(days, dtype=np.float64) * DAY
    return Log(np.array(users, np.int32), np.array(rows, np.int32), times, np.ones(len(events), np.bool_))


def history_of(rows: Sequence[int], days: Sequence[float] | None = None) -> History:
    times = np.array(days if days is not None else range(len(rows)), dtype=np.float64) * DAY
    ids = tuple(f"e{place}" for place in range(len(rows)))
    return History(np.array(rows, np.int32), times, np.ones(len(rows), np.bool_), ids)


def ask(rows: Sequence[int] = (), *, as_of: float = 1000.0, days: Sequence[float] | None = None) -> RetrievalRequest:
    """A request of a person with this history at day `as_of`."""
    return RetrievalRequest("ann", as_of * DAY, history_of(rows, days))


def unit_rows(n: int, dim: int, seed: int = 0) -> Floats:
    vectors = np.random.default_rng(seed).normal(size=(n, dim))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True)
class Columns:
    """Event columns as the journal gives them."""

    item_ids: list[str]
    users: np.ndarray
    items: np.ndarray
    times: np.ndarray
    values: np.ndarray

    @property
    def kinds(self) -> np.ndarray:
        return np.full(len(self.users), KINDS.index("purchase"), np.int8)


@dataclass(frozen=True)
class Items:
    """A snapshot, as far as the index reads it."""

    item_ids: tuple[str, ...]
    vectors: Floats

    def row_of(self, item_id: str) -> int | None:
        return self.item_ids.index(item_id) if item_id in self.item_ids else None


def tower_of(size: int, *, dim: int = 8, blocks: int = 2, length: int = 5, seed: int = 0, gap: bool = False) -> Tower:
    """A tower of two heads with random weights over the items i0, i1, ...; with a gap it reads both sides of it."""
    random = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "items": (size, dim), "positions": (length, dim), "norm.weight": (dim,), "norm.bias": (dim,)
    }  # fmt: skip
    for number in range(blocks):
        shapes |= {f"blocks.{number}.{name}": shape for name, shape in block_shapes(dim, 2 * dim).items()}
    if gap:
        shapes["gap"] = (dim,)
    arrays = {name: random.normal(scale=0.5, size=shape).astype(np.float32) for name, shape in shapes.items()}
    return Tower(tuple(f"i{row}" for row in range(size)), 2, arrays).checked()


def intent_tower_of(size: int, *, dim: int = 8, wide: int = 4, seed: int = 0, length: int = 5) -> IntentTower:
    """The same with a head of random weights, for text vectors of `wide` dimensions."""
    tower, random = tower_of(size, dim=dim, seed=seed, length=length), np.random.default_rng([seed, 1])
    head = {
        HEAD + name: random.normal(scale=0.5, size=shape).astype(np.float32)
        for name, shape in head_shapes(dim, 2 * dim, wide).items()
    }
    return IntentTower(replace(tower, arrays={**tower.arrays, **head})).checked()
