"""How many labels are needed: by hand, against simulation, and monotone where they must be."""

import numpy as np
import pytest

from intently.judge.power import (
    EACH,
    ERROR,
    POWER,
    labels_for_lead,
    labels_for_width,
    labels_to_see_a_drop,
    new_labels_to_see_a_drop,
    pairs_to_see_a_drop,
)


def test_labels_by_hand():
    # (1.645 * 0.5 + 0.842 * sqrt(0.24))^2 / 0.01; of 80%: (1.645 * 0.4 + 0.842 * 0.3)^2 / 0.01
    assert (labels_for_lead(0.5), labels_for_lead(0.8)) == (153, 83)
    assert labels_for_lead(0.9) > labels_for_lead(0.8)  # there is room for half the lead only
    assert labels_for_width(0.1) == 97  # (1.96 / 0.1)^2 / 4
    assert EACH == 43


def test_so_many_labels_show_the_lead_as_often_as_promised():
    majority, n = 0.6, labels_for_lead(0.6)
    right = np.random.default_rng(7).binomial(n, majority + 0.1, 20_000) / n
    bar = majority + 1.645 * np.sqrt(majority * (1 - majority) / n)
    assert np.mean(right > bar) == pytest.approx(POWER, abs=0.04)


def test_so_many_labels_show_a_fall_as_often_as_promised():
    n, rng = labels_to_see_a_drop(0.85), np.random.default_rng(7)
    before, now = rng.binomial(n, 0.85, 20_000) / n, rng.binomial(n, 0.75, 20_000) / n
    spread = np.sqrt((before * (1 - before) + now * (1 - now)) / n)
    assert np.mean(before - now > 1.645 * spread) == pytest.approx(POWER, abs=0.04)
    assert ERROR == 0.05


def test_a_larger_calibration_asks_for_fewer_labels_later_and_one_too_small_for_none():
    alike = labels_to_see_a_drop(0.8)
    large, small = new_labels_to_see_a_drop(0.8, 2000), new_labels_to_see_a_drop(0.8, 200)
    assert large is not None
    assert small is not None
    assert large < alike < small
    assert new_labels_to_see_a_drop(0.8, alike) == alike
    assert new_labels_to_see_a_drop(0.8, 90) is None  # 0.16 / 90 is more than 0.1^2 / 6.18
    assert new_labels_to_see_a_drop(0.8, 0) is None


def test_so_many_pairs_show_a_fall_as_often_as_promised():
    apart = 0.2  # 15% were right and are wrong now, 5% the reverse
    n, rng = pairs_to_see_a_drop(apart), np.random.default_rng(7)
    lost, won, _ = rng.multinomial(n, [0.15, 0.05, 0.8], 20_000).T
    assert np.mean((lost - won) / np.sqrt(np.maximum(lost + won, 1)) > 1.645) == pytest.approx(POWER, abs=0.05)
    assert pairs_to_see_a_drop(0.1) < n


@pytest.mark.parametrize("majority", [0.49, 1.0])
def test_a_majority_that_is_none_is_refused(majority: float):
    with pytest.raises(ValueError, match="majority"):
        labels_for_lead(majority)
