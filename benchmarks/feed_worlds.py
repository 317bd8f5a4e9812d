"""Worlds that the feed is timed in: the demo films, 34 k films, and synthetic catalogues of any size.

Vectors are random unit rows where no cache of real ones is found (`vectors` says which): a product costs the same.
"""

import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from intently import data
from intently.catalog.encode import embed_text
from intently.catalog.load import read_events, read_items
from intently.catalog.schema import CatalogSpec, load_spec, parse_spec
from intently.catalog.snapshot import NumberFacet, Snapshot, build_snapshot, term_facet
from intently.catalog.vectors import read_shipped, text_key
from intently.config import Config
from intently.feed.request import World
from intently.nouns import Event, History, Item
from intently.retrieve.columns import Log
from intently.retrieve.fusion import DEFAULT_WEIGHTS
from intently.retrieve.index import index_log
from intently.retrieve.sources import sources_of

__all__ = ["Subject", "demo_films", "own_bytes", "synthetic", "wiki_films"]

DIM = 384
NOW = datetime(2026, 5, 1, tzinfo=UTC)
PEOPLE = 64
HISTORY = 40  # events of one person
WIKI = Path(os.environ.get("BENCH_DATA", Path(__file__).parents[2] / "shared/data")) / "catalog-wikimovies"
WIKI_TOML = """
format = "intently.catalog"
version = 1
name = "Wikipedia films"
[items]
file = "items.parquet"
id = "item_id"
title = "title"
text = ["description"]
[facets.genre]
kind = "term"
column = "genres"
many = true
[facets.person]
kind = "term"
columns = ["directors", "cast"]
many = true
[facets.year]
kind = "date"
column = "year"
[facets.minutes]
kind = "number"
column = "runtime_min"
unit = "minutes"
"""
SYNTHETIC_TOML = """
format = "intently.catalog"
version = 1
name = "Synthetic"
[items]
file = "none"
id = "id"
title = "title"
[facets.kind]
kind = "term"
column = "kind"
[facets.mark]
kind = "term"
column = "mark"
many = true
[facets.price]
kind = "number"
column = "price"
step = 0.000001
"""


@dataclass(frozen=True)
class Subject:
    """One world with its people. `number` and `term` are the facets that filters and wishes are drawn from."""

    name: str
    world: World
    histories: tuple[History, ...]
    number: str
    term: str
    vectors: str


def demo_films(cache: Path | None) -> Subject:
    """The demo films with everybody's ratings. `cache`: a pack's vectors.npz; without it vectors are random."""
    folder = Path(str(data.__path__[0])) / "films"
    spec = load_spec(folder / "catalog.toml")
    items = list(read_items(spec, folder))
    vectors, kind = _vectors(spec, items, cache or folder / "vectors.npz")
    snapshot = build_snapshot(spec, items, vectors, "bench")
    log, people = _log_of(spec, snapshot, read_events(spec, folder))
    return _subject("demo films", spec, snapshot, log, people, "year", "genre", kind)


def wiki_films() -> Subject | None:
    """34 k films with random events; None where the file is not on this machine."""
    if not (WIKI / "items.parquet").is_file() or importlib.util.find_spec("polars") is None:
        return None
    spec = parse_spec(WIKI_TOML, "wiki.toml")
    items = list(read_items(spec, WIKI, drop_bad_rows=True))
    snapshot = build_snapshot(spec, items, random_units(len(items), DIM), "bench")
    return _subject("34 k films", spec, snapshot, *_random_log(len(items)), "year", "genre", "random vectors")


def synthetic(n_items: int, dim: int) -> Subject:
    """Random unit vectors; a price, uniform in [0, 1); one of 20 kinds; three of 5,000 marks."""
    rng = np.random.default_rng(1)
    kinds = tuple(f"kind-{k:02}" for k in range(20))
    marks = tuple(f"mark-{m:04}" for m in range(5000))
    snapshot = Snapshot(
        version="bench",
        item_ids=tuple(f"i{row:07}" for row in range(n_items)),
        titles=tuple(f"Item {row}" for row in range(n_items)),
        text_hashes=np.zeros(n_items, np.uint64),
        available=np.ones(n_items, np.bool_),
        terms={
            "kind": term_facet(kinds, np.arange(n_items + 1), rng.integers(0, 20, n_items).astype(np.int32)),
            "mark": term_facet(marks, np.arange(n_items + 1) * 3, _three_marks(rng, n_items)),
        },
        numbers={"price": NumberFacet(rng.random(n_items))},
        vectors=random_units(n_items, dim),
        encoded=np.ones(n_items, np.bool_),
    )
    name = f"{n_items // 1000:,} k x {dim} synthetic"
    spec = parse_spec(SYNTHETIC_TOML, "synthetic.toml")
    return _subject(name, spec, snapshot, *_random_log(n_items), "price", "kind", "random vectors")


def random_units(n_items: int, dim: int) -> np.ndarray:
    """(n_items, dim) float32 of length 1."""
    vectors = np.random.default_rng(0).standard_normal((n_items, dim), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def own_bytes() -> int:
    """RssAnon of this process, from /proc: Linux alone."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def _three_marks(rng: np.random.Generator, n_items: int) -> np.ndarray:
    first = rng.integers(0, 5000, n_items)
    return np.sort((first[:, None] + np.array([0, 1, 7])) % 5000, axis=1).astype(np.int32).ravel()


def _vectors(spec: CatalogSpec, items: Sequence[Item], cache: Path) -> tuple[np.ndarray, str]:
    if not cache.is_file():
        return random_units(len(items), DIM), "random vectors"
    _, keys, kept = read_shipped(cache)
    places = {bytes(key): place for place, key in enumerate(keys)}
    vectors = np.zeros((len(items), kept.shape[1]), np.float32)
    for row, item in enumerate(items):
        place = places.get(text_key(embed_text(spec, item)))
        if place is not None:
            vectors[row] = kept[place]
    return vectors, f"{int(vectors.any(axis=1).sum()):,} real vectors"


def _log_of(spec: CatalogSpec, snapshot: Snapshot, events: Sequence[Event]) -> tuple[Log, list[int]]:
    """Everybody's events in order of time, and the people with the longest histories."""
    people: dict[str, int] = {}
    columns: list[tuple[float, int, int, int, bool]] = []
    for seq, event in enumerate(events):
        row = snapshot.row_of(event.item_id or "")
        if row is not None:
            user = people.setdefault(event.user_id, len(people))
            liked = event.value is None or spec.liked_from is None or event.value >= spec.liked_from
            columns.append((event.time.timestamp(), seq, user, row, liked))
    columns.sort()
    times, _, users, rows, liked = map(np.array, zip(*columns, strict=True))
    shift = NOW.timestamp() - float(times[-1])
    log = Log(users.astype(np.int32), rows.astype(np.int32), times.astype(np.float64) + shift, liked.astype(np.bool_))
    return log, np.argsort(-np.bincount(users), kind="stable")[:PEOPLE].tolist()


def _random_log(n_items: int) -> tuple[Log, list[int]]:
    """200,000 events of 5,000 people on popular and unpopular items."""
    rng = np.random.default_rng(2)
    size = 200_000
    rows = (n_items * rng.random(size) ** 3).astype(np.int32)
    times = np.sort(NOW.timestamp() - 90 * 86400.0 * rng.random(size))
    users = rng.integers(0, 5000, size).astype(np.int32)
    return Log(users, rows, times, rng.random(size) < 0.7), list(range(PEOPLE))


def _subject(
    name: str, spec: CatalogSpec, snapshot: Snapshot, log: Log, people: list[int], number: str, term: str, vectors: str
) -> Subject:
    config = Config()
    index = index_log(len(snapshot.item_ids), log, spec, config.retrieve)
    world = World(
        spec=spec,
        snapshot=snapshot,
        sources=sources_of(spec, snapshot.vectors, index, config.retrieve),
        weights=DEFAULT_WEIGHTS,
        encode=_Encoder(snapshot.vectors.shape[1]),
        config=config,
        versions={"index": "bench"},
    )
    histories = tuple(_history(log, user) for user in people)
    return Subject(name, replace(world), histories, number, term, vectors)


def _history(log: Log, user: int) -> History:
    places = np.flatnonzero(log.users == user)[-HISTORY:]
    return History(log.rows[places], log.times[places], log.liked[places], tuple(f"e{place}" for place in places))


class _Encoder:
    """A random unit vector for each text, remembered, as the engine remembers what it has encoded."""

    def __init__(self, dim: int) -> None:
        self._dim, self._kept = dim, dict[str, np.ndarray]()
        self._rng = np.random.default_rng(3)

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        for text in texts:
            if text not in self._kept:
                vector = self._rng.standard_normal(self._dim).astype(np.float32)
                self._kept[text] = vector / np.linalg.norm(vector)
        return np.stack([self._kept[text] for text in texts])
