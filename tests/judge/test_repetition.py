"""The outcome of the study of redundancy, by hand: unanimous pairs alone, sides by their origin, both measures."""

import math

import pytest

from intently.journal import LabelRow, SubjectRow
from intently.judge.criteria import load_criteria
from intently.judge.question import PAIR, asked_of
from intently.judge.repetition import repetition_of
from intently.judge.shown import Shown, subject_row
from tests.judge.labels import NOON, says

ASKED = {question.criterion: question for question in asked_of(PAIR, load_criteria())}
WHERE = {"n": ("no", "nowhere"), "t": ("little", "top"), "T": ("clearly", "top"), "l": ("little", "below"),
         "?": ("unsure", "unsure")}  # fmt: skip


def pair(person: str, turned: bool = False, raters: int = 3, named: bool = True) -> SubjectRow:
    """A pair of feeds; turned: the varied one is side a."""
    origin = dict(zip("ba" if turned else "ab", ("served", "varied"), strict=True)) if named else {}
    shown = Shown(sides=(f"one of {person}", f"two of {person}"))
    return subject_row(PAIR, shown, batch="march", time=NOON, user_id=person, origin=origin, raters=raters)


def judged(subject: SubjectRow, served: str, varied: str, **changes: str) -> list[LabelRow]:
    """A letter of WHERE a rater, for the served and for the varied feed."""
    rows = []
    for side in "ab":
        told = served if subject.origin.get(side, "served" if side == "a" else "varied") == "served" else varied
        for rater, letter in zip(("ann", "bob", "eve"), told, strict=False):
            for name, value in zip(("repeats", "where"), WHERE[letter], strict=True):
                asked = ASKED[f"{name}-{side}"]
                given = {"criterion": asked.criterion, "version": asked.version, **changes}
                rows.append(says(subject, value, given.pop("rater", rater), **given))
    return rows


def test_shares_and_their_difference_are_of_the_pairs_on_which_all_raters_agree():
    # p1 both repeat, p2 and p3 the served one alone (p3 far down), p4 neither, p5: raters differ about the varied one.
    pairs = [pair(f"p{n}", turned=n % 2 == 0) for n in range(1, 6)]
    told = [("ttT", "lll"), ("TTT", "nnn"), ("lll", "nnn"), ("nnn", "nnn"), ("ttt", "nnl")]
    labels = [row for one, both in zip(pairs, told, strict=True) for row in judged(one, *both)]
    anywhere, top = repetition_of(pairs, labels, list(ASKED.values()))
    assert (anywhere.measure, anywhere.arms, anywhere.answered, anywhere.pairs) == (
        "anywhere",
        ("served", "varied"),
        5,
        4,
    )
    assert (anywhere.fewest, anywhere.most) == (3, 3)
    assert (anywhere.first.value, anywhere.second.value) == (3 / 4, 1 / 4)
    assert anywhere.difference.value == pytest.approx((0 + 1 + 1 + 0) / 4)
    assert anywhere.difference.low == 0 < anywhere.difference.value < anywhere.difference.high == 1
    assert (top.measure, top.pairs) == ("top", 5), "nobody says of p5 that its varied feed repeats itself at the top"
    assert (top.first.value, top.second.value, top.difference.value) == (3 / 5, 0, pytest.approx(3 / 5))


def test_the_interval_is_over_people_not_over_their_pairs():
    pairs = [pair("p1"), pair("p2")]
    again = [subject_row(PAIR, Shown(sides=(f"{n}", f"and {n}")), batch="march", time=NOON, user_id="p1",
                         origin={"a": "served", "b": "varied"}, raters=3) for n in range(40)]  # fmt: skip
    labels = judged(pairs[1], "nnn", "nnn") + [row for one in (pairs[0], *again) for row in judged(one, "ttt", "nnn")]
    anywhere, _ = repetition_of([*pairs, *again], labels, list(ASKED.values()))
    assert anywhere.difference.value == pytest.approx(41 / 42)
    assert (anywhere.difference.low, anywhere.difference.high) == (0, 1), "two people, and either may be drawn alone"


@pytest.mark.parametrize(
    ("raters", "served", "varied", "changes"),
    [(3, "tt", "nn", {}), (1, "t", "n", {}), (3, "tt?", "nnn", {}), (2, "tt", "nn", {"version": "old words"}),
     (2, "tt", "nn", {"by": "model", "rater": "model: a"})],
    ids=["one has not answered yet", "one rater", "one could not tell", "old words", "models"],
)  # fmt: skip
def test_a_pair_that_too_few_people_could_tell_counts_nowhere(raters, served, varied, changes):
    one = pair("p1", raters=raters)
    for measured in repetition_of([one], judged(one, served, varied, **changes), list(ASKED.values())):
        assert (measured.answered, measured.pairs, measured.fewest) == (0, 0, 0)
        assert math.isnan(measured.difference.value)


def test_two_raters_are_enough_where_a_round_wants_one_and_sides_without_names_keep_theirs():
    one = pair("p1", raters=1, named=False)
    anywhere, _ = repetition_of([one], judged(one, "tt", "nn"), list(ASKED.values()))
    assert (anywhere.arms, anywhere.pairs, anywhere.fewest, anywhere.most) == (("a", "b"), 1, 2, 2)
    assert (anywhere.first.value, anywhere.second.value) == (1, 0)
