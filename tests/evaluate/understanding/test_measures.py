"""What is measured of a row, and what is concluded from it."""

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.evaluate.understanding.cases import Case
from intently.evaluate.understanding.found import Found, Spent, Told, interleaved, repeats
from intently.evaluate.understanding.measures import MEASURES, Person, union, whole
from intently.evaluate.understanding.verdicts import higher, no_lower

CASE = Case(0, "u0", 0.0, 0, (), following=(1, 2, 3, 4), target=7)


def person(found: Found, **channels: Found) -> Person:
    return Person(CASE, found, channels)


def test_a_hit_is_the_category_of_the_next_item_among_the_first_k():
    found = Found((*range(100, 109), 7), ())
    assert [MEASURES[name](person(found)) for name in ("HR@5", "HR@10", "HR@30")] == [0.0, 1.0, 1.0]


def test_recall_is_a_share_of_all_that_followed():
    assert MEASURES["recall@50"](person(Found((), (9, 2, 4)))) == 2 / 4


def test_what_no_other_channel_finds_is_exclusive_in_reading_a():
    found = Found((), (1, 2, 3))
    assert MEASURES["exclusive A"](person(found, knn=Found((), (1,)), popularity=Found((), (2, 9)))) == 1 / 4


def test_what_exactly_one_route_finds_is_exclusive_in_reading_b():
    found = Found((), (), routes={"one": (1, 2), "two": (2, 3, 8)})
    assert MEASURES["exclusive B"](person(found)) == 2 / 4  # items 1 and 3
    assert np.isnan(MEASURES["exclusive B"](person(Found((), (), routes={"one": (1,)}))))


def test_items_that_a_second_route_proposes_again_are_duplicates():
    found = Found((), (), routes={"one": (1, 2), "two": (2, 3)})
    assert MEASURES["duplicate items"](person(found)) == pytest.approx(1 / 4)


def test_tags_of_the_same_words_or_the_same_direction_are_repeats():
    vectors = np.array([[1, 0], [0, 1], [0.99, 0.141], [0, 1]], np.float32)
    assert repeats(vectors, ["sea trade", "calm gardens", "trade at sea", "Gardens calm"]) == 2


@given(st.lists(st.lists(st.integers(0, 20), unique=True), max_size=4))
def test_interleaving_loses_nothing_and_says_nothing_twice(lists):
    mixed = interleaved(lists)
    assert set(mixed) == {number for one in lists for number in one}
    assert len(mixed) == len(set(mixed))


def test_a_union_gets_no_credit_for_being_longer():
    tags = Found(tuple(range(30)), ())
    knn = Found((*range(100, 130), 7), ())
    gains = union(person(tags), knn)
    assert gains["HR, both whole against 30"] == 1.0  # 7 is a tag's
    assert gains["HR@60, both whole"] == 0.0  # item-kNN's next places have it as well


def test_coverage_entropy_and_refusals_are_of_the_whole_row():
    refused = {"tag: too vague": 1, "interest: weak (by code)": 1}
    one = person(Found((1, 2), (), tags=(Told("a b"),), proposed={"tag": 3, "interest": 2}, refused=refused))
    two = person(Found((1, 3), (), tags=(Told("e f"),), proposed={"tag": 1}, failed="AnswerInvalid"))
    found = whole([one, two], 10)
    assert found.coverage == 3 / 10
    assert found.others == 0.0  # nobody's target is 7
    assert found.entropy == pytest.approx(1.5)  # of 1/2, 1/4, 1/4
    assert found.refused == {"tag: too vague": 1 / 4, "interest: weak (by code)": 1 / 2}
    assert found.failed == {"AnswerInvalid": 1}


def test_what_another_persons_tags_hit_is_no_merit():
    mine, theirs = person(Found((7,), ())), person(Found((1, 2), ()))
    assert whole([mine, theirs], 10).others == 1 / 2  # theirs miss my 7, mine hit theirs, which is 7 too


def test_costs_add_up():
    spent = Spent(1, 100, 50, 10, 2.0) + Spent(1, 7, 0, 3, 1.0)
    assert MEASURES["uncached in + out"](person(Found((), (), spent=spent))) == 120


def test_no_lower_is_shown_by_the_end_of_the_interval_and_not_by_the_mean():
    few = np.array([0.0, 1.0, -1.0, 0.0] * 5)
    verdict = no_lower("same", few, 0)
    assert not verdict.shown
    assert verdict.needed == ceil((1.645 * few.std(ddof=1) / 0.03) ** 2)
    assert no_lower("same", np.zeros(20), 0).shown


def test_two_people_show_nothing():
    assert not no_lower("same", np.zeros(2), 0).shown


@pytest.mark.parametrize(("mean", "shown", "needed"), [(0.5, True, True), (-0.5, False, False)])
def test_higher_needs_the_whole_interval_above_zero(mean, shown, needed):
    rng = np.random.default_rng(1)
    verdict = higher("more", mean + 0.1 * rng.normal(size=60), 0)
    assert (verdict.shown, verdict.needed is not None) == (shown, needed)
