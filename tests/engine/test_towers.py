"""A published sequence model in a running store: taken up without a restart, over HTTP, and left out when it is bad."""

import shutil
import time
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from intently.engine import Engine
from intently.engine.store import open_store
from intently.engine.towers import towers_folder
from intently.nouns import Item
from intently.retrieve.published import publish, roll_back
from intently.serve import create_app
from tests.learn.worlds import DAY, DAYS, IDS, ITEMS, START, STORE, card_of, ring_store, walk, walker
from tests.retrieve.test_published import GATE

CUT = START + (DAYS - 2) * DAY
SERVES = GATE.model_copy(update={"cut": CUT, "weights": {"sequence": 0.9, "neighbours": 0.1}})
NEXT = walk(1, DAYS)  # of the person p01
PATIENCE = 60.0  # seconds


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    return ring_store(tmp_path_factory.mktemp("ring"))


@pytest.fixture
def config(imported, tmp_path):
    shutil.copytree(imported.home, tmp_path / "home")
    return imported.model_copy(update={"home": tmp_path / "home"})


@pytest.fixture
def engine(config):
    with Engine(STORE, config=config, model=False) as opened:
        yield opened


def folder_of(engine):
    return towers_folder(engine.store)


def sources(world):
    return [source.name for source in world.sources]


def test_the_http_feed_shows_the_source_once_it_is_published_and_no_more_once_it_is_rolled_back(config, engine):
    with TestClient(create_app({STORE: engine}, config), base_url="http://127.0.0.1:8000") as client:

        def first():
            return client.get("/v1/users/p01/feed", params={"limit": 3}).json()["items"][0]

        def until(seen):
            deadline = time.monotonic() + PATIENCE
            while not seen() and time.monotonic() < deadline:
                time.sleep(0.05)
            return seen()

        engine.start_background()
        assert first()["source"] != "sequence"
        publish(folder_of(engine), walker(), card_of(), SERVES)
        assert until(lambda: (first()["item_id"], first()["source"]) == (NEXT, "sequence"))
        roll_back(folder_of(engine))
        assert until(lambda: first()["source"] != "sequence")


def test_it_is_there_after_a_restart_with_the_weights_it_was_published_with(config):
    publish(config.store_folder(STORE) / "towers", walker(), card_of(), SERVES)
    with Engine(STORE, config=config, model=False) as engine:
        world = engine.worlds.current.world
        assert "sequence" in sources(world)
        assert dict(world.weights) == dict(SERVES.weights)
        assert world.versions["tower"].startswith("1-")
        assert not engine.worlds.use_published()  # nothing new


def test_a_film_that_it_does_not_know_is_found_by_other_sources_alone(engine):
    publish(folder_of(engine), walker(ids=IDS[:-1]), card_of(), SERVES)
    engine.put_item(Item(item_id="new", title="A new film"))
    assert engine.worlds.use_published()
    slate = engine.feed("p01", limit=ITEMS + 1)
    by_id = {item.item_id: item for item in slate.items}
    assert {"new", IDS[-1]} <= set(by_id)
    assert by_id["new"].source != "sequence"
    assert by_id[IDS[-1]].source != "sequence"


def test_an_earlier_moment_is_not_asked_of_a_model_that_knows_later_ones(engine):
    publish(folder_of(engine), walker(), card_of(), SERVES)
    engine.worlds.use_published()
    assert "sequence" not in sources(engine.worlds.at(datetime.fromtimestamp(CUT - 1, UTC)))
    assert "sequence" in sources(engine.worlds.at(datetime.fromtimestamp(CUT, UTC)))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (lambda folder: (folder / "0002" / "weights.safetensors").write_bytes(b"no weights"), "cannot be read"),
        (lambda folder: shutil.rmtree(folder / "0002"), "cannot be read"),
        (lambda folder: (folder / "serving.json").write_text("[", "utf-8"), "serving.json"),
    ],
)
def test_a_broken_file_is_a_warning_and_the_feed_goes_on(config, caplog, bad, said):
    folder = config.store_folder(STORE) / "towers"
    for _ in range(2):
        publish(folder, walker(), card_of(), SERVES)
    bad(folder)
    with Engine(STORE, config=config, model=False) as engine:
        assert said in caplog.text
        assert "goes on without the sequence model" in caplog.text
        assert "sequence" not in sources(engine.worlds.current.world)
        assert len(engine.feed("p01").items) == 10


def test_a_model_of_other_items_is_a_warning_and_the_feed_goes_on(engine, caplog):
    publish(folder_of(engine), walker(ids=[f"other{n}" for n in range(ITEMS)]), card_of(), SERVES)
    engine.worlds.use_published()
    assert "trained on other items: 0 of its 24" in caplog.text
    assert "sequence" not in sources(engine.worlds.current.world)
    assert len(engine.feed("p01").items) == 10


def test_after_a_rebuild_it_is_placed_on_the_items_as_they_are_then(engine):
    publish(folder_of(engine), walker(), card_of(), SERVES)
    engine.worlds.use_published()
    store = open_store(engine.config, STORE)
    store.journal.put_items([Item(item_id="a-first", title="Before all others")])
    store.journal.close()
    engine.worlds.rebuild()
    first = engine.feed("p01", limit=1).items[0]
    assert (first.item_id, first.source) == (NEXT, "sequence")


def test_erasing_says_that_the_model_still_knows_until_it_is_trained_again(engine):
    assert not any("sequence model" in line for line in engine.erase("p02").forgets)
    publish(folder_of(engine), walker(), card_of(), SERVES)
    engine.worlds.use_published()
    assert any("trained again (intently learn)" in line for line in engine.erase("p03").forgets)
