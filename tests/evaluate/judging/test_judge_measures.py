"""Figures of judges against labels: known values, the library's formulas, and what holds for every row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr

from intently.evaluate.judging.cases import Case
from intently.evaluate.judging.mapping import Mapped
from intently.evaluate.judging.measures import decide, figures_of, paired
from intently.judge.verdict import Subject

sklearn = pytest.importorskip("sklearn.metrics")
RIGHT = Mapped(folder="f", task="item", decides="right", why="")
ACCURACY = Mapped(folder="f", task="item", decides="accuracy", good_from=3.0, why="")


def case(group: str, label: float, good_from: float = 1.0) -> Case:
    return Case(Subject("item", f"{group} {label}", "text", group=group), label, label >= good_from)


def requests(*rights: int, options: int = 3) -> list[Case]:
    """Requests with so many options; the right one of each by its place."""
    return [case(f"r{at}", float(place == right)) for at, right in enumerate(rights) for place in range(options)]


def test_the_best_scored_option_is_the_answer():
    found = figures_of(requests(0, 1), [0.9, 0.1, 0.2, 0.8, 0.3, 0.1], RIGHT)
    assert found.of["decides"].value == pytest.approx(1 / 2)
    assert found.of["accuracy"].value == pytest.approx(4 / 6)
    assert found.of["F1"].value == pytest.approx(1 / 2)


def test_a_row_that_tells_nothing_apart_gets_the_share_of_luck_and_says_yes_to_nothing():
    cases = requests(0, 1, 2)
    found = figures_of(cases, [0.0] * 9, RIGHT)
    assert found.of["decides"].value == pytest.approx(1 / 3)
    assert not decide(cases, np.zeros(9), RIGHT).any()
    assert np.isnan(found.of["tau"].value)
    assert np.isnan(found.of["r"].value)


def test_a_row_that_tells_nothing_apart_says_what_most_of_the_other_half_is():
    cases = [case(f"g{at}", 4.0 if at % 4 else 1.0, 3.0) for at in range(80)]
    assert figures_of(cases, [0.0] * 80, ACCURACY).of["accuracy"].value == pytest.approx(0.75)


def test_a_perfect_row_has_every_figure_one():
    cases = [case(f"g{at}", 1.0 + at % 5, 3.0) for at in range(200)]
    found = figures_of(cases, [one.label / 10 for one in cases], ACCURACY)
    assert {name: figure.value for name, figure in found.of.items()} == {
        "decides": 1.0, "accuracy": 1.0, "F1": 1.0, "kappa": 1.0, "tau": pytest.approx(1.0),
        "r": pytest.approx(1.0),
    }  # fmt: skip


def test_the_cut_of_a_half_is_learnt_on_the_other_half_alone():
    cases = [case(f"g{at}", 1.0 + at % 5, 3.0) for at in range(200)]
    scores = np.array([one.label for one in cases])
    before = decide(cases, scores, ACCURACY)
    flipped = [case(one.subject.group, 6 - one.label, 3.0) if at == 0 else one for at, one in enumerate(cases)]
    assert decide(flipped, scores, ACCURACY)[0] == before[0], "its own label cannot change a verdict"


@settings(max_examples=12)  # each draws 2,600 resamples
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), min_size=60, max_size=90), st.integers(0, 9))
def test_figures_are_the_librarys(pairs: list[tuple[int, int]], seed: int):
    cases = [case(f"g{at % 20}", float(label), 2.0) for at, (label, _) in enumerate(pairs)]
    scores = [score / 10 for _, score in pairs]
    truth = [one.good for one in cases]
    said = decide(cases, np.array(scores), ACCURACY)
    found = figures_of(cases, scores, ACCURACY, seed).of
    assert found["accuracy"].value == pytest.approx(sklearn.accuracy_score(truth, said))
    if any(truth) and any(said):
        assert found["F1"].value == pytest.approx(sklearn.f1_score(truth, said))
    if len({*truth}) > 1 or len({*said}) > 1:
        assert found["kappa"].value == pytest.approx(sklearn.cohen_kappa_score(truth, said), nan_ok=True)
    labels = [one.label for one in cases]
    if len({*labels}) > 1 and len({*scores}) > 1:
        assert found["r"].value == pytest.approx(pearsonr(scores, labels).statistic, abs=1e-9)
    for figure in found.values():
        assert np.isnan(figure.value) or np.isnan(figure.low) or figure.low <= figure.high


def test_a_paired_difference_is_of_the_same_cases_and_of_nothing_with_itself():
    cases = requests(*[at % 3 for at in range(40)])
    good = figures_of(cases, [one.label for one in cases], RIGHT)
    bad = figures_of(cases, [-one.label for one in cases], RIGHT)
    apart = paired(good, bad)
    assert apart.value == pytest.approx(1.0)
    assert apart.low > 0
    assert paired(good, good).value == 0
    assert paired(bad, good).value == pytest.approx(-apart.value)
