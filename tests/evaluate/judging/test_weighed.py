"""Evaluators weighed by people's labels: the textbook's regression, and never by labels of a case's own half."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from intently.evaluate.judging.cases import Case
from intently.evaluate.judging.mapping import mapped
from intently.evaluate.judging.measures import decide, halves_of
from intently.evaluate.judging.weighed import RIDGE, logistic, weighed_scores
from intently.judge.verdict import Judgement, Subject, Verdict


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(8, 200), st.integers(1, 5))
def test_the_weights_are_those_of_scikit_learn(seed: int, n: int, dims: int):
    rng = np.random.default_rng(seed)
    features, truth = rng.normal(size=(n, dims)), rng.random(n) < 0.3
    truth[:2] = (True, False)
    theirs = LogisticRegression(C=1 / RIDGE, class_weight="balanced", tol=1e-10, max_iter=10_000).fit(features, truth)
    assert logistic(features, truth) == pytest.approx([*theirs.coef_[0], *theirs.intercept_], abs=1e-4)


def cases_of(truth: list[bool]) -> list[Case]:
    subjects = [Subject("item", f"s{n}", f"film {n}", (), group=f"g{n}") for n in range(len(truth))]
    return [Case(subject, float(good), good) for subject, good in zip(subjects, truth, strict=True)]


def judged(cases: list[Case], chances: list[dict[str, float | None]]) -> list[Judgement]:
    return [
        Judgement(case.subject, tuple(Verdict(name, "acceptable", "model", chance) for name, chance in told.items()),
                  "A", 0.5, "agentic", "1")
        for case, told in zip(cases, chances, strict=True)
    ]  # fmt: skip


def test_an_evaluator_that_tells_counts_and_one_that_is_noise_does_not():
    rng = np.random.default_rng(0)
    truth = [bool(n % 2) for n in range(400)]
    cases = cases_of(truth)
    chances = [{"tells": 0.7 if good else 0.4, "noise": float(rng.random())} for good in truth]
    scores = np.array(weighed_scores(cases, judged(cases, chances), [0.0] * 400))
    for half in (False, True):
        here = halves_of(cases) == half
        good = np.array(truth)[here]
        assert scores[here][good].min() > scores[here][~good].max()


@given(st.lists(st.booleans(), min_size=30, max_size=60))
@settings(max_examples=20, deadline=None)
def test_no_score_hangs_on_labels_of_its_own_half(truth: list[bool]):
    rng = np.random.default_rng(len(truth))
    chances = [{"a": float(rng.random()), "b": float(rng.random()) if n % 7 else None} for n in range(len(truth))]
    likeness = rng.random(len(truth)).tolist()
    first = cases_of(truth)
    halves = halves_of(first)
    other = cases_of([good ^ bool(half) for good, half in zip(truth, halves, strict=True)])
    ours = np.array(weighed_scores(first, judged(first, chances), likeness))
    theirs = np.array(weighed_scores(other, judged(other, chances), likeness))
    assert ours[halves].tolist() == theirs[halves].tolist()
    said = [
        decide(cases, scores, mapped("abredial"), 0.0)[halves] for cases, scores in ((first, ours), (other, theirs))
    ]
    assert said[0].tolist() == said[1].tolist()  # nor does a verdict: the cut is learnt with the weights


@pytest.mark.parametrize("good", [True, False])
def test_where_all_labels_are_the_same_nothing_is_learnt(good: bool):
    cases = cases_of([good] * 12)
    assert set(weighed_scores(cases, judged(cases, [{"a": n / 12} for n in range(12)]), [0.5] * 12)) == {0.0}
