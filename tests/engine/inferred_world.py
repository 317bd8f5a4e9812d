"""A small store whose people have threads in their history, understood by a scripted model through the real engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intently.config import Config, load_config
from intently.engine import Engine, Services
from intently.engine.store import import_store
from intently.language import ScriptedModel
from intently.nouns import Event
from tests.serve.conftest import TOML
from tests.understand.scripted import Answering

__all__ = ["NAME", "PLAN", "answers", "make_films", "one_by_one", "opened", "rated"]

NAME = "tiny"
KINDS = ("Sea", "Heist", *["Drama"] * 8)  # four films of each kind; what is common is no thread
PLAN = "a: solver of cases\nb: trader at sea"


def make_films(folder: Path, **understand: object) -> Config:
    """Forty films in a home; ann rated three of the sea and three of a heist well, a day apart, and one drama badly."""
    folder.mkdir()
    (folder / "catalog.toml").write_text(TOML, "utf-8")
    rows = "\n".join(f"f{n},Picture {n},About {n},{KINDS[n // 4]},90" for n in range(40))
    (folder / "items.csv").write_text(f"id,title,text,genre,minutes\n{rows}\n", "utf-8")
    (folder / "events.csv").write_text("user,item,time,value\nben,f9,1700000000,8\n", "utf-8")
    config = load_config(env={}, home=folder.parent / "home", understand=understand)
    import_store(config, NAME, folder / "catalog.toml")
    with Engine(NAME, config=config, model=False) as engine:
        engine.record([rated(n, days_ago=20 - n) for n in (0, 1, 2, 4, 5, 6)] + [rated(12, 2, days_ago=40)])
    return config


def rated(n: int, value: float = 9, days_ago: float = 0) -> Event:
    time = datetime.now(UTC) - timedelta(days=days_ago)
    return Event(user_id="ann", kind="rating", item_id=f"f{n}", value=value, time=time)


def answers(question: str) -> str:
    """What the model says to the last turn of whichever pipeline."""
    if "personas" in question:
        return PLAN
    if "Leave out" in question:
        return "lighthouse crew"
    return "museum jewel theft\npoisoned banquet inquiry" if "cases" in question else "polar voyage\nlighthouse crew"


@contextmanager
def opened(config: Config) -> Iterator[tuple[Engine, ScriptedModel]]:
    """The engine of these films with a model that gives `answers`."""
    model = Answering(answers)
    with Services(config, model=model) as services, Engine(NAME, config=config, services=services) as engine:
        yield engine, model


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call after the other, as with the embedded server."""
    monkeypatch.setattr(ScriptedModel, "embedded", property(lambda self: True))
