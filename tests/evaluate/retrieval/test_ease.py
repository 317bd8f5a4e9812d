"""EASE against a case solved by hand, and against the regressions that it is the closed form of."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.config import RetrieveConfig
from intently.evaluate.retrieval.ease import Ease, item_weights
from intently.evaluate.retrieval.folds import Walk, folds_of
from intently.retrieve.request import empty_history
from tests.evaluate.retrieval.worlds import ring_pack


def test_two_items_with_one_person_in_common_weigh_a_third_of_each_other():
    together = np.array([[2, 1], [1, 2]], np.float32)  # two people have each item, one has both
    # X'X + 1 I = [[3, 1], [1, 3]], its inverse [[3, -1], [-1, 3]] / 8; B01 = -(-1/8) / (3/8)
    assert item_weights(together, 1.0) == pytest.approx(np.array([[0, 1 / 3], [1 / 3, 0]]), abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9), st.sampled_from([0.5, 5.0, 50.0]))
def test_every_column_is_the_ridge_regression_of_an_item_on_all_others(seed, size, penalty):
    people = (np.random.default_rng(seed).random((12, size)) < 0.4).astype(np.float64)
    weights = item_weights((people.T @ people).astype(np.float32), penalty)
    for item in range(size):
        others = np.delete(np.arange(size), item)
        gram = people[:, others].T @ people[:, others] + penalty * np.eye(size - 1)
        solved = np.linalg.solve(gram, people[:, others].T @ people[:, item])
        assert weights[others, item] == pytest.approx(solved, abs=1e-4)
        assert weights[item, item] == 0


def test_a_walk_round_a_ring_goes_on_at_the_neighbour():
    (fold,) = folds_of(ring_pack(), "llo", 1.0)
    model = Ease().fit(fold)
    found = [model.rank(moment, 10)[:2].tolist() for moment in Walk(fold.pack, RetrieveConfig(), 0).moments(fold)]
    hits = [case.taken[0] in best for case, best in zip(fold.cases, found, strict=True)]
    assert np.mean(hits) > 0.8  # either end of the walk is as likely: EASE does not read the order


def test_a_person_without_history_gets_nothing():
    (fold,) = folds_of(ring_pack(), "llo", 1.0)
    moment = next(Walk(fold.pack, RetrieveConfig(), 0).moments(fold))
    nobody = replace(moment, request=replace(moment.request, history=empty_history()))
    assert len(Ease().fit(fold).rank(nobody, 10)) == 0
