"""Traces: a slate is made again from its trace, bit for bit, with and without the world it came from."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from intently.catalog.snapshot import with_item
from intently.errors import BadRequest, DataError
from intently.feed.plan import Plan, Step, check_plan
from intently.feed.replay import replay
from intently.feed.request import next_page, recommend
from intently.feed.slate import read_cursor
from intently.feed.trace import request_of
from intently.nouns import KINDS
from tests.feed.test_request import QUICK, events, films, preferences, world_of
from tests.feed.worlds import ask, film, history_of, make_world, must, prefer


@QUICK
@given(films(), preferences(), events())
def test_a_trace_replays_bit_for_bit_after_a_trip_through_json(items, wanted, log):
    world = world_of(items, log)
    answer = recommend(world, ask(preferences=wanted, limit=5))
    # Keys sorted: a store may give them back in another order.
    trace = json.loads(json.dumps(answer.trace.to_json(), allow_nan=False, sort_keys=True))
    again = replay(make_world([]), trace)
    assert again.same, again.differences
    assert again.item_ids == answer.ranked[:5]
    assert replay(world, trace, from_sources=True).same


def test_the_request_of_a_trace_is_the_request_that_was_made():
    world = make_world([film("a"), film("b")])
    request = ask(
        preferences=(must("p1", "year", "at_least", 1990.0),),
        history=history_of(world, ("a", 2.0, True)),
        hidden=frozenset({"b"}),
        previous=("a",),
        only=("a", "b"),
    )
    back = request_of(world, recommend(world, request).trace.to_json())
    assert replace(back, history=request.history, dislikes=request.dislikes) == request
    assert back.history.rows.tolist() == request.history.rows.tolist()
    assert back.history.event_ids == request.history.event_ids
    assert back.history.kinds is None


def test_a_trace_keeps_the_kinds_of_events_and_an_earlier_trace_has_none():
    world = make_world([film("a"), film("b")])
    kinds = np.array([KINDS.index("view"), KINDS.index("rating")], np.int8)
    history = replace(history_of(world, ("a", 2.0, True), ("b", 1.0, True)), kinds=kinds)
    trace = json.loads(json.dumps(recommend(world, ask(history=history)).trace.to_json()))
    assert request_of(world, trace).history.kinds.tolist() == kinds.tolist()
    del trace["request"]["history"]["kinds"]
    assert request_of(world, trace).history.kinds is None


def test_after_a_change_the_sources_are_gone_and_the_rest_still_replays():
    world = make_world([film("a"), film("b")], events=[(1, "a", 1.0)])
    trace = recommend(world, ask()).trace.to_json()
    snapshot = with_item(world.snapshot, world.spec, film("a", minutes=30))
    changed = replace(world, snapshot=replace(snapshot, version="tiny-2"))
    assert replay(changed, trace).same
    gone = replay(changed, trace, from_sources=True)
    assert not gone.same
    assert gone.differences[0] == "snapshot tiny-1 is gone, the store now has tiny-2"


def test_a_changed_score_is_named_as_a_difference():
    world = make_world([film("a"), film("b", ["Comedy"])])
    trace = recommend(world, ask(preferences=(prefer("p1", "genre", "is", ["Comedy"]),))).trace.to_json()
    aggregate = next(step for step in trace["plan"] if step["tool"] == "aggregate")
    aggregate["arguments"]["taste"] = 0.5
    replayed = replay(world, trace)
    assert not replayed.same or set(replayed.item_ids) == {"a", "b"}
    trace["measured"] = {name: packed for name, packed in trace["measured"].items() if name != "wish:p1"}
    assert replay(world, trace).differences[0] == "position 1: b before, a now"


def test_a_trace_of_a_newer_version_is_an_error_with_its_mend():
    world = make_world([film("a")])
    trace = {**recommend(world, ask()).trace.to_json(), "version": 99}
    with pytest.raises(DataError, match="version 99"):
        replay(world, trace)


def test_later_pages_keep_their_order_when_the_catalogue_changes():
    items = [film(f"f{n}") for n in range(9)]
    world = make_world(items, events=[(n, f"f{n}", float(n + 1)) for n in range(9)])
    answer = recommend(world, ask(limit=4))
    trace = answer.trace.to_json()
    later = make_world([*items[:5], film("newcomer"), *items[5:]], events=[(1, "newcomer", 0.1)])
    page = next_page(later, trace, read_cursor(answer.slate.cursor)[1])
    assert tuple(entry.item_id for entry in page.items) == answer.ranked[4:8]


def test_a_trace_names_every_stage_and_why_each_tool_ran():
    world = make_world([film("a")], np.ones((1, 4)))
    wanted = (must("p1", "year", "at_least", 1990.0, quote="from 1990"), prefer("p2", None, "like", {"text": "space"}))
    trace = recommend(world, ask(preferences=wanted)).trace.to_json()
    assert [step["tool"] for step in trace["plan"]] == ["filter", "match", "aggregate", "diversify"]
    assert trace["plan"][0]["reason"] == "must: “from 1990”"
    assert {"eligibility", "sources", "filter", "match", "reasons"} <= set(trace["seconds"])
    assert set(trace["versions"]) == {"snapshot", "index"}


@pytest.mark.parametrize(
    ("tools", "mend"),
    [
        (["match", "diversify"], "add `aggregate`"),
        (["aggregate"], "add `match`"),
        (["match", "filter", "aggregate"], "move `filter` before `match`"),
        (["match", "aggregate", "guess"], "no tool 'guess'"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_with_its_mend(tools, mend):
    with pytest.raises(BadRequest, match=mend):
        check_plan(Plan(tuple(Step(name, {}, "") for name in tools)))
