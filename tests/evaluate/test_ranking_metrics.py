"""Metrics, checked by hand and against ir-measures."""

from math import log2

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import RR, Success, nDCG

from intently.evaluate.metrics import hit, mean_interval, ndcg, paired_difference, ranks_of, reciprocal_rank

cases = st.tuples(st.permutations(list(range(20))), st.sets(st.integers(0, 25), min_size=1, max_size=6))


def test_ndcg_of_one_hit_at_rank_two_is_its_discount():
    assert ndcg((2,), 10) == pytest.approx((1 / log2(3)) / (1 / log2(2)))


def test_what_is_not_in_the_list_has_rank_zero_and_is_no_hit():
    assert ranks_of([5, 6], [6, 9]) == (2, 0)
    assert hit((0,), 10) == 0.0
    assert reciprocal_rank((0, 4), 3) == 0.0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@settings(deadline=None)
@given(cases)
def test_hit_ndcg_and_reciprocal_rank_agree_with_ir_measures(case):
    ranked, taken = case
    qrels = [ir_measures.Qrel("q", str(item), 1) for item in taken]
    run = [ir_measures.ScoredDoc("q", str(item), -float(place)) for place, item in enumerate(ranked)]
    theirs = ir_measures.calc_aggregate([Success @ 10, nDCG @ 10, RR @ 10], qrels, run)
    ranks = ranks_of(ranked, sorted(taken))
    assert hit(ranks, 10) == theirs[Success @ 10]
    assert ndcg(ranks, 10) == pytest.approx(theirs[nDCG @ 10])
    assert reciprocal_rank(ranks, 10) == pytest.approx(theirs[RR @ 10])


def test_a_paired_interval_is_narrower_than_that_of_either_mean_when_people_differ_more_than_methods():
    people = np.random.default_rng(0).random(300)
    better = people + 0.05
    gain = paired_difference(better, people, seed=1)
    assert gain.mean == pytest.approx(0.05)
    assert gain.high - gain.low < 0.001 < mean_interval(better, seed=1).high - mean_interval(better, seed=1).low


def test_the_same_seed_gives_the_same_interval_that_holds_its_mean():
    values = np.random.default_rng(0).random(50)
    interval = mean_interval(values, seed=3)
    assert interval == mean_interval(values, seed=3)
    assert interval.low < interval.mean < interval.high
