"""Small worlds with real sources: films of known facets, three people's events, unit vectors that mean something."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

import numpy as np

from intently.catalog.schema import CatalogSpec, parse_spec
from intently.catalog.snapshot import build_snapshot
from intently.config import Config
from intently.feed.request import FeedRequest, World
from intently.nouns import History, Item, Preference, Scope
from intently.retrieve.columns import Log
from intently.retrieve.index import index_log
from intently.retrieve.sources import sources_of

NOW = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
DAY = 86400.0
TOML = """
format = "intently.catalog"
version = 1
name = "Tiny films"
noun = "film"
nouns = "films"
history_kinds = ["rating"]
liked_from = 7
repeat = "never"

[items]
file = "items.csv"
id = "id"
title = "title"

[events]
file = "events.csv"
user = "user"
item = "item"
time = "time"
kind_is = "rating"
value = "rating"

[facets.genre]
kind = "term"
column = "genre"
many = true
label = "Genre"

[facets.person]
kind = "term"
column = "person"
many = true
label = "People"

[facets.year]
kind = "date"
column = "year"
label = "Year"
tolerance = 3

[facets.minutes]
kind = "number"
column = "minutes"
label = "Length"
unit = "minutes"
"""


@cache
def tiny_spec(repeat: str = '"never"') -> CatalogSpec:
    return parse_spec(TOML.replace('repeat = "never"', f"repeat = {repeat}"), "tiny.toml")


def film(
    item_id: str,
    genre: Sequence[str] = (),
    year: float | None = 2000,
    minutes: float | None = 100,
    available: bool = True,
    person: Sequence[str] = (),
    title: str | None = None,
) -> Item:
    facets = {"genre": tuple(genre), "person": tuple(person), "year": year, "minutes": minutes}
    return Item(item_id=item_id, title=title or f"Film {item_id}", facets=facets, available=available)


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


MEANINGS = {"sad": unit(1, 0, 0, 0), "cosy": unit(0, 1, 0, 0), "space": unit(0, 0, 1, 0)}


def encode(texts: Sequence[str]) -> np.ndarray:
    """An encoder of four dimensions: each known word is an axis, anything else the fourth."""
    return np.stack([MEANINGS.get(text.lower(), unit(0, 0, 0, 1)) for text in texts])


def make_world(
    items: Sequence[Item],
    vectors: np.ndarray | None = None,
    events: Sequence[tuple[int, str, float]] = (),
    *,
    spec: CatalogSpec | None = None,
    config: Config | None = None,
    encoder: bool = True,
) -> World:
    """`events`: (user number, item id, days ago). `vectors`: (n, 4), made unit here."""
    spec = spec or tiny_spec()
    config = config or Config()
    if vectors is not None:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    snapshot = build_snapshot(spec, items, vectors, version="tiny-1")
    ordered = sorted(events, key=lambda event: -event[2])
    log = Log(
        np.array([user for user, _, _ in ordered], np.int32),
        np.array([snapshot.row_of(item_id) for _, item_id, _ in ordered], np.int32),
        np.array([NOW.timestamp() - days * DAY for _, _, days in ordered]),
        np.ones(len(ordered), np.bool_),
    )
    index = index_log(len(items), log, spec, config.retrieve)
    return World(
        spec=spec,
        snapshot=snapshot,
        sources=sources_of(spec, snapshot.vectors, index, config.retrieve),
        weights={"popularity": 0.4, "neighbours": 0.4, "semantic": 0.2},
        encode=encode if encoder else None,
        config=config,
        versions={"index": "tiny-index-1"},
    )


def history_of(world: World, *entries: tuple[str, float, bool]) -> History:
    """Entries: (item id, days ago, liked)."""
    ordered = sorted(entries, key=lambda entry: -entry[1])
    return History(
        np.array([world.snapshot.row_of(item_id) for item_id, _, _ in ordered], np.int32),
        np.array([NOW.timestamp() - days * DAY for _, days, _ in ordered]),
        np.array([liked for _, _, liked in ordered], np.bool_),
        tuple(f"event-{item_id}-{place}" for place, (item_id, _, _) in enumerate(ordered)),
    )


def ask(**fields: object) -> FeedRequest:
    return FeedRequest(**{"feed_id": "feed-1", "user_id": "ann", "as_of": NOW, **fields})  # type: ignore[arg-type]


def prefer(
    preference_id: str,
    facet: str | None,
    relation: str,
    value: object,
    *,
    polarity: str = "want",
    strength: str = "prefer",
    command_id: str = "c1",
    matches: Sequence[tuple[str, str]] = (),
    quote: str = "",
) -> Preference:
    values = value if isinstance(value, list) else []
    pairs = tuple(matches) or tuple((facet or "", v) for v in values if facet != "item")
    return Preference(
        id=preference_id, polarity=polarity, strength=strength, facet=facet, matches=pairs, relation=relation,
        value=value, scope=Scope(), quote=quote or f"{facet} {relation} {value}", command_id=command_id,
    )  # fmt: skip


def must(preference_id: str, facet: str | None, relation: str, value: object, **fields: object) -> Preference:
    return prefer(preference_id, facet, relation, value, strength="must", **fields)  # type: ignore[arg-type]
