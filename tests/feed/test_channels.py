"""Supplies: what was understood of a person in words, and what people do; labelled from candidate to log."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.feed.channels import candidate_pool, supply_of
from intently.feed.plan import make_plan
from intently.feed.request import next_page, recommend
from intently.feed.tools.pool import CHANNEL
from intently.feed.trace import pool_of
from intently.feed.whynot import why_not
from intently.nouns import Tag
from intently.retrieve.item_features import features_of, vocabulary_of
from intently.retrieve.tag_towers import TagTowers, TowerForm, array_shapes
from intently.retrieve.towers import Towers
from tests.feed.test_tools import scene_of
from tests.feed.worlds import ask, film, history_of, make_world, prefer, unit

COSY = Tag(tag_id="t-cosy", text="cosy")
SAD = Tag(tag_id="t-sad", text="sad")


def two_supplies():
    """Three films that everybody rates and that no tag knows; two that nobody rates, one cosy and one sad."""
    titles = ("hit1", "hit2", "hit3", "cosy", "sad")
    vectors = np.stack([unit(0, 0, 0, 1)] * 3 + [unit(0, 1, 0, 0.2), unit(1, 0, 0, 0.2)])
    events = [(user, hit, float(day)) for day, hit in enumerate(titles[:3], 1) for user in range(4 - day)]
    return make_world([film(title) for title in titles], vectors, events)


def test_an_item_is_of_the_supply_that_ranks_it_higher():
    slate = recommend(two_supplies(), ask(tags=(COSY, SAD))).slate
    channels = {item.item_id: item.channel for item in slate.items}
    assert channels == {
        "hit1": "utility",
        "hit2": "utility",
        "hit3": "utility",
        "cosy": "cognitive",
        "sad": "cognitive",
    }


def test_a_cognitive_item_names_the_source_that_hears_the_words():
    items = {item.item_id: item for item in recommend(two_supplies(), ask(tags=(COSY,))).slate.items}
    assert items["cosy"].source == "semantic"
    assert items["hit1"].source == "popularity"


def test_without_tags_and_wishes_by_meaning_all_is_utility_and_nothing_is_measured():
    answer = recommend(two_supplies(), ask())
    assert {item.channel for item in answer.slate.items} == {"utility"}
    assert CHANNEL not in answer.trace.pool.measured


def test_a_wish_by_meaning_is_cognitive_too_and_one_to_avoid_is_not():
    wish = prefer("p1", None, "like", {"text": "sad"})
    for polarity, channel in (("want", "cognitive"), ("avoid", "utility")):
        answer = recommend(two_supplies(), ask(preferences=(wish.model_copy(update={"polarity": polarity}),)))
        assert {item.item_id: item.channel for item in answer.slate.items}["sad"] == channel


def test_the_supply_and_what_it_came_by_reach_the_log_the_next_page_and_the_why():
    world, request = two_supplies(), ask(tags=(COSY, SAD), limit=3)
    answer = recommend(world, request)
    trace = json.loads(json.dumps(answer.trace.to_json()))
    first, second = answer.slate.items, next_page(world, trace, 3).items
    channels = {item.item_id: item.channel for item in (*first, *second)}
    assert channels["sad"] == channels["cosy"] == "cognitive"
    assert [line["item_id"] for line in trace["shown"]] == [item.item_id for item in first]
    assert [line["channel"] for line in trace["shown"]] == [item.channel for item in first]
    whole = recommend(world, ask(tags=(COSY, SAD))).trace.to_json()["shown"]
    assert {line["item_id"]: line["by"] for line in whole if line["by"]} == {"cosy": "t-cosy", "sad": "t-sad"}
    why = why_not(world, request, "sad")
    assert (why.channel, why.by_words) == ("cognitive", "sad")
    assert why_not(world, request, "hit1").channel == "utility"


def test_a_wish_comes_before_the_tags_in_what_an_item_came_by():
    wish = prefer("p1", None, "like", {"text": "cosy"})
    answer = recommend(two_supplies(), ask(tags=(SAD,), preferences=(wish,)))
    pool = answer.trace.pool
    came = {item_id: supply_of(answer.trace.request, pool, place).by for place, item_id in enumerate(pool.ids)}
    assert (came["cosy"], came["sad"]) == ("p1", "t-sad")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 4), st.integers(4, 30))
def test_labels_do_not_depend_on_the_order_of_the_candidates(seed, tags, count):
    rng = np.random.default_rng(seed)
    items = [film(f"f{n:02}") for n in range(count)]
    events = [(n % 5, f"f{rng.integers(count):02}", float(n + 1)) for n in range(3 * count)]
    world = make_world(items, rng.normal(size=(count, 4)), events)
    words = ("sad", "cosy", "space", "other")[:tags]
    scene, found = scene_of(world, ask(tags=tuple(Tag(tag_id=f"t-{word}", text=word) for word in words)))
    pool = candidate_pool(scene, found)
    turned = rng.permutation(len(found.rows))
    parts = {name: part[turned] for name, part in found.parts.items()}
    other_found = replace(found, rows=found.rows[turned], base=found.base[turned], parts=parts)
    other = candidate_pool(replace(scene, rows=other_found.rows), other_found)
    assert dict(zip(pool.ids, pool.measured[CHANNEL].tolist(), strict=True)) == dict(
        zip(other.ids, other.measured[CHANNEL].tolist(), strict=True)
    )


def test_labels_add_no_step_to_the_plan_and_move_nobody():
    world, request = two_supplies(), ask(tags=(COSY, SAD))
    plan = make_plan(world, request)
    assert [step.tool for step in plan.steps] == ["match", "aggregate", "diversify"]
    trace = recommend(world, request).trace.to_json()
    unlabelled = {**trace, "measured": {k: v for k, v in trace["measured"].items() if k != CHANNEL}}
    assert pool_of(unlabelled).order.tolist() == pool_of(trace).order.tolist()


def plain_towers(snapshot) -> TagTowers:
    """An item is its text vector, a person the mean of their newest items, a tag its own vector."""
    vocabulary = vocabulary_of(snapshot, np.empty(0, np.int32), unread=(*snapshot.terms, *snapshot.numbers))
    form = TowerForm(
        vocabulary=vocabulary, behaviours=("newest",), user_ids=(), tag_dim=4, dim=4, width=1, hidden=1, codes=1,
        newest=5, length=5,
    )  # fmt: skip
    arrays = {name: np.zeros(shape, np.float32) for name, shape in array_shapes(form).items()}
    for tower in ("item", "user", "tag"):
        arrays[f"{tower}.skip.weight"][:, -4:] = np.eye(4)
    return TagTowers(form, arrays)


@pytest.mark.parametrize(("beta", "channel"), [(0.9, "utility"), (0.3, "cognitive")])
def test_the_part_of_the_towers_belongs_to_the_supply_that_says_more_in_them(beta, channel):
    """What was rated and what the tag says both lead to the cosy film: it is first for either supply."""
    titles = ("hit", "cosy", "rated")
    world = make_world([film(title) for title in titles], np.stack([unit(0, 0, 0, 1), *[unit(0, 1, 0, 0.2)] * 2]))
    towers = plain_towers(world.snapshot)
    items = towers.items(features_of(world.snapshot, towers.form.vocabulary))
    heard = replace(world, sources=(Towers(towers, items, beta, 0.2),), weights={"towers": 1.0})
    request = ask(tags=(COSY,), history=history_of(world, ("rated", 1.0, True)))
    shown = {item.item_id: item for item in recommend(heard, request).slate.items}
    assert (shown["cosy"].channel, shown["cosy"].source) == (channel, "towers")
