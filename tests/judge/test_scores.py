"""Precision, recall and F1: by hand, and the same as scikit-learn's for every table."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, cohen_kappa_score, precision_recall_fscore_support

from intently.judge.scores import Pairing, scores

GRADES = ("negative", "acceptable", "positive")
PASS = {"acceptable", "positive"}
PAIRS = st.lists(st.tuples(st.sampled_from(GRADES), st.sampled_from(GRADES)), min_size=1, max_size=40)


def pairings(pairs: list[tuple[str, str]]) -> list[Pairing]:
    return [Pairing(f"g{n}", judged, truth) for n, (judged, truth) in enumerate(pairs)]


def test_scores_by_hand():
    pairs = [("positive", "positive")] * 6 + [("positive", "negative")] * 2 + [("negative", "positive")] * 1
    pairs += [("negative", "negative")] * 3 + [("acceptable", "positive")] * 3
    found = scores(pairings(pairs), GRADES, {"positive"})
    assert (found.n, found.positive, found.majority) == (15, 10, pytest.approx(10 / 15))
    assert found.exact.value == pytest.approx(9 / 15)
    assert found.precision.value == pytest.approx(6 / 8)
    assert found.recall.value == pytest.approx(6 / 10)
    assert found.f1.value == pytest.approx(12 / 18)
    assert found.precision.low <= 6 / 8 <= found.precision.high
    passes = scores(pairings(pairs), GRADES, PASS)
    assert passes.recall.value == pytest.approx(9 / 10)
    assert passes.accuracy.value == pytest.approx(12 / 15)


@settings(max_examples=40)
@given(PAIRS)
def test_every_figure_is_that_of_scikit_learn(pairs: list[tuple[str, str]]):
    judged, truth = [one for one, _ in pairs], [two for _, two in pairs]
    found = scores(pairings(pairs), GRADES, PASS)
    yes = [[value in PASS for value in values] for values in (truth, judged)]
    precision, recall, f1, _ = precision_recall_fscore_support(*yes, average="binary", zero_division=float("nan"))
    assert found.accuracy.value == pytest.approx(accuracy_score(*yes))
    assert found.exact.value == pytest.approx(accuracy_score(truth, judged))
    assert found.precision.value == pytest.approx(precision, nan_ok=True)
    assert found.recall.value == pytest.approx(recall, nan_ok=True)
    if any(map(any, yes)):
        assert found.f1.value == pytest.approx(f1, nan_ok=True)
    if len({*judged, *truth}) > 1:
        assert found.kappa.value == pytest.approx(cohen_kappa_score(truth, judged, labels=list(GRADES)), nan_ok=True)


def test_pairs_of_one_group_widen_the_interval():
    pairs = [("positive", "positive")] * 30 + [("positive", "negative")] * 30
    alone = scores(pairings(pairs), GRADES, PASS).accuracy
    together = scores([Pairing(f"g{n // 10}", *pair) for n, pair in enumerate(pairs)], GRADES, PASS).accuracy
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_without_pairs_nothing_is_defined():
    found = scores([], GRADES, PASS)
    assert found.n == 0
    assert all(math.isnan(figure.value) for figure in (found.accuracy, found.precision, found.f1, found.kappa))
