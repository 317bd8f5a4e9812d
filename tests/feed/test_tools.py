"""Tools: one contract, kept by ours and checked of everybody's."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.config import AllocateConfig, Config, FeedConfig
from intently.errors import ContractBroken
from intently.feed.candidates import ask_sources
from intently.feed.eligibility import select_eligible
from intently.feed.plan import Plan, make_plan
from intently.feed.request import rank_candidates, recommend
from intently.feed.tools import TOOLS, Pool, Scene, run_tool
from intently.feed.tools.nearness import by_highest
from intently.feed.tools.products import small_product
from intently.feed.wishes import read_wishes
from tests.feed.worlds import ask, film, history_of, make_world, must, prefer, unit

ALL_ON = Config(allocate=AllocateConfig(least=1, most=2, explore=2))  # what is off by default


def scene_of(world, request):
    eligible, wishes = select_eligible(world, request), read_wishes(world, request)
    retrieved = ask_sources(world, request, eligible, wishes)
    return Scene(world, request, eligible, wishes, retrieved.rows), retrieved


def full_request(world):
    return ask(
        preferences=(
            must("p1", "year", "at_least", 1990.0, quote="from 1990"),
            prefer("p2", "genre", "is", ["Comedy"], quote="funny"),
            prefer("p3", None, "like", {"text": "space"}, quote="space"),
            prefer("p4", None, "like", {"text": "sad"}, polarity="avoid", quote="not sad"),
        ),
        history=history_of(world, ("f00", 2.0, True)),
        search="trending",
    )


def some_world(count=20):
    rng = np.random.default_rng(5)
    items = [film(f"f{n:02}", ["Comedy"] if n % 3 else ["Drama"], year=1985 + n) for n in range(count)]
    return make_world(items, rng.normal(size=(count, 4)), [(n % 4, f"f{n:02}", float(n + 1)) for n in range(count)])


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_every_tool_keeps_the_contract_of_its_stage_and_replays_from_its_columns(name):
    world = replace(some_world(), config=ALL_ON)
    scene, retrieved = scene_of(world, full_request(world))
    plan = make_plan(world, scene.request)
    assert name in [step.tool for step in plan.steps]
    before = next(place for place, step in enumerate(plan.steps) if step.tool == name)
    pool = rank_candidates(scene, retrieved, Plan(plan.steps[:before]))
    arguments = json.loads(json.dumps(dict(plan.steps[before].arguments)))
    live = run_tool(TOOLS[name], arguments, pool, scene)
    kept = replace(pool, measured=live.measured)
    again = run_tool(TOOLS[name], arguments, kept, None)
    assert again.order.tolist() == live.order.tolist()
    assert {part: values.tolist() for part, values in again.parts.items()} == {
        part: values.tolist() for part, values in live.parts.items()
    }


class Broken:
    name = "broken"

    def __init__(self, stage, change):
        self.stage, self.apply = stage, lambda pool, arguments: change(pool)

    def wanted(self, world, request):
        return "always", {}

    def measure(self, scene, pool):
        return {}


@pytest.mark.parametrize(
    ("stage", "change"),
    [
        ("filter", lambda pool: replace(pool, order=pool.order[1:])),  # takes out and does not say so
        ("filter", lambda pool: replace(pool, order=np.append(pool.order, pool.order[:1]))),
        ("score", lambda pool: pool),
        ("score", lambda pool: pool.with_part("x", np.array([1.0]))),
        ("score", lambda pool: pool.with_part("x", np.full(len(pool.ids), np.nan))),
        ("combine", lambda pool: pool),
        ("combine", lambda pool: replace(pool, scores=np.ones(3), order=pool.order[:2])),
        ("order", lambda pool: replace(pool, order=pool.order[:-1])),
        ("order", lambda pool: replace(pool, order=np.zeros(3, np.int64))),
    ],
)
def test_a_tool_that_breaks_its_contract_is_stopped_by_name(stage, change):
    pool = Pool(("a", "b", "c"), np.arange(3, dtype=np.int64))
    with pytest.raises(ContractBroken, match="'broken' broke the contract"):
        run_tool(Broken(stage, change), {}, pool, None)


def test_a_third_partys_tool_takes_its_place_by_its_stage():
    world = some_world()
    extra = Broken("score", lambda pool: pool.with_part("extra", np.zeros(len(pool.ids))))
    plan = make_plan(world, full_request(world), {**TOOLS, "extra": extra})
    assert [step.tool for step in plan.steps] == [
        "filter",
        "match",
        "attenuate",
        "search",
        "extra",
        "aggregate",
        "diversify",
    ]


@pytest.mark.parametrize(
    ("preferences", "tools"),
    [
        ((), ["match", "aggregate", "diversify"]),
        ((must("p1", "year", "at_least", 1990.0),), ["filter", "match", "aggregate", "diversify"]),
        (
            (prefer("p1", None, "like", {"text": "sad"}, polarity="avoid"),),
            ["match", "attenuate", "aggregate", "diversify"],
        ),
    ],
)
def test_the_plan_follows_the_rule_table(preferences, tools):
    world = some_world()
    plan = make_plan(world, ask(preferences=preferences))
    assert [step.tool for step in plan.steps] == tools
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_without_a_wish_by_meaning_alpha_is_zero_and_the_base_ranking_decides():
    world = some_world()
    steps = {step.tool: step for step in make_plan(world, ask()).steps}
    assert steps["match"].arguments["alpha"] == 0
    answer = recommend(world, ask())
    pool = answer.trace.pool
    assert pool.parts["match"].tolist() == by_highest(pool.column("base")).tolist()


def test_the_intent_steers_towards_the_part_of_the_history_that_it_is_about():
    vectors = np.stack([unit(0, 1, 0, 0.1), unit(0, 0, 1, 0.1), unit(0, 0.8, 0.1, 0.6), unit(0, 0.1, 0.8, 0.6)])
    world = make_world([film("cosy-seen"), film("space-seen"), film("cosy-new"), film("space-new")], vectors)
    history = history_of(world, ("cosy-seen", 2.0, True), ("space-seen", 1.0, True))
    for word, first in (("cosy", "cosy-new"), ("space", "space-new")):
        request = ask(preferences=(prefer("p1", None, "like", {"text": word}),), history=history)
        pool = recommend(world, request).trace.pool
        assert pool.ids[int(pool.column("steer").argmax())] == first


def steering_world(**fields):
    """Two films seen and two new, of each kind one; the base ranking knows neither of the new."""
    vectors = np.stack([unit(0, 1, 0, 0.1), unit(0, 0, 1, 0.1), unit(0, 0.8, 0.1, 0.6), unit(0, 0.1, 0.8, 0.6)])
    world = make_world([film("cosy-seen"), film("space-seen"), film("cosy-new"), film("space-new")], vectors)
    history = history_of(world, ("cosy-seen", 2.0, True), ("space-seen", 1.0, True))
    request = ask(preferences=(prefer("p1", None, "like", {"text": "cosy"}),), history=history)
    return replace(world, **fields), request


def test_another_reader_of_the_intent_takes_the_place_of_the_attention():
    class Backwards:
        whole = False

        def score(self, vectors, history, intents, candidates):
            return np.asarray([1.0 if row == 3 else 0.5 for row in candidates], np.float32)

    world, request = steering_world(intent=Backwards())
    pool = recommend(world, request).trace.pool
    assert pool.ids[int(pool.column("steer").argmax())] == "space-new"


@pytest.mark.parametrize("steer", [0.0, 0.25, 1.0])
def test_steer_is_the_weight_of_the_history_in_the_light_of_the_wish(steer):
    world, request = steering_world(config=Config(feed=FeedConfig(steer=steer)))
    pool = recommend(world, request).trace.pool
    base, read = by_highest(pool.column("base")), by_highest(pool.column("steer"))
    assert pool.parts["aia"].tolist() == pytest.approx(((1 - steer) * base + steer * read).tolist())


def test_a_plan_carries_its_own_steer_and_one_of_before_the_setting_holds_a_half():
    world, request = steering_world(config=Config(feed=FeedConfig(steer=0.1)))
    arguments = {step.tool: step for step in make_plan(world, request).steps}["match"].arguments
    assert arguments["steer"] == 0.1
    kept = Pool(("a", "b"), np.arange(2), {"base": np.array([1.0, 0.0]), "steer": np.array([0.0, 1.0]),
                                           "like:p1": np.array([1.0, 1.0])})  # fmt: skip
    for told, expected in ((dict(arguments), [0.9, 0.1]), ({"alpha": 0.5, "likes": ["p1"]}, [0.5, 0.5])):
        assert run_tool(TOOLS["match"], told, kept, None).parts["aia"].tolist() == expected


def test_scores_stay_inside_taste_whatever_alpha_and_beta_are():
    for alpha, beta in ((0.0, 0.0), (1.0, 5.0), (0.5, 0.6)):
        world = replace(some_world(), config=Config(feed=FeedConfig(alpha=alpha, beta=beta)))
        taste = recommend(world, full_request(world)).trace.pool.parts["taste"]
        assert taste.min() >= 0
        assert taste.max() <= 0.9


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 60), st.integers(0, 1000), st.booleans(), st.sampled_from([0.0, 0.1, 1.0]))
def test_diversifying_permutes_inside_equal_wishes_only(count, seed, strongly, worth):
    rng = np.random.default_rng(seed)
    ids = tuple(f"i{n:03}" for n in range(count))
    wishes, taste = rng.integers(0, 3, count).astype(float), np.round(rng.random(count) * 0.9, 6)
    scores = wishes + taste
    order = np.array(sorted(range(count), key=lambda p: (-scores[p], ids[p])), np.int64)
    window = min(count, 50)
    measured = {
        "diversify:alike": rng.integers(0, 128, (window, window)).astype(np.int8),
        "diversify:shared": rng.random((window, 6)) < 0.4,
        "diversify:kinds": rng.random((window, 9)) < 0.3,
        "diversify:known": rng.integers(0, 128, window).astype(np.int8),
    }
    pool = Pool(ids, order, measured, {"wish:p1": wishes, "taste": taste}, scores)
    arguments = {"weight": 0.5 if strongly else 0.15, "cap": 1 if strongly else 3, "page": 10}
    arguments |= {"kinds": worth, "novelty": worth}
    after = run_tool(TOOLS["diversify"], arguments, pool, None)
    assert wishes[after.order].tolist() == wishes[order].tolist()


def test_one_director_does_not_fill_a_page():
    items = [film(f"a{n}", person=["Ann"]) for n in range(8)] + [film(f"b{n}", person=[f"P{n}"]) for n in range(300)]
    events = [(n, f"a{n}", 1.0 + n) for n in range(8)] + [(n % 50, f"b{n}", 30.0) for n in range(300)]
    world = make_world(items, np.random.default_rng(0).normal(size=(308, 4)), events)
    shown = [entry.item_id for entry in recommend(world, ask()).slate.items]
    varied = [entry.item_id for entry in recommend(world, ask(diversify=True)).slate.items]
    assert sum(item_id.startswith("a") for item_id in shown) == 3
    assert sum(item_id.startswith("a") for item_id in varied) == 1


def test_kinds_that_the_page_does_not_have_come_forward_and_begin_anew_on_the_next():
    """Forty equal dramas and eight films of eight other genres, a little less liked."""
    kinds = ["Comedy", "Horror", "Western", "War", "Crime", "Music", "Sport", "Romance"]
    items = [film(f"d{n:02}", genre=["Drama"]) for n in range(40)]
    items += [film(f"x{n}", genre=[kind]) for n, kind in enumerate(kinds)]
    events = [(n, f"d{n % 40:02}", 1.0) for n in range(400)] + [(n, f"x{n % 8}", 1.0) for n in range(72)]
    plain = make_world(items, np.random.default_rng(0).normal(size=(48, 4)), events)

    def genres_of_pages(**feed: float) -> list[set[str]]:
        world = replace(plain, config=Config(feed=FeedConfig(**feed)))
        ranked = recommend(world, ask()).ranked
        genre = {item.item_id: item.facets["genre"][0] for item in items}
        return [{genre[item_id] for item_id in ranked[start : start + 10]} for start in (0, 10)]

    assert [len(page) for page in genres_of_pages(diversity=0.0)] == [1, 1]
    first, second = genres_of_pages(diversity=0.0, kinds=0.5)
    assert first == {"Drama", *kinds}
    assert second == {"Drama"}  # the others are on the page before
    assert len(genres_of_pages(diversity=0.15, kinds=0.5)[0]) == 9


def test_what_is_little_known_comes_forward_among_what_is_liked_alike():
    items = [film(f"f{n:02}") for n in range(30)]
    events = [(n, f"f{n % 30:02}", 1.0) for n in range(30)] + [(n, "f03", 400.0) for n in range(60)]
    world = make_world(items, np.zeros((30, 4)), events)
    first = recommend(replace(world, config=Config(feed=FeedConfig(diversity=0.0))), ask()).ranked
    novel = recommend(replace(world, config=Config(feed=FeedConfig(diversity=0.0, novelty=0.3))), ask()).ranked
    assert sorted(first) == sorted(novel)
    assert novel.index("f03") > first.index("f03")


def test_a_director_who_was_asked_for_may_fill_a_page():
    items = [film(f"a{n}", person=["Ann"]) for n in range(8)] + [film(f"b{n:03}") for n in range(300)]
    world = make_world(items, np.random.default_rng(0).normal(size=(308, 4)))
    answer = recommend(world, ask(preferences=(prefer("p1", "person", "is", ["Ann"]),)))
    assert [entry.item_id[0] for entry in answer.slate.items[:8]] == ["a"] * 8


@given(st.integers(0, 400), st.integers(1, 5), st.sampled_from([4, 64, 384]))
def test_a_product_in_pieces_is_the_product(rows, queries, dim):
    rng = np.random.default_rng(rows)
    left, right = rng.random((rows, dim), np.float32), rng.random((queries, dim), np.float32)
    np.testing.assert_allclose(small_product(left, right), left @ right.T, rtol=1e-4)
