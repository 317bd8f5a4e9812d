"""Intervals that hold what they promise, a mean that is corrected, and a gate that says what it needs."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.judge.agreement import Rated
from intently.judge.calibrate import Scored, conformal, gate, rectified
from intently.judge.power import EACH


def scored(distances: list[float], groups: int | None = None) -> list[Scored]:
    return [Scored(f"g{n % (groups or len(distances))}", f"s{n}", d, 0.0) for n, d in enumerate(distances)]


def test_the_band_is_the_distance_of_rank_n_plus_one_times_level():
    # 19 labels at 0.9: rank ceil(20 * 0.9) = 18 of 0.01 ... 0.19
    band = conformal(scored([n / 100 for n in range(1, 20)]), 0.9)
    assert (band.half_width, band.labels) == (0.18, 19)
    assert band.around(0.5) == (pytest.approx(0.32), pytest.approx(0.68))
    assert band.around(0.95)[1] == 1


@pytest.mark.parametrize(("labels", "says_nothing"), [(0, True), (8, True), (9, False)])
def test_too_few_labels_say_nothing(labels: int, says_nothing: bool):
    assert conformal(scored([0.1] * labels), 0.9).says_nothing == says_nothing


def test_labels_of_one_group_count_once():
    assert conformal(scored([0.1] * 60, groups=6)).labels == 6


def test_people_lie_inside_the_band_as_often_as_promised():
    rng, inside = np.random.default_rng(3), []
    for _ in range(400):
        truths = rng.choice([0.0, 0.5, 1.0], 60)
        judged = np.clip(truths + rng.normal(0.15, 0.3, 60), 0, 1)  # a flattering, noisy judge
        rows = [
            Scored(f"g{n}", f"s{n}", float(j), float(t)) for n, (j, t) in enumerate(zip(judged, truths, strict=True))
        ]
        low, high = conformal(rows[:50], 0.9).around(rows[50].score)
        inside.append(low <= rows[50].people <= high)
    assert np.mean(inside) >= 0.86  # 0.9 less three deviations of 400 trials


def test_the_mean_of_a_flatterer_is_brought_to_what_people_say():
    judged = [(f"g{n}", 0.9) for n in range(200)]
    labelled = [Scored(f"g{n}", f"s{n}", 0.9, 0.5 if n % 2 else 0.7) for n in range(60)]
    found = rectified(judged, labelled)
    assert found.value == pytest.approx(0.6)
    assert found.low < 0.6 < found.high
    assert found.high < 0.9


def test_more_labels_narrow_the_mean_and_none_leave_it_without_ends():
    rng = np.random.default_rng(5)
    judged = [(f"g{n}", float(v)) for n, v in enumerate(rng.uniform(0, 1, 300))]
    rows = [Scored(f"g{n}", f"s{n}", score, float(rng.choice([0, 0.5, 1]))) for n, (_, score) in enumerate(judged)]
    few, many = rectified(judged, rows[:20]), rectified(judged, rows)
    assert many.high - many.low < few.high - few.low
    assert math.isnan(rectified(judged, []).low)
    assert math.isnan(rectified([], rows).value)


def rated(right_pass: int, wrong_pass: int, right_fail: int, wrong_fail: int) -> list[Rated]:
    """wrong_pass: people say pass and the judge says fail."""
    kinds = [(1.0, True)] * right_pass + [(0.0, True)] * wrong_pass + [(0.0, False)] * right_fail
    kinds += [(1.0, False)] * wrong_fail
    return [Rated(f"g{n}", chance, truth) for n, (chance, truth) in enumerate(kinds)]


def test_without_labels_the_gate_says_how_many_are_needed_and_of_what():
    found = gate("tag relevance", [], by_model=500)
    assert not found.open
    assert found.text == (
        "tag relevance: not calibrated, 153 more labels of people (0 of 153) and 43 more labels of outputs that pass "
        "(0 of 43) and 43 more labels of outputs that fail (0 of 43) needed; 500 of language models do not count"
    )


def test_enough_labels_with_too_few_failures_name_the_failures():
    found = gate("tag validity", rated(190, 0, 10, 0))
    assert not found.open
    assert [(need.of, need.have, need.need) for need in found.needs][-1] == ("labels of outputs that fail", 10, EACH)


def test_a_good_judge_may_gate_and_a_coin_may_not():
    good, coin = gate("x", rated(90, 10, 90, 10)), gate("x", rated(50, 50, 50, 50))
    assert good.open
    assert good.lead is not None
    assert good.lead.value == pytest.approx(0.8 - 0.5 + 0.1)
    assert (coin.open, coin.needs) == (False, ())
    assert "not good enough" in coin.text


def test_a_judge_that_always_passes_may_not_gate_however_common_passing_is():
    found = gate("x", rated(800, 0, 0, 200))
    assert (found.open, found.needs) == (False, ())


def test_labels_of_few_peoples_outputs_do_not_gate_however_many_they_are():
    many = [replace(one, group=f"g{n % 4}") for n, one in enumerate(rated(90, 10, 90, 10))]
    found = gate("x", many)
    assert not found.open
    assert [str(need) for need in found.needs] == ["16 more different people whose outputs are labelled (4 of 20)"]
    assert gate("x", [replace(one, group=f"g{n % 20}") for n, one in enumerate(many)]).needs == ()


CELLS = st.tuples(*[st.integers(0, 60)] * 4)


@settings(max_examples=15)
@given(CELLS)
def test_the_gate_never_opens_while_something_is_missing_and_needs_shrink_as_labels_come(cells: tuple[int, ...]):
    found = gate("x", rated(*cells))
    assert not (found.open and found.needs)
    missing = {need.of: need.need - need.have for need in found.needs}
    assert all(count > 0 for count in missing.values())
    more = gate("x", rated(*(2 * cell for cell in cells)))
    each = [need.need - need.have for need in more.needs if need.of != "labels of people"]
    assert sum(each) <= sum(count for of, count in missing.items() if of != "labels of people")
