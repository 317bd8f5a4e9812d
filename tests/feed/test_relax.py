"""Relaxations: their counts are those that a second request would find."""

from hypothesis import given
from hypothesis import strategies as st

from intently.feed.request import recommend
from tests.feed.test_request import QUICK, films, may_be_shown, preferences
from tests.feed.worlds import ask, film, make_world, must


@QUICK
@given(films(), preferences(strengths=("must",)), st.integers(1, 12))
def test_what_a_relaxation_promises_is_what_comes_back(items, musts, limit):
    answer = recommend(make_world(items), ask(preferences=musts, limit=limit))
    before = sum(may_be_shown(item, musts, set()) for item in items)
    offers = answer.slate.relaxations
    assert len(offers) <= 3
    if before >= min(limit, 10):
        assert offers == ()
    for offer in offers:
        left = tuple(p for p in musts if p.id not in offer.drop)
        if offer.change is not None:
            left = tuple(
                p.model_copy(update={"relation": offer.change.relation, "value": offer.change.value})
                if p.id == offer.change.target
                else p
                for p in left
            )
            assert offer.gain + before >= min(limit, 10)
        after = sum(may_be_shown(item, left, set()) for item in items)
        assert after - before == offer.gain > 0
        assert f"{offer.gain:,} more" in offer.text


@QUICK
@given(films(), preferences(strengths=("must",)))
def test_the_best_single_relaxation_is_among_the_offers(items, musts):
    answer = recommend(make_world(items), ask(preferences=musts))
    before = sum(may_be_shown(item, musts, set()) for item in items)
    gains = {p.id: sum(may_be_shown(item, tuple(q for q in musts if q != p), set()) for item in items) for p in musts}
    best = max(gains.values(), default=before) - before
    if before < 10 and best > 0:
        assert answer.slate.relaxations[0].gain == best
        assert len(answer.slate.relaxations[0].drop) <= 1


def test_a_bound_is_moved_only_as_far_as_ten_items_need():
    items = [film(f"f{minutes}", minutes=float(minutes)) for minutes in range(90, 130)]
    wish = must("p1", "minutes", "at_most", 91.0, quote="under 91 minutes")
    offers = recommend(make_world(items), ask(preferences=(wish,))).slate.relaxations
    moved = next(offer for offer in offers if offer.change is not None)
    assert (moved.change.op, moved.change.target, moved.change.value) == ("replace", "p1", 99.0)
    assert moved.text == "allow up to 99 minutes (8 more)"
    assert offers[0].text == "any length (38 more)"


def test_two_musts_are_relaxed_together_when_neither_alone_brings_anything():
    items = [film(f"f{n}", ["Horror"], year=1970) for n in range(5)]
    musts = (
        must("p1", "genre", "is", ["Horror"], polarity="avoid", quote="no horror"),
        must("p2", "year", "at_least", 1990.0, quote="from 1990"),
    )
    offers = recommend(make_world(items), ask(preferences=musts)).slate.relaxations
    assert [offer.drop for offer in offers] == [("p1", "p2")]
    assert offers[0].text == "allow Horror and any year (5 more)"


def test_relaxing_never_brings_back_what_was_hidden():
    items = [film(f"f{n}", ["Horror"]) for n in range(5)]
    wish = must("p1", "genre", "is", ["Horror"], polarity="avoid")
    offers = recommend(make_world(items), ask(preferences=(wish,), hidden=frozenset({"f0", "f1"}))).slate.relaxations
    assert [offer.gain for offer in offers] == [3]


def test_an_empty_slate_that_no_two_musts_explain_names_them():
    items = [film(f"f{n}", ["Horror"], year=1970, minutes=200.0) for n in range(5)]
    musts = (
        must("p1", "genre", "is", ["Horror"], polarity="avoid", quote="no horror"),
        must("p2", "year", "at_least", 1990.0, quote="from 1990"),
        must("p3", "minutes", "at_most", 90.0, quote="under 90 minutes"),
    )
    slate = recommend(make_world(items), ask(preferences=musts)).slate
    assert (slate.items, slate.relaxations) == ((), ())
    assert "“no horror”, “from 1990”, “under 90 minutes”" in slate.notices[-1]
    fewer = recommend(make_world(items), ask(preferences=musts[:2])).slate
    assert fewer.relaxations
    assert not any("take more of it back" in notice for notice in fewer.notices)


def test_an_empty_slate_that_no_must_explains_blames_none():
    items = [film("f0", ["Horror"])]
    wish = must("p1", "genre", "is", ["Horror"], polarity="avoid", quote="no horror")
    slate = recommend(make_world(items), ask(preferences=(wish,), hidden=frozenset({"f0"}))).slate
    assert "hidden, seen or not available" in slate.notices[-1]
