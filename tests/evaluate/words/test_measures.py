"""Shares and F1 are what the sums say; their intervals hold the figure; the same seed gives the same interval."""

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.evaluate.words.metrics import Signed, f1, percentile, precision, recall, share

COUNTS = [Signed(read=2, right=1, labels=1, found=1), Signed(read=1, right=1, labels=3, found=1)]


def test_a_turn_with_more_readings_weighs_more():
    assert precision("all", "x", COUNTS, 0).value.mean == pytest.approx((1 + 1) / (2 + 1))
    assert recall("all", "x", COUNTS, 0).value.mean == pytest.approx((1 + 1) / (1 + 3))


def test_f1_is_the_harmonic_mean_of_precision_and_recall_of_all_turns():
    p, r = 2 / 3, 2 / 4
    assert f1("all", "x", COUNTS, 0).value.mean == pytest.approx(2 * p * r / (p + r))


def test_f1_of_readings_that_are_all_wrong_is_0_and_of_nothing_at_all_is_no_number():
    assert f1("all", "x", [Signed(read=1, labels=1)], 0).value.mean == 0
    assert isnan(f1("all", "x", [Signed()], 0).value.mean)


def test_a_share_of_nothing_is_no_number():
    assert isnan(share("all", "x", [], "turns", 0).value.mean)
    assert isnan(share("all", "x", [(0, 0)], "turns", 0).value.mean)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(3, 5)), min_size=1, max_size=40), st.integers(0, 5))
def test_the_interval_holds_the_share_and_is_the_same_for_the_same_seed(counts: list[tuple[int, int]], seed: int):
    measure = share("all", "x", counts, "turns", seed)
    assert measure.value.low - 1e-12 <= measure.value.mean <= measure.value.high + 1e-12
    assert measure == share("all", "x", counts, "turns", seed)


def test_more_turns_of_the_same_kind_narrow_the_interval():
    few, many = [share("all", "x", [(1, 1), (0, 1)] * n, "turns", 0).value for n in (10, 1000)]
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize(("q", "value"), [(0, 1.0), (50, 3.0), (100, 5.0)])
def test_a_percentile_is_of_the_turns(q: float, value: float):
    assert percentile("all", "ms", [5, 1, 3, 2, 4], q, 0).value.mean == value
