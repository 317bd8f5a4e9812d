"""What rises now and what is new: asked for in words, first for one slate, and found however little it is liked."""

import numpy as np
import pytest

from intently.config import Config, RetrieveConfig
from intently.feed.memory import MemoryState, merge
from intently.feed.parser import read_exact
from intently.feed.request import recommend
from intently.nouns import Change
from tests.feed.commands import context
from tests.feed.worlds import NOW, ask, film, make_world, must, prefer, tiny_spec


def shown(world, **fields):
    return [item.item_id for item in recommend(world, ask(**fields)).slate.items]


def test_what_came_up_lately_goes_before_what_has_long_been_popular():
    items = [film(f"f{n:02}") for n in range(30)]
    long_popular = [(n, "f01", 6.0) for n in range(40)]
    risen = [(n, "f20", 0.2) for n in range(6)]
    world = make_world(items, np.ones((30, 4)), long_popular + risen)
    assert shown(world)[0] == "f01"
    assert shown(world, search="trending")[0] == "f20"


def test_what_is_new_is_newest_by_date_and_what_has_no_date_goes_last():
    years = {"a": 1990, "b": 2024, "c": None, "d": 2025}
    world = make_world([film(item_id, year=year) for item_id, year in years.items()], np.ones((4, 4)))
    assert shown(world, search="new") == ["d", "b", "a", "c"]


def test_without_dates_what_came_last_is_new():
    spec = tiny_spec()
    undated = spec.model_copy(update={"facets": {name: f for name, f in spec.facets.items() if f.kind != "date"}})
    items = [film(item_id).model_copy(update={"facets": {}}) for item_id in "abc"]
    assert shown(make_world(items, np.ones((3, 4)), spec=undated), search="new") == ["c", "b", "a"]


def test_a_met_wish_and_a_must_still_go_before_what_was_searched():
    items = [film("a", ["Comedy"], year=1990), film("b", year=2025), film("c", ["Comedy"], year=2000)]
    world = make_world(items, np.ones((3, 4)))
    assert shown(world, search="new", preferences=(prefer("p1", "genre", "is", ["Comedy"]),)) == ["c", "a", "b"]
    assert shown(world, search="new", preferences=(must("p1", "year", "at_most", 2010.0),)) == ["c", "a"]


def test_the_sources_bring_what_was_searched_however_unpopular():
    items = [film(f"f{n:03}", year=2025 if n == 399 else 1950 + n % 50) for n in range(400)]
    config = Config(retrieve=RetrieveConfig(candidates=20))
    world = make_world(items, np.ones((400, 4)), [(n % 7, f"f{n:03}", 1.0) for n in range(300)], config=config)
    assert "f399" not in recommend(world, ask()).ranked
    assert "f399" in shown(world, search="new")


@pytest.mark.parametrize(
    ("text", "what"),
    [("what's trending?", "trending"), ("show me what's popular right now", "trending"), ("what's new", "new"),
     ("new arrivals please", "new"), ("hot right now", "trending")],
)  # fmt: skip
def test_the_grammar_reads_what_is_searched(text, what):
    parsed = read_exact(text, context("shop"))
    assert parsed.complete
    assert [(change.op, change.value) for change in parsed.changes] == [("search", {"text": what})]


def test_a_search_is_for_one_slate_and_leaves_no_preference():
    change = Change(op="search", value={"text": "new"})
    merged = merge(MemoryState(), [change], client="page", command_id="c1", now=NOW, spec=tiny_spec())
    assert (merged.search, merged.state.entries) == ("new", ())
