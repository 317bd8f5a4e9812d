"""Properties of one request on small worlds; what must hold is computed here from the items alone."""

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intently.config import Config, RetrieveConfig
from intently.feed.request import next_page, recommend
from intently.feed.slate import cursor_of, read_cursor
from intently.nouns import Item, Preference
from tests.feed.worlds import ask, film, history_of, make_world, must, prefer, tiny_spec

GENRES = ("Comedy", "Drama", "Horror", "Western")
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def films(draw: st.DrawFn, most: int = 25) -> list[Item]:
    count = draw(st.integers(0, most))
    maybe = st.one_of(st.none(), st.integers(1985, 2005).map(float))
    return [
        film(
            f"f{number:02}",
            draw(st.lists(st.sampled_from(GENRES), unique=True, max_size=2)),
            year=draw(maybe),
            minutes=draw(st.one_of(st.none(), st.integers(60, 140).map(float))),
            available=draw(st.sampled_from([True, True, True, False])),
        )
        for number in range(count)
    ]


@st.composite
def preferences(
    draw: st.DrawFn,
    kinds: tuple[str, ...] = ("genre", "year", "minutes"),
    strengths: tuple[str, ...] = ("must", "prefer"),
) -> tuple[Preference, ...]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(kinds))
        fields = {
            "strength": draw(st.sampled_from(strengths)),
            "command_id": f"c{number}",
            "polarity": draw(st.sampled_from(["want", "avoid"])) if kind != "minutes" else "want",
        }
        if kind == "genre":
            values = draw(st.lists(st.sampled_from(GENRES), unique=True, min_size=1, max_size=2))
            found.append(prefer(f"p{number}", "genre", "is", values, **fields))
        elif kind == "year":
            low = draw(st.integers(1985, 2005))
            value = {"low": float(low), "high": float(low + draw(st.integers(0, 9)))}
            found.append(prefer(f"p{number}", "year", "between", value, **fields))
        else:
            relation = draw(st.sampled_from(["at_most", "at_least"]))
            found.append(prefer(f"p{number}", "minutes", relation, float(draw(st.integers(60, 140))), **fields))
    return tuple(found)


@st.composite
def events(draw: st.DrawFn) -> list[tuple[int, int, float]]:
    pair = st.tuples(st.integers(0, 4), st.integers(0, 24), st.floats(0.1, 20))
    return draw(st.lists(pair, max_size=30))


def world_of(items: list[Item], log: list[tuple[int, int, float]], seed: int = 0, config: Config | None = None):
    vectors = np.random.default_rng(seed).normal(size=(len(items), 4))
    known = [(user, items[number].item_id, days) for user, number, days in log if number < len(items)]
    return make_world(items, vectors, known, config=config)


def inside(item: Item, preference: Preference) -> bool | None:
    """Whether the item has what is named; None when its value is unknown."""
    held = item.facets[preference.facet]
    if preference.relation == "is":
        return any(value in held for value in preference.value)
    if held is None:
        return None
    if preference.relation == "between":
        return preference.value["low"] <= held <= preference.value["high"]
    return held <= preference.value if preference.relation == "at_most" else held >= preference.value


def meets(item: Item, preference: Preference) -> bool:
    has = inside(item, preference)
    return has is True if preference.polarity == "want" else has is not True


def may_be_shown(item: Item, wanted: tuple[Preference, ...], gone: set[str]) -> bool:
    musts = [p for p in wanted if p.strength == "must"]
    return item.available and item.item_id not in gone and all(meets(item, p) for p in musts)


@QUICK
@given(
    films(), preferences(), events(), st.sets(st.integers(0, 24), max_size=4), st.sets(st.integers(0, 24), max_size=4)
)
def test_every_eligible_item_is_ranked_once_and_nothing_else(items, wanted, log, hidden, seen):
    world = world_of(items, log)
    seen_ids = [f"f{n:02}" for n in seen if n < len(items)]
    hidden_ids = frozenset(f"f{n:02}" for n in hidden)
    request = ask(
        preferences=wanted,
        hidden=hidden_ids,
        history=history_of(world, *((item_id, 3.0, True) for item_id in seen_ids)),
    )
    answer = recommend(world, request)
    expected = {item.item_id for item in items if may_be_shown(item, wanted, hidden_ids | set(seen_ids))}
    assert sorted(answer.ranked) == sorted(expected)
    assert sum(answer.slate.removed.counts.values()) + len(expected) == len(items)
    assert [entry.item_id for entry in answer.slate.items] == list(answer.ranked[:10])
    assert [entry.position for entry in answer.slate.items] == list(range(1, len(answer.slate.items) + 1))


@QUICK
@given(films(), preferences(), events(), st.integers(0, 5))
def test_same_inputs_give_the_same_slate(items, wanted, log, seed):
    world, again = world_of(items, log), world_of(items, log)
    request = ask(preferences=wanted, seed=seed)
    assert recommend(world, request).slate == recommend(again, request).slate


@QUICK
@given(films(), preferences(), events(), st.randoms(use_true_random=False))
def test_the_order_of_the_catalogue_does_not_matter(items, wanted, log, random):
    vectors = np.random.default_rng(0).normal(size=(len(items), 4))
    known = [(user, items[number].item_id, days) for user, number, days in log if number < len(items)]
    places = list(range(len(items)))
    random.shuffle(places)
    straight = make_world(items, vectors, known)
    shuffled = make_world([items[p] for p in places], vectors[places], known)
    request = ask(preferences=wanted)
    assert recommend(straight, request).ranked == recommend(shuffled, request).ranked


@QUICK
@given(films(), preferences(("genre",), ("prefer",)), events())
def test_one_more_met_wish_always_outranks_taste(items, wishes, log):
    world = world_of(items, log)
    answer = recommend(world, ask(preferences=wishes))
    newest = wishes[-1].command_id if wishes else ""
    by_id = {item.item_id: item for item in items}

    def worth(item_id: str) -> float:
        met = [p for p in wishes if inside(by_id[item_id], p)]
        return sum((1.5 if p.command_id == newest else 1.0) * (1 if p.polarity == "want" else -1) for p in met)

    worths = [worth(item_id) for item_id in answer.ranked]
    for place, later in enumerate(worths):
        assert all(earlier > later - 1.0 for earlier in worths[:place])


@QUICK
@given(films(), preferences(), events(), st.integers(1, 7))
def test_pages_are_slices_of_one_order(items, wanted, log, limit):
    world = world_of(items, log)
    answer = recommend(world, ask(preferences=wanted, limit=limit))
    trace = answer.trace.to_json()
    shown, cursor = [entry.item_id for entry in answer.slate.items], answer.slate.cursor
    while cursor is not None:
        feed_id, start = read_cursor(cursor)
        page = next_page(world, trace, start)
        assert feed_id == "feed-1"
        assert [entry.position for entry in page.items] == list(range(start + 1, start + 1 + len(page.items)))
        shown += [entry.item_id for entry in page.items]
        cursor = page.cursor
    assert tuple(shown) == answer.ranked


@QUICK
@given(films(), preferences(), events())
def test_few_candidates_hold_the_same_top_as_all(items, wanted, log):
    """Asking the sources tier by tier misses nothing that met wishes put on top."""
    few = Config(retrieve=RetrieveConfig(candidates=12))
    everything = recommend(world_of(items, log), ask(preferences=wanted, limit=3))
    some = recommend(world_of(items, log, config=few), ask(preferences=wanted, limit=3))
    assert set(some.ranked) <= set(everything.ranked)
    assert len(some.ranked) >= min(3, len(everything.ranked))


def test_a_met_wish_of_the_newest_command_counts_one_and_a_half():
    items = [film("both", ["Comedy", "Western"]), film("new", ["Western"]), film("none"), film("old", ["Comedy"])]
    world = make_world(items, np.ones((4, 4)))
    wishes = (prefer("p1", "genre", "is", ["Comedy"]), prefer("p2", "genre", "is", ["Western"], command_id="c2"))
    answer = recommend(world, ask(preferences=wishes))
    scores = {entry.item_id: entry.score for entry in answer.slate.items}
    assert answer.ranked == ("both", "new", "old", "none")
    assert scores["both"] - scores["none"] == 2.5
    assert scores["new"] - scores["none"] == 1.5
    assert scores["old"] - scores["none"] == 1.0


def test_a_met_wish_to_avoid_sinks_an_item_but_keeps_it():
    world = make_world([film("a", ["Horror"]), film("b", ["Drama"])], np.ones((2, 4)), [(1, "a", 1.0)])
    answer = recommend(world, ask(preferences=(prefer("p1", "genre", "is", ["Horror"], polarity="avoid"),)))
    assert answer.ranked == ("b", "a")


def test_a_soft_bound_falls_to_nothing_a_quarter_beyond_it():
    items = [
        film("at", minutes=100),
        film("near", minutes=110),
        film("past", minutes=125),
        film("unknown", minutes=None),
    ]
    world = make_world(items, np.ones((4, 4)))
    answer = recommend(world, ask(preferences=(prefer("p1", "minutes", "at_most", 100.0),)))
    wish = {entry.item_id: round(entry.parts.get("wish:p1", 0.0), 4) for entry in answer.slate.items}
    assert wish == {"at": 1.5, "near": 0.9, "past": 0.0, "unknown": 0.0}


def test_a_soft_wish_for_years_fades_over_the_declared_tolerance():
    items = [film("in", year=1995), film("near", year=1989), film("far", year=1980)]
    world = make_world(items, np.ones((3, 4)))
    answer = recommend(world, ask(preferences=(prefer("p1", "year", "between", {"low": 1990.0, "high": 1999.0}),)))
    wish = {entry.item_id: round(entry.parts.get("wish:p1", 0.0), 4) for entry in answer.slate.items}
    assert wish == {"in": 1.5, "near": 1.0, "far": 0.0}


def test_unknown_lengths_are_left_out_by_a_bound_and_counted_in_a_notice():
    items = [film("a", minutes=90), film("b", minutes=None), film("c", minutes=None), film("d", minutes=200)]
    answer = recommend(make_world(items), ask(preferences=(must("p1", "minutes", "at_most", 100.0),)))
    assert answer.ranked == ("a",)
    assert answer.slate.notices == ("2 films of unknown length left out",)
    assert answer.slate.removed.counts == {"filter:p1": 3}


def test_an_avoided_genre_keeps_films_without_any_genre():
    answer = recommend(
        make_world([film("a"), film("b", ["Horror"])]),
        ask(preferences=(must("p1", "genre", "is", ["Horror"], polarity="avoid"),)),
    )
    assert answer.ranked == ("a",)


def test_a_must_that_the_catalogue_cannot_check_removes_nothing_and_is_said():
    answer = recommend(
        make_world([film("a")]), ask(preferences=(must("p1", "price", "at_most", 5.0, quote="under £5"),))
    )
    assert answer.ranked == ("a",)
    assert answer.slate.notices == ("“under £5” was not checked: these films have no price",)


def test_repeats_follow_the_catalogues_policy():
    items = [film("new"), film("old"), film("recent")]
    expected = {'"never"': {"new"}, '"always"': {"new", "old", "recent"}, "{after_days = 30}": {"new", "old"}}
    for policy, shown in expected.items():
        world = make_world(items, spec=tiny_spec(policy))
        history = history_of(world, ("old", 40.0, True), ("recent", 2.0, True))
        assert set(recommend(world, ask(history=history)).ranked) == shown


def test_only_asked_items_are_ranked_and_the_others_of_them_are_explained():
    world = make_world([film("a"), film("b", available=False), film("c")])
    answer = recommend(world, ask(only=("a", "b", "nowhere")))
    assert answer.ranked == ("a",)
    assert {entry.item_id: entry.by for entry in answer.slate.removed.items} == {
        "b": "unavailable",
        "nowhere": "unavailable",
    }


def test_more_like_an_item_brings_its_like_and_not_itself():
    vectors = np.array([[1, 0, 0, 0], [0.9, 0.1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
    world = make_world([film("seed"), film("near"), film("far"), film("other")], vectors)
    answer = recommend(world, ask(preferences=(prefer("p1", None, "like", {"item_id": "seed"}),)))
    assert answer.ranked[0] == "near"
    assert answer.slate.removed.counts == {"example": 1}


def test_nothing_too_sad_sinks_what_is_near_sad():
    vectors = np.array([[1, 0, 0, 0.1], [0, 1, 0, 0.1]])
    world = make_world([film("tearjerker"), film("picnic")], vectors, [(1, "tearjerker", 1.0), (1, "picnic", 3.0)])
    without = recommend(world, ask())
    wish = prefer("p1", None, "like", {"text": "too sad"}, polarity="avoid", quote="nothing too sad")
    assert without.ranked == ("tearjerker", "picnic")
    assert recommend(world, ask(preferences=(wish,))).ranked == ("picnic", "tearjerker")


def test_without_an_encoder_a_wish_by_meaning_is_kept_and_said():
    wish = prefer("p1", None, "like", {"text": "cosy"}, quote="cosy")
    answer = recommend(make_world([film("a")], encoder=False), ask(preferences=(wish,)))
    assert answer.ranked == ("a",)
    assert answer.slate.notices == ("“cosy” is kept, but not used yet: the text encoder is not here",)


def test_before_the_items_are_encoded_a_wish_by_meaning_is_kept_and_said():
    answer = recommend(
        make_world([film("a")]), ask(preferences=(prefer("p1", None, "like", {"text": "cosy"}, quote="cosy"),))
    )
    assert answer.slate.notices == ("“cosy” is kept, but not used yet: the films are not encoded yet",)


def test_an_empty_catalogue_gives_an_empty_slate():
    answer = recommend(make_world([]), ask(preferences=(must("p1", "genre", "is", ["Comedy"]),)))
    assert answer.slate.items == ()
    assert answer.slate.cursor is None


def test_a_source_that_ignores_the_mask_cannot_show_what_is_removed():
    class Rude:
        name = "rude"

        def __init__(self, kind):
            self.kind = kind

        def retrieve(self, request, allowed, k):
            return self.kind(
                "rude", np.arange(len(allowed.mask), dtype=np.int32), np.ones(len(allowed.mask), np.float32)
            )

        def score(self, request, rows):
            return np.ones(len(rows), np.float32)

        def evidence(self, request, row):
            return ()

    from intently.nouns import Candidates

    items = [film(f"f{number:02}", ["Horror"] if number % 2 else []) for number in range(30)]
    world = make_world(items, config=Config(retrieve=RetrieveConfig(candidates=5)))
    rude = replace(world, sources=(Rude(Candidates),), weights={"rude": 1.0})
    answer = recommend(rude, ask(preferences=(must("p1", "genre", "is", ["Horror"], polarity="avoid"),)))
    assert answer.ranked
    assert all(int(item_id[1:]) % 2 == 0 for item_id in answer.ranked)


def test_a_cursor_round_trips_any_feed_id():
    assert read_cursor(cursor_of("käse/50%:3", 20)) == ("käse/50%:3", 20)
