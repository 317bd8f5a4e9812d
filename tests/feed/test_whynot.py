"""Why not this item: for every item of the catalogue an answer that is true."""

import pytest
from hypothesis import given

from intently.config import Config, RetrieveConfig
from intently.errors import NotFound
from intently.feed.request import recommend
from intently.feed.whynot import why_not
from tests.feed.test_request import QUICK, events, films, may_be_shown, preferences, world_of
from tests.feed.worlds import ask, film, history_of, make_world, must, prefer


@QUICK
@given(films(most=8), preferences(), events())
def test_every_item_is_shown_ranked_or_removed_as_the_request_says(items, wanted, log):
    world = world_of(items, log)
    request = ask(preferences=wanted, limit=3)
    answer = recommend(world, request)
    for item in items:
        why = why_not(world, request, item.item_id)
        if not may_be_shown(item, wanted, set()):
            assert why.outcome == "removed"
            assert why.by
        else:
            assert why.position == answer.ranked.index(item.item_id) + 1
            assert why.outcome == ("shown" if why.position <= 3 else "ranked")


def test_a_broken_bound_is_said_with_the_items_own_value():
    world = make_world([film("a", minutes=142, title="Long One")])
    request = ask(preferences=(must("p1", "minutes", "at_most", 100.0, quote="under 100 minutes"),))
    assert why_not(world, request, "a").text == (
        "“Long One” is left out: its length is 142 minutes, and you said at most 100 minutes (“under 100 minutes”)"
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"hidden": frozenset({"a"})}, "you hid it or said that it is not for you"),
        ({"exclude": frozenset({"a"})}, "it was excluded by the caller"),
        ({"seen": frozenset({"a"})}, "you have had it already"),
        ({"only": ("b",)}, "it is not among the films to be ranked"),
        (
            {"preferences": (must("p1", "genre", "is", ["Horror"], polarity="avoid", quote="no horror"),)},
            "it has Horror, and you said “no horror”",
        ),
        (
            {"preferences": (must("p1", "genre", "is", ["Comedy"], quote="only comedies"),)},
            "its genre is Horror, not Comedy (“only comedies”)",
        ),
        (
            {"preferences": (must("p1", "year", "at_least", 1990.0, quote="from 1990"),)},
            "its year is unknown, and you said “from 1990”",
        ),
    ],
)
def test_each_rule_has_its_sentence(facts, said):
    world = make_world([film("a", ["Horror"], year=None), film("b")])
    assert why_not(world, ask(**facts), "a").text == f"“Film a” is left out: {said}"


def test_an_item_below_the_candidates_is_scored_and_its_unmet_wish_named():
    items = [film(f"f{n:03}", ["Comedy"] if n else []) for n in range(40)]
    world = make_world(items, config=Config(retrieve=RetrieveConfig(candidates=5)))
    why = why_not(world, ask(preferences=(prefer("p1", "genre", "is", ["Comedy"], quote="funny"),)), "f000")
    assert (why.outcome, why.retrieved, why.unmet) == ("ranked", False, ("p1",))
    assert why.text == "“Film f000” may be shown, but is not among the 5 best; it does not meet “funny”"


def test_an_unknown_item_is_an_error_that_says_so():
    world = make_world([film("a")])
    with pytest.raises(NotFound, match="no film 'zzz'"):
        why_not(world, ask(history=history_of(world, ("a", 1.0, True))), "zzz")
