"""Places drawn by lot: who may be drawn, how often, and what the log says of it."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.config import AllocateConfig, Config
from intently.feed.plan import make_plan
from intently.feed.replay import replay
from intently.feed.request import next_page, recommend
from intently.feed.tools import TOOLS, Pool, run_tool
from intently.feed.tools.explorer import LOTTERY, propensity_of
from tests.feed.worlds import NOW, ask, film, make_world

EXPLORING = Config(allocate=AllocateConfig(explore=2))


def ranked(count, met=()):
    """A pool in the order of its places; `met`: what the met wishes of each place are worth."""
    wishes = np.array([*met, *np.zeros(count - len(met))])
    order = np.arange(count, dtype=np.int64)
    return Pool(tuple(f"i{n:03}" for n in range(count)), order, {}, {"wish:p1": wishes}, wishes + 0.1)


def drawn(pool, slots, page, seed):
    return run_tool(TOOLS["explore"], {"slots": slots, "page": page, "seed": seed}, pool, None)


@pytest.mark.parametrize(("count", "slots", "expected"), [(30, 2, 2 / 22), (300, 3, 3 / LOTTERY)])
def test_logged_propensities_are_the_frequencies_of_being_shown(count, slots, expected):
    pool, page, draws = ranked(count), 10, 4000
    shown = np.zeros(count)
    logged = np.zeros(count)
    for seed in range(draws):
        after = drawn(pool, slots, page, seed)
        shown[after.order[:page]] += 1
        logged[after.order[:page]] = [propensity_of(after, place) for place in after.order[:page].tolist()]
    sure = np.arange(count) < page - slots
    assert (logged[sure] == 1).all()
    assert shown[sure].tolist() == [draws] * int(sure.sum())
    lottery = ~sure & (np.arange(count) < page - slots + LOTTERY)
    assert logged[lottery] == pytest.approx(expected)
    assert abs(shown[lottery] / draws - expected).max() < 5 * np.sqrt(expected / draws)
    assert not shown[~sure & ~lottery].any()


def test_a_click_divided_by_its_propensity_tells_what_another_ranking_would_earn():
    """Everybody clicks an item with its own probability. The log of the drawn pages estimates the clicks of a page that
    was never shown, of the last ten of thirty, without bias."""
    rng, pool, page = np.random.default_rng(7), ranked(30), 10
    clicks = np.linspace(0.05, 0.9, 30)
    never_shown = set(range(20, 30))
    estimates = []
    for seed in range(6000):
        after = drawn(pool, 2, page, seed)
        clicked = [place for place in after.order[:page].tolist() if rng.random() < clicks[place]]
        estimates.append(sum(1 / propensity_of(after, place) for place in clicked if place in never_shown))
    error = np.std(estimates) / np.sqrt(len(estimates))
    assert abs(np.mean(estimates) - clicks[20:].sum()) < 4 * error
    assert error < 0.2


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(0, 12), st.integers(0, 12), st.integers(1, 5), st.integers(0, 999))
def test_what_was_said_outranks_the_lot_and_nothing_is_lost(count, two, one, slots, seed):
    met = ([2.0] * two + [1.0] * one)[:count]
    pool = ranked(count, met)
    after = drawn(pool, slots, 10, seed)
    assert sorted(after.order.tolist()) == list(range(count))
    assert pool.parts["wish:p1"][after.order].tolist() == pool.parts["wish:p1"].tolist()
    assert all(0 < propensity_of(after, place) <= 1 for place in after.order.tolist())


def test_a_page_that_shows_all_there_is_draws_nothing():
    after = drawn(ranked(8), 2, 10, 3)
    assert after.order.tolist() == list(range(8))
    assert {propensity_of(after, place) for place in range(8)} == {1.0}


def many_films():
    return make_world([film(f"f{n:02}") for n in range(40)], np.random.default_rng(1).normal(size=(40, 4)),
                      [(n % 4, f"f{n:02}", float(n + 1)) for n in range(40)])  # fmt: skip


def test_by_default_no_place_is_drawn():
    world = many_films()
    assert "explore" not in [step.tool for step in make_plan(world, ask()).steps]
    assert {item.propensity for item in recommend(world, ask()).slate.items} == {1.0}


def test_propensities_reach_the_slate_and_the_log_and_the_next_page_has_none():
    world = replace(many_films(), config=EXPLORING)
    answer = recommend(world, ask(limit=5))
    trace = json.loads(json.dumps(answer.trace.to_json()))
    told = [item.propensity for item in answer.slate.items]
    assert told == [1, 1, 1, 2 / 37, 2 / 37]
    assert [line["propensity"] for line in trace["shown"]] == told
    assert {item.propensity for item in next_page(world, trace, 5).items} == {1.0}
    assert replay(make_world([]), trace).same
    assert replay(world, trace, from_sources=True).same


def test_one_request_has_one_draw_and_another_moment_or_seed_has_another():
    world = replace(many_films(), config=EXPLORING)

    def shown(**fields):
        return [item.item_id for item in recommend(world, ask(limit=5, **fields)).slate.items]

    assert shown() == shown(feed_id="another")
    others = [shown(as_of=NOW + timedelta(seconds=n)) for n in range(1, 6)] + [shown(seed=n) for n in range(1, 6)]
    assert all(ids[:3] == shown()[:3] for ids in others)
    assert len({tuple(ids) for ids in others}) > 5


def test_candidates_of_the_callers_own_are_not_drawn():
    world = replace(many_films(), config=EXPLORING)
    assert "explore" not in [step.tool for step in make_plan(world, ask(only=("f01", "f02"))).steps]
