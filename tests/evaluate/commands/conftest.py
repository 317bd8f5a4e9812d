"""A ground made of the demo films as they are: nothing is held out, which is enough to test what rows do."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest

from intently.config import load_config
from intently.engine import Engine
from intently.evaluate.commands.case import Case, Ground, Truth
from intently.evaluate.oracle import Oracle, read_rows

FILMS = Path(str(resources.files("intently") / "data" / "films"))
NOTHING = Truth(())


@pytest.fixture(scope="session")
def film_engine(imported: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The demo films, open once for all tests that only read them, without a model."""
    home = tmp_path_factory.mktemp("ground")
    shutil.copytree(imported("films") / "films", home / "films")
    with Engine("films", config=load_config(home=home, language={"enabled": False}), model=False) as engine:
        yield engine


@pytest.fixture(scope="session")
def film_ground(film_engine: Engine) -> Ground:
    """The demo films with the first people's events."""
    films = film_engine
    rows = read_rows(FILMS / "items.jsonl.gz", "item_id")
    users = [user_id for user_id, _ in films.users(limit=20)]
    liked: dict[str, tuple[str, ...]] = {}
    seen: dict[str, frozenset[str]] = {}
    for user_id in users:
        events = films.store.journal.events_of(user_id, kinds=films.spec.history_kinds)
        seen[user_id] = frozenset(str(event.item_id) for event in events)
        liked[user_id] = tuple(str(event.item_id) for event in events if (event.value or 0) >= 7)
    words = {item_id: f"{row['title']}\n{row['description']}" for item_id, row in rows.items()}
    return Ground("films", films, Oracle(rows), rows, liked, seen, words, as_of=datetime.now(UTC))


@pytest.fixture(scope="session")
def film_case(film_ground: Ground) -> Case:
    """Somebody with a history; goals are not read by systems."""
    user_id = max(film_ground.seen, key=lambda user: len(film_ground.seen[user]))
    return Case("films/MR/1", user_id, "MR", (), "follow", 0)
