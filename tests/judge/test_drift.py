"""The milestone check: it warns when judge and people part, and not when they do not."""

import numpy as np
import pytest

from intently.judge.drift import Seen, milestone


def seen(right: int, wrong: int, first: int = 0, lenient: bool = True) -> list[Seen]:
    """Subjects numbered from `first`; where wrong, the judge passes what people fail, or the reverse."""
    rows = [Seen(f"s{first + n}", f"g{first + n}", n % 2 == 0, n % 2 == 0) for n in range(right)]
    wrongs = [Seen(f"s{first + right + n}", f"g{first + right + n}", lenient, not lenient) for n in range(wrong)]
    return rows + wrongs


def test_other_subjects_with_a_clear_fall_warn():
    found = milestone(seen(180, 20), seen(120, 80, first=1000))
    assert found.parted
    assert found.paired == 0
    assert found.change.value == pytest.approx(-0.3)
    assert found.change.high < 0
    assert found.text.startswith("WARNING, judge and people have parted")
    assert "passes too much: 80 only it passes" in found.text


def test_the_same_agreement_does_not_warn_and_says_how_many_labels_would_show_a_fall():
    few = milestone(seen(180, 20), seen(18, 2, first=1000))
    assert not few.parted
    assert few.needed > 20
    assert "no parting shown" in few.text
    many = milestone(seen(180, 20), seen(360, 40, first=1000))
    assert not many.parted
    assert many.text.startswith("judge and people still agree")


def test_subjects_labelled_both_times_are_compared_with_themselves():
    before = seen(100, 0)
    now = [Seen(one.subject_id, one.group, one.judged if n >= 9 else not one.judged, one.people)
           for n, one in enumerate(before)]  # fmt: skip
    found = milestone(before, now)
    assert found.paired == 100
    assert found.p == 0.5**9  # nine lost, none won: one of 2^9 coins
    assert found.parted
    same = milestone(before, before)
    assert (same.parted, same.p, same.change.value) == (False, 1.0, 0.0)


def test_a_judge_that_became_better_is_no_parting():
    assert not milestone(seen(120, 80), seen(180, 20, first=1000)).parted


def test_without_labels_nothing_is_said_to_agree():
    for before, now in (([], seen(10, 0)), (seen(10, 0), []), ([], [])):
        found = milestone(before, now)
        assert not found.parted
        assert found.text.startswith("nothing to compare")


def test_where_nothing_changed_it_warns_about_as_seldom_as_promised():
    rng, warned = np.random.default_rng(11), 0
    for n in range(20):
        before, now = rng.binomial(150, 0.8, 2)
        warned += milestone(seen(before, 150 - before), seen(now, 150 - now, first=1000), seed=n).parted
    assert warned <= 5  # 5% of 20, and four deviations
