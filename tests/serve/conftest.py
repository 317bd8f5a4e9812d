"""A small shop of known items, its real engine without a model, and a client of the real app."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from intently.config import Config, load_config
from intently.engine import Engine, prepare_store
from intently.engine.store import import_store
from intently.serve import create_app

TOML = """
format = "intently.catalog"
version = 1
name = "Tiny films"
noun = "film"
nouns = "films"
history_kinds = ["rating", "favourite"]
liked_from = 7
repeat = "never"

[items]
file = "items.csv"
id = "id"
title = "title"
text = ["text"]

[events]
file = "events.csv"
user = "user"
item = "item"
time = "time"
kind_is = "rating"
value = "value"

[facets.genre]
kind = "term"
column = "genre"
many = true
separator = "|"
aliases = { funny = ["Comedy"] }

[facets.minutes]
kind = "number"
column = "minutes"
unit = "minutes"
nouns = ["running time"]
units = { minutes = 1, minute = 1, hours = 60, hour = 60 }
less = ["shorter"]
more = ["longer"]
"""
GENRES = ("Comedy", "Horror", "Drama", "Comedy|Drama")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A home with one imported store, `tiny`: 24 films of 60 to 175 minutes, genres in turn, and two people."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "catalog.toml").write_text(TOML, "utf-8")
    items = [(f"f{n}", f"Film {n}", f"The story of {n}.", GENRES[n % 4], 60 + 5 * n) for n in range(24)]
    events = [("ann", f"f{n}", 1_700_000_000 + n, 8) for n in range(3)] + [("a/b", "f5", 1_700_000_100, 9)]
    _write(folder / "items.csv", ("id", "title", "text", "genre", "minutes"), items)
    _write(folder / "events.csv", ("user", "item", "time", "value"), events)
    config = load_config(env={}, home=folder / "home", language={"enabled": False})
    import_store(config, "tiny", folder / "catalog.toml")
    prepare_store(config, "tiny")
    return config


def _write(path: Path, head: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])


@pytest.fixture(scope="module")
def engine(config: Config) -> Iterator[Engine]:
    with Engine("tiny", config=config, model=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(engine: Engine, config: Config) -> Iterator[TestClient]:
    with TestClient(create_app({"tiny": engine}, config), base_url="http://127.0.0.1:8000") as opened:
        yield opened
