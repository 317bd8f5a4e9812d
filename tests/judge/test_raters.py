"""Agreement among raters and orders of systems: hand-computed and published cases, and what holds for every table."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.judge.raters import Placed, alpha, consensus, tau, values_of
from tests.judge.labels import says, tag

YES_NO = ("no", "yes")
GRADES = ("negative", "acceptable", "positive")


def test_alpha_of_two_raters_by_hand():
    # Ten subjects, two raters: 4 times no/no, 4 times yes/yes, 2 times no/yes. Of 20 values 10 are no: disagreements
    # seen 2 * 2 / 20, expected by chance 2 * 10 * 10 / (20 * 19); alpha is 1 - 0.2 / 0.526316.
    ratings = [["no", "no"]] * 4 + [["yes", "yes"]] * 4 + [["no", "yes"]] * 2
    assert alpha(ratings, YES_NO, ordered=False).value == pytest.approx(1 - 0.2 / (200 / 380))


def test_alpha_of_krippendorffs_example_with_four_raters_and_gaps():
    # Krippendorff 2011, "Computing Krippendorff's alpha-reliability", example C: nominal 0.743, ordinal 0.815.
    told = ["1 1 1", "2 2 3 2", "3 3 3 3", "3 3 3 3", "2 2 2 2", "1 2 3 4", "4 4 4 4", "1 1 2 1", "2 2 2 2", "5 5 5",
            "1 1", "3"]  # fmt: skip
    ratings = [values.split() for values in told]
    nominal = alpha(ratings, "12345", ordered=False, resamples=40)
    assert nominal.value == pytest.approx(0.743, abs=5e-4)
    assert nominal.low < nominal.value < nominal.high
    assert alpha(ratings, "12345", ordered=True, resamples=1).value == pytest.approx(0.815, abs=5e-4)


RATINGS = st.lists(st.lists(st.sampled_from(GRADES), min_size=1, max_size=3), min_size=2, max_size=12)


@settings(max_examples=15)
@given(ratings=RATINGS)
def test_alpha_does_not_care_who_said_what_in_which_order_and_is_at_most_one(ratings: list[list[str]]):
    found = alpha(ratings, GRADES, ordered=True, resamples=1).value
    turned = alpha([values[::-1] for values in reversed(ratings)], GRADES, ordered=True, resamples=1).value
    assert math.isnan(found) or found <= 1 + 1e-9
    assert turned == pytest.approx(found, nan_ok=True)


@settings(max_examples=15)
@given(st.lists(st.sampled_from(YES_NO), min_size=2, max_size=12).filter(lambda values: len(set(values)) == 2))
def test_alpha_is_one_for_raters_who_always_agree(values: list[str]):
    assert alpha([[value, value] for value in values], YES_NO, ordered=False, resamples=1).value == pytest.approx(1)


@pytest.mark.parametrize("ratings", [[], [["yes"]], [["yes"], ["no"]], [["yes", "yes"], ["yes", "yes"]]])
def test_alpha_is_not_defined_where_nobody_met_or_nobody_ever_said_anything_else(ratings: list[list[str]]):
    assert math.isnan(alpha(ratings, YES_NO, ordered=False).value)


def test_consensus_is_the_majority_of_people_a_tie_is_none_and_models_and_unsure_do_not_count():
    subject = tag("dry comedy")
    labels = [says(subject, value, rater) for value, rater in
              (("positive", "ann"), ("positive", "bob"), ("negative", "eve"), ("unsure", "dan"))]  # fmt: skip
    labels.append(says(subject, "negative", "model: a", by="model"))
    found = consensus(labels)[subject.subject_id, "relevance"]
    assert (found.value, found.raters, found.share, found.unanimous) == ("positive", 3, 2 / 3, False)
    tied = consensus(labels[1:3])[subject.subject_id, "relevance"]
    assert (tied.value, tied.raters) == (None, 2)
    assert consensus(labels[:2])[subject.subject_id, "relevance"].unanimous
    assert values_of(labels) == {subject.subject_id: ["positive", "positive", "negative"]}


def placed(people: dict[str, float], judge: dict[str, float], groups: int = 6) -> list[Placed]:
    return [Placed(f"g{n}", name, people[name], judge[name]) for n in range(groups) for name in people]


def test_tau_counts_pairs_of_systems_in_the_same_order():
    people = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}
    judge = {"a": 0.1, "b": 0.3, "c": 0.2, "d": 0.9}  # one of six pairs turned round
    found = tau(placed(people, judge))
    assert found.value == pytest.approx((5 - 1) / 6)
    assert (found.low, found.high) == (pytest.approx(4 / 6), pytest.approx(4 / 6))  # every group says the same
    assert tau(placed(people, people)).value == pytest.approx(1)
    assert tau(placed(people, {name: -value for name, value in people.items()})).value == pytest.approx(-1)


def test_tau_is_over_means_not_over_single_outputs():
    rows = [Placed("g", "a", 0, 0.9), Placed("g", "a", 0, 0.0), Placed("g", "b", 1, 0.5), Placed("g", "b", 1, 0.5)]
    assert tau(rows).value == pytest.approx(1)  # 0.45 against 0.5, though 0.9 is the highest single one


@pytest.mark.parametrize("people", [{"a": 0.5}, {"a": 0.5, "b": 0.5}, {}])
def test_tau_is_not_defined_for_one_system_or_one_place(people: dict[str, float]):
    assert math.isnan(tau(placed(people, people)).value)
