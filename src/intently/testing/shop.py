"""The made-up shop in which tools are checked: 80 products with a kind, a brand, a price and a year, and 9 people.

Some products have no price, some no vector, one is sold out. Vectors are by kind, with a little of each product's own.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from intently.catalog.schema import CatalogSpec, parse_spec
from intently.catalog.snapshot import build_snapshot
from intently.feed.world import FeedRequest, World
from intently.nouns import History, Item, Preference
from intently.retrieve.columns import Log
from intently.retrieve.fusion import DEFAULT_WEIGHTS
from intently.retrieve.index import index_log
from intently.retrieve.sources import sources_of

__all__ = ["shop_requests", "shop_world"]

NOW = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
DAY = 86400.0
ITEMS, PEOPLE, DIM = 80, 9, 8
KINDS, BRANDS = ("lamp", "vase", "clock", "rug"), ("Alder", "Birch", "Cedar")
TOML = """
format = "intently.catalog"
version = 1
name = "The shop of the checks"
noun = "product"
nouns = "products"
[items]
file = "items.csv"
id = "id"
title = "title"
text = ["text"]
[facets.kind]
kind = "term"
column = "kind"
[facets.brand]
kind = "term"
column = "brand"
[facets.price]
kind = "number"
column = "price"
unit = "£"
step = 0.01
[facets.year]
kind = "date"
column = "year"
"""


def shop_world() -> World:
    """The shop with everybody's purchases."""
    spec = parse_spec(TOML, "shop.toml")
    items = [_item(n) for n in range(ITEMS)]
    vectors = np.random.default_rng(2).normal(scale=0.3, size=(ITEMS, DIM)) + _axes(
        [n % len(KINDS) for n in range(ITEMS)]
    )
    vectors[::17] = 0.0  # not encoded yet
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0).astype(np.float32)
    snapshot = build_snapshot(spec, items, unit, "shop-1")
    rng = np.random.default_rng(3)
    rows = rng.integers(0, ITEMS, 300).astype(np.int32)
    times = NOW.timestamp() - np.sort(rng.random(300) * 40)[::-1] * DAY
    log = Log(rng.integers(0, PEOPLE, 300).astype(np.int32), rows, times, np.ones(300, np.bool_))
    world = World(spec, snapshot, (), DEFAULT_WEIGHTS, _encode)
    sources = sources_of(
        spec, snapshot.vectors, index_log(ITEMS, log, spec, world.config.retrieve), world.config.retrieve
    )
    return World(spec, snapshot, sources, DEFAULT_WEIGHTS, _encode)


def shop_requests(world: World) -> list[FeedRequest]:
    """The ways in which the shop is asked."""
    history = History(
        np.array([3, 8, 21, 40], np.int32),
        NOW.timestamp() - np.array([9.0, 5.0, 3.0, 1.0]) * DAY,
        np.array([True, True, False, True]),
        ("e1", "e2", "e3", "e4"),
    )
    every = _preferences(world.spec)
    asked: list[dict[str, object]] = [
        {},
        {"history": history},
        {"history": history, "preferences": every},
        {"preferences": every[2:], "diversify": True},
        {"history": history, "search": "trending"},
        {"preferences": every[:1], "search": "new"},
    ]
    return [
        FeedRequest(feed_id=f"feed-{n}", user_id="ann", as_of=NOW, **fields)  # type: ignore[arg-type]
        for n, fields in enumerate(asked)
    ]


def _preferences(spec: CatalogSpec) -> tuple[Preference, ...]:
    rows = [
        ("want", "must", "price", "at_most", 60.0, "under £60"),
        ("want", "prefer", "brand", "is", ["Birch"], "Birch"),
        ("want", "prefer", None, "like", {"text": "a quiet clock"}, "a quiet clock"),
        ("avoid", "prefer", None, "like", {"text": "rug"}, "rugs"),
        ("want", "prefer", None, "like", {"item_id": "p10"}, "like the second one"),
    ]
    return tuple(
        Preference.model_validate({
            "id": f"w{n}", "polarity": polarity, "strength": strength, "facet": facet, "relation": relation,
            "value": value, "matches": [[facet, v] for v in value] if isinstance(value, list) else [], "quote": quote,
            "command_id": f"c{n}",
        })
        for n, (polarity, strength, facet, relation, value, quote) in enumerate(rows)
    )  # fmt: skip


def _item(n: int) -> Item:
    kind, brand = KINDS[n % len(KINDS)], BRANDS[n % len(BRANDS)]
    price = None if n % 13 == 5 else 5.0 + n * 1.25
    facets = {"kind": (kind,), "brand": (brand,), "price": price, "year": float(2010 + n % 12)}
    text = "It is quiet." if n % 9 == 2 else "It stands in the hall."
    return Item(item_id=f"p{n:02}", title=f"{brand} {kind} {n}", text=text, facets=facets, available=n != 60)


def _axes(kinds: Sequence[int]) -> np.ndarray:
    return np.eye(DIM)[list(kinds)]


def _encode(texts: Sequence[str]) -> np.ndarray:
    """A text is the sum of the kinds that it names, else the last axis."""
    found = [[place for place, kind in enumerate(KINDS) if kind in text] or [DIM - 1] for text in texts]
    vectors = np.stack([_axes(kinds).sum(axis=0) for kinds in found])
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32)
