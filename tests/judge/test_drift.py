"""The milestone check: it warns when judge and people part, and not when they do not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    assert (few.parted, few.can_tell, few.needed_before) == (False, False, 0)
    assert few.needed > 20
    assert f"outputs of {few.needed} different people would show a fall of 10 points, there are 20" in few.text
    many = milestone(seen(180, 20), seen(360, 40, first=1000))
    assert (many.parted, many.can_tell) == (False, True)
    assert many.text.startswith("judge and people still agree")


def test_a_calibration_that_is_too_small_is_named_however_many_labels_are_new():
    found = milestone(seen(9, 1), seen(900, 100, first=1000))
    assert not found.can_tell
    assert found.needed_before == found.needed > 10
    assert f"and {found.needed} at calibration would show a fall of 10 points, there are 1,000 and 10" in found.text
    perfect = milestone(seen(5, 0), seen(900, 0, first=1000))
    assert not perfect.can_tell, "five that all agreed do not say that all agree"


def test_labels_about_a_handful_of_people_show_no_parting():
    then, new = ([replace(one, group=f"p{n % 9}") for n, one in enumerate(some)] for some in (seen(90, 0), seen(9, 81)))
    assert not milestone(then, new).parted
    assert milestone(seen(90, 0), seen(9, 81, first=1000)).parted


def test_many_outputs_of_few_people_are_not_many_labels():
    now = [Seen(one.subject_id, f"p{n % 5}", one.judged, one.people) for n, one in enumerate(seen(360, 40, first=1000))]
    found = milestone(seen(180, 20), now)
    assert not found.can_tell
    assert "there are 5" in found.text


def test_subjects_labelled_both_times_are_compared_with_themselves():
    before = seen(100, 0)
    now = [Seen(one.subject_id, one.group, one.judged if n >= 9 else not one.judged, one.people)
           for n, one in enumerate(before)]  # fmt: skip
    found = milestone(before, now)
    assert found.paired == 100
    assert found.p == 0.5**9  # nine lost, none won: one of 2^9 coins
    assert found.parted
    alike = milestone(before, [replace(one, group="p" if n < 9 else one.group) for n, one in enumerate(now)])
    assert alike.p > found.p, "nine that one person lost are one loss"
    assert not alike.parted
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


COUNTS = st.tuples(st.integers(0, 40), st.integers(0, 40))


@settings(max_examples=25)
@given(COUNTS, COUNTS)
def test_no_order_of_subjects_changes_the_word_and_agreement_is_never_claimed_without_enough_labels(
    before: tuple[int, int], now: tuple[int, int]
):
    then, new = seen(*before), seen(*now, first=1000)
    found = milestone(then, new)
    assert milestone(then[::-1], new[::-1]) == found or not (then and new)  # NaN differs from NaN
    assert found.parted == found.text.startswith("WARNING")
    if found.text.startswith("judge and people still agree"):
        assert len(new) >= found.needed
        assert found.needed_before == 0
    if found.parted:
        assert found.now.value < found.before.value
