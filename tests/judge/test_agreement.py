"""Agreement of two raters: known values, and what holds for every table."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.judge.agreement import EVEN, LEAST_LABELS, Rated, agreement, area, best_cut, calibration, kappa, share

COUNTS = st.lists(st.integers(0, 40), min_size=4, max_size=4).filter(lambda cells: sum(cells) > 0)


def table(cells: list[int], classes: int = 2) -> np.ndarray:
    return np.array(cells, dtype=np.float64).reshape(classes, classes)


def rated(*cells: int) -> list[Rated]:
    """As many pairs as there are (no, no), (no, yes), (yes, no), (yes, yes), each in a group of its own."""
    kinds = [(False, False), (False, True), (True, False), (True, True)]
    pairs = [kind for kind, count in zip(kinds, cells, strict=True) for _ in range(count)]
    return [Rated(f"s{at}", float(judged), truth) for at, (judged, truth) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("cells", "classes", "expected"),
    [
        ([20, 5, 10, 15], 2, 0.4),  # the usual textbook table: (0.7 - 0.5) / (1 - 0.5)
        ([45, 15, 25, 15], 2, 0.1304),  # two tables of equal accuracy (0.60) and unlike margins:
        ([25, 35, 5, 35], 2, 0.2593),
        ([88, 14, 18, 10, 40, 10, 2, 6, 12], 3, 0.492),  # Cohen 1960, table 1 (of 200), kappa 0.492
    ],
)
def test_kappa_of_published_tables(cells: list[int], classes: int, expected: float):
    assert float(kappa(table(cells, classes))) == pytest.approx(expected, abs=5e-4)


def test_agreement_tells_accuracy_kappa_and_the_floor():
    found = agreement("a", rated(20, 5, 10, 15))
    assert (found.n, found.groups) == (50, 50)
    assert found.accuracy.value == pytest.approx(35 / 50)
    assert found.kappa.value == pytest.approx(0.4)
    assert (found.judged_yes, found.truth_yes) == (pytest.approx(25 / 50), pytest.approx(20 / 50))
    assert found.majority == pytest.approx(30 / 50)
    assert found.kappa.low < 0.4 < found.kappa.high
    assert found.area.value == pytest.approx((20 * 15 + 0.5 * (20 * 5 + 10 * 15)) / (30 * 20))
    assert found.area.low < found.area.value < found.area.high


@given(COUNTS)
def test_kappa_is_symmetric_and_does_not_care_what_the_classes_are_called(cells: list[int]):
    whole = table(cells)
    assert kappa(whole.T) == pytest.approx(kappa(whole), nan_ok=True)
    assert kappa(whole[::-1, ::-1]) == pytest.approx(kappa(whole), nan_ok=True)


@given(COUNTS)
def test_kappa_lies_between_minus_one_and_accuracy(cells: list[int]):
    found, accuracy = float(kappa(table(cells))), (cells[0] + cells[3]) / sum(cells)
    assert math.isnan(found) or -1 - 1e-9 <= found <= accuracy + 1e-9


@given(st.integers(1, 40), st.integers(1, 40))
def test_kappa_is_one_for_raters_who_always_agree_on_two_classes(no: int, yes: int):
    assert float(kappa(table([no, 0, 0, yes]))) == pytest.approx(1)


@given(st.lists(st.integers(1, 20), min_size=2, max_size=2), st.lists(st.integers(1, 20), min_size=2, max_size=2))
def test_kappa_is_zero_for_raters_who_do_not_look_at_the_same_thing(rows: list[int], columns: list[int]):
    assert float(kappa(np.outer(rows, columns).astype(float))) == pytest.approx(0, abs=1e-9)


def test_kappa_is_not_defined_where_both_raters_say_one_and_the_same_thing():
    assert math.isnan(float(kappa(table([0, 0, 0, 9]))))
    assert math.isnan(agreement("a", []).kappa.value)


@given(COUNTS)
def test_agreement_does_not_depend_on_the_order_of_pairs(cells: list[int]):
    pairs = rated(*cells)
    assert repr(agreement("a", pairs)) == repr(agreement("a", pairs[::-1]))


def test_intervals_are_drawn_over_groups():
    """Ten times the same pair of one session tells no more than one pair."""
    alone = rated(6, 2, 2, 6)
    copied = [one for one in alone for _ in range(10)]
    once, tenfold = agreement("a", alone).accuracy, agreement("a", copied).accuracy
    assert (tenfold.low, tenfold.high) == (pytest.approx(once.low), pytest.approx(once.high))
    apart = [Rated(f"{one.group}-{at}", one.chance, one.truth) for at, one in enumerate(copied)]
    narrow = agreement("a", apart).accuracy
    assert narrow.high - narrow.low < (once.high - once.low) / 2


def test_a_share_is_the_weighted_mean():
    found = share([("a", 1.0, 3.0), ("b", 0.0, 1.0)])
    assert found.value == pytest.approx(3 / 4)
    assert (found.low, found.high) == (0.0, 1.0)


def test_a_verdict_without_enough_labels_of_people_is_not_calibrated():
    assert calibration(None).text == f"not calibrated: 0 labels of people; {LEAST_LABELS} more needed"
    few = agreement("a", rated(20, 5, 10, 15))
    assert not calibration(few).calibrated
    assert "50 labels of people" in calibration(few).text
    many = agreement("a", rated(40, 10, 20, 30))
    assert calibration(many).calibrated
    assert "kappa 0.40" in calibration(many).text


def test_labels_of_a_language_model_calibrate_nothing_and_are_named():
    told = calibration(None, by_model=130)
    assert not told.calibrated
    assert "130 of a language model, which do not count" in told.text


def test_a_cut_is_learnt_where_a_judge_leans_to_yes_and_is_even_while_little_is_known():
    known = [(0.6, False)] * 20 + [(0.8, True)] * 20
    assert best_cut(known) == pytest.approx(0.7)
    assert best_cut(known[10:39]) == EVEN
    assert best_cut([(0.1, False)] * 20 + [(0.9, True)] * 20) == EVEN


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=30, max_size=60))
def test_no_cut_that_is_learnt_is_worse_than_an_even_one_where_it_was_learnt(known: list[tuple[float, bool]]):
    def right(cut: float) -> int:
        return sum((chance >= cut) == truth for chance, truth in known)

    assert right(best_cut(known)) >= right(EVEN)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=40))
def test_the_area_is_the_share_of_pairs_in_the_right_order(pairs: list[tuple[float, bool]]):
    yes, no = [c for c, t in pairs if t], [c for c, t in pairs if not t]
    chances, truths = np.array([c for c, _ in pairs]), np.array([t for _, t in pairs])
    found = float(area(chances, truths, np.ones((1, len(pairs))))[0])
    if not yes or not no:
        assert math.isnan(found)
        return
    assert found == pytest.approx(sum((y > n) + 0.5 * (y == n) for y in yes for n in no) / (len(yes) * len(no)))
    turned = float(area(-chances, truths, np.ones((1, len(pairs))))[0])
    assert found + turned == pytest.approx(1)
