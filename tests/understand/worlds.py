"""A tiny catalogue and journal whose right answers are known by construction."""

from datetime import UTC, datetime, timedelta

import numpy as np

from intently.catalog.schema import CatalogSpec, parse_spec
from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.nouns import Event, Item

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TOML = """
format = "intently.catalog"
version = 1
name = "Games"
nouns = "games"
liked_from = 7
[items]
file = "items.csv"
id = "id"
title = "title"
[facets.kind]
kind = "term"
column = "kind"
many = true
"""


def spec() -> CatalogSpec:
    return parse_spec(TOML, "games.toml")


def snapshot() -> Snapshot:
    """Forty games: 0-3 are detective games, 4-7 sea games, the rest are plain and many."""
    kinds = [("detective",)] * 4 + [("sea",)] * 4 + [("plain",)] * 32
    items = [Item(item_id=str(n), title=f"Game {n}", facets={"kind": kind}) for n, kind in enumerate(kinds)]
    vectors = np.zeros((40, 3), np.float32)
    vectors[:4, 0] = vectors[4:8, 1] = vectors[8:, 2] = 1
    return build_snapshot(spec(), items, vectors, "v1")


def rated(item: int, value: float = 9, days_ago: float = 5, user: str = "ann") -> Event:
    return Event(user_id=user, kind="rating", item_id=str(item), value=value, time=NOW - timedelta(days=days_ago))


class ByWord:
    """An encoder of known vectors: detective, sea, anything else."""

    digest, dim = "words", 3

    def encode(self, texts):
        return np.array([[float("murder" in t), float("sea" in t), 0.1] for t in texts], np.float32)
