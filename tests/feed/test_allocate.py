"""Places for the cognitive supply: only where nothing was said, as many as pay, within a range on average."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.config import AllocateConfig, Config, FeedConfig, RetrieveConfig, load_config
from intently.errors import DataError
from intently.feed.plan import make_plan
from intently.feed.replay import replay
from intently.feed.request import recommend
from intently.feed.tools import TOOLS, Pool, run_tool
from intently.feed.tools.allocator import exposure_of
from intently.feed.tools.pool import CHANNEL
from intently.feed.trace import request_of
from intently.nouns import Tag
from intently.retrieve.allocation import Multipliers, climbed
from intently.retrieve.conversions import Conversions, conversions_of
from intently.retrieve.tags import Tags
from tests.feed.worlds import ask, film, make_world, prefer, unit

PAGE = {"page": 10, "price": 0.02, "alpha": 0.0, "least": 0.0, "most": 0.0}
COSY = Tag(tag_id="t-cosy", text="cosy")


def pool_of(taste, cognitive, met=(), premium=None):
    """A pool ordered by met wishes, then taste, as the Aggregator leaves it."""
    count = len(taste)
    wishes = np.array([*met, *np.zeros(count - len(met))])
    order = np.lexsort((np.arange(count), -np.asarray(taste), -wishes))
    measured = {CHANNEL: np.array(cognitive, np.int16)}
    measured |= {} if premium is None else {"allocate:premium": np.array(premium, np.float32)}
    parts = {"wish:p1": wishes, "taste": np.array(taste, np.float64)}
    return Pool(tuple(f"i{n:03}" for n in range(count)), order, measured, parts, wishes + taste)


def allocated(pool, **changes):
    return run_tool(TOOLS["allocate"], {**PAGE, **changes}, pool, None)


def shown(pool):
    return pool.order[:10].tolist()


def by_supply():
    """Twenty candidates, from the best taste 0.60 down by 0.02; every second one is cognitive."""
    return pool_of([0.60 - 0.02 * n for n in range(20)], [n % 2 for n in range(20)])


def test_without_pressure_a_cognitive_item_is_shown_when_it_is_worth_the_price_more_than_who_it_displaces():
    """The page is reached from taste 0.42 (item 9). Items 1, 3, 5 and 7 are more than 0.02 above it; 9 is not."""
    assert sorted(shown(allocated(by_supply()))) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]
    assert sorted(shown(allocated(by_supply(), price=0.10))) == [0, 1, 2, 3, 4, 6, 8, 10, 12, 14]


def test_pressure_gives_and_takes_places_and_each_supply_keeps_its_order():
    more = allocated(by_supply(), least=0.06)  # h of item 11 is 0.38 - 0.42 + 0.06 = 0.02: not above the price
    assert shown(more) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    most = allocated(by_supply(), least=2.0)
    assert shown(most) == [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]
    none = allocated(by_supply(), most=2.0)
    assert shown(none) == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]


def test_the_conversion_floor_prefers_what_is_taken():
    """alpha 1: item 1 loses 0.2 of its gain of 0.16 and is not shown; item 11 gains 0.1 on -0.04 and is."""
    premium = np.zeros(20)
    premium[1], premium[11] = -0.2, 0.1
    after = allocated(
        pool_of([0.60 - 0.02 * n for n in range(20)], [n % 2 for n in range(20)], premium=premium), alpha=1.0
    )
    assert 1 not in shown(after)
    assert 11 in shown(after)
    assert after.parts["allocate"][11] == pytest.approx(0.38 - 0.42 + 0.1 - 0.02, abs=1e-6)


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 50), st.integers(0, 14), st.integers(0, 14), st.floats(-1, 1), st.integers(0, 999))
def test_what_was_said_outranks_the_allocation_and_nothing_is_lost(count, two, one, pressure, seed):
    rng = np.random.default_rng(seed)
    met = ([2.0] * two + [1.0] * one)[:count]
    pool = pool_of(np.round(rng.random(count) * 0.9, 6), rng.integers(0, 2, count), met)
    after = allocated(pool, least=max(0.0, pressure), most=max(0.0, -pressure))
    assert sorted(after.order.tolist()) == list(range(count))
    assert pool.parts["wish:p1"][after.order].tolist() == pool.parts["wish:p1"][pool.order].tolist()
    moved = set(shown(after)) ^ set(pool.order[:10].tolist())
    worth = pool.parts["wish:p1"]
    assert len({worth[place] for place in moved}) <= 1  # only inside one run


def test_what_the_page_gave_is_told_for_the_part_that_was_to_give():
    """Four places meet a wish, six are the allocation's: of these 0.6 of a page, three went to cognitive items."""
    taste = [0.5] * 4 + [0.60 - 0.02 * n for n in range(20)]
    pool = pool_of(taste, [1] * 4 + [n % 2 for n in range(20)], [1.0] * 4, premium=[0.0] * 4 + [0.1] * 20)
    after = allocated(pool, least=0.03)
    gave = exposure_of(after, PAGE)
    assert (gave.places, gave.share) == (3, 0.6)
    assert gave.premium == pytest.approx(3 * 0.1)
    assert exposure_of(allocated(pool_of([0.5] * 8, [1] * 8)), PAGE) is None  # all are shown
    assert exposure_of(allocated(pool_of([0.5] * 20, [0] * 20)), PAGE) is None  # nobody to give places to


# ------------------------------------------------------------------------------------------------------ whole requests
def two_supplies(config, count=40):
    """Films that people rate, in order; and as many that nobody rates, near to the tag "cosy", more and less."""
    rng = np.random.default_rng(4)
    vectors = np.concatenate([np.tile(unit(0, 0, 0, 1), (count, 1)), np.zeros((count, 4))])
    vectors[count:] = [unit(0, 1, 0, rng.random()) for _ in range(count)]
    items = [film(f"hit{n:02}", ["Hit"]) for n in range(count)] + [film(f"cosy{n:02}") for n in range(count)]
    events = [(user, f"hit{n:02}", n + 1.0) for n in range(count) for user in range(1 + (count - n) // 8)]
    world = make_world(items, vectors, events, config=config)
    return replace(world, sources=(*world.sources, Tags(world.snapshot.vectors)))


def settings_of(**allocate):
    return Config(allocate=AllocateConfig(**allocate), feed=FeedConfig(diversity=0.0))


def test_by_default_no_place_is_allocated_and_the_order_is_that_of_the_scores():
    assert AllocateConfig().most == AllocateConfig().explore == 0
    world, request = two_supplies(settings_of()), ask(tags=(COSY,), multipliers=Multipliers(least=2.0))
    assert [step.tool for step in make_plan(world, request).steps] == ["match", "aggregate"]
    pool = recommend(world, request).trace.pool
    ranked = [(-pool.scores[place], pool.ids[place]) for place in pool.order.tolist()]
    assert ranked == sorted(ranked)


@pytest.mark.parametrize(("least", "most"), [(1.0, 2.0), (3.0, 4.0)])
def test_over_many_requests_the_places_stay_in_the_range_on_average(least, most):
    world, at, places = two_supplies(settings_of(least=least, most=most)), Multipliers(), []
    for _ in range(160):
        done = recommend(world, ask(tags=(COSY,), multipliers=at))
        step = next(step for step in done.trace.plan.steps if step.tool == "allocate")
        gave = exposure_of(done.trace.pool, step.arguments)
        assert gave.places == sum(item.channel == "cognitive" for item in done.slate.items)
        places.append(gave.places)
        at = climbed(at, gave.premium, gave.places, least, most, rate=0.05)
    assert least - 0.3 <= np.mean(places[60:]) <= most + 0.3


def test_a_command_outranks_the_allocation():
    world = two_supplies(settings_of(least=5, most=5))
    told = {"tags": (COSY,), "multipliers": Multipliers(least=2.0)}
    assert {item.channel for item in recommend(world, ask(**told)).slate.items} == {"cognitive"}
    wish = prefer("p1", "genre", "is", ["Hit"])
    asked_for = recommend(world, ask(preferences=(wish,), **told)).slate
    assert {item.item_id[:3] for item in asked_for.items} == {"hit"}
    assert {item.parts["wish:p1"] for item in asked_for.items} == {1.5}


def test_an_allocated_page_replays_and_its_multipliers_are_those_of_its_trace():
    world = two_supplies(settings_of(least=2, most=3, explore=1))
    request = ask(tags=(COSY,), multipliers=Multipliers(alpha=0.5, least=0.3))
    trace = json.loads(json.dumps(recommend(world, request).trace.to_json()))
    assert request_of(world, trace).multipliers == request.multipliers
    assert replay(make_world([]), trace).same
    assert replay(world, trace, from_sources=True).same


def test_the_tags_find_candidates_that_the_base_score_would_never_reach():
    config = Config(allocate=AllocateConfig(most=2), retrieve=RetrieveConfig(candidates=24))
    world = two_supplies(config)
    popular_alone = replace(world, sources=world.sources[:-1], weights={"popularity": 1.0})
    found = recommend(replace(world, weights={"popularity": 1.0}), ask(tags=(COSY,))).ranked
    assert any(item_id.startswith("cosy") for item_id in found)
    assert not any(item_id.startswith("cosy") for item_id in recommend(popular_alone, ask(tags=(COSY,))).ranked)


# -------------------------------------------------------------------------------------------------------- conversions
def test_a_conversion_is_counted_once_a_person_and_few_people_prove_little():
    """Item 0: two people came, one of them twice, and one took it. Item 1: one came and took it. Mean 2 of 3."""
    users, rows = np.array([0, 0, 1, 2], np.int32), np.array([0, 0, 0, 1], np.int32)
    found = conversions_of(3, users, rows, np.array([False, True, False, True]))
    mean = 2 / 3
    assert found.mean == pytest.approx(mean)
    expected = [(1 + 20 * mean) / (2 + 20), (1 + 20 * mean) / (1 + 20), mean]
    assert found.rates.tolist() == pytest.approx(expected)


def test_a_premium_is_what_an_item_converts_above_the_floor_and_an_unknown_item_has_the_mean():
    known = Conversions(np.array([0.2, 0.6], np.float32), 0.4)
    assert known.premiums(np.array([0, 1, 5], np.int32), 0.5).tolist() == pytest.approx([0.0, 0.4, 0.2])
    assert conversions_of(0, *[np.empty(0, np.int32)] * 2, np.empty(0, np.bool_)).premiums(
        np.array([3], np.int32), 1.0
    ).tolist() == [0.0]


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(DataError, match="`least` is 3, above `most`, which is 2"):
        load_config(env={}, allocate={"least": 3, "most": 2})
