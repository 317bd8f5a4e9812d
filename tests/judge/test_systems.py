"""Systems in a row each: what people pass as a whole and by every criterion, what the judge gives, one order or not."""

import math

import pytest

from intently.journal import LabelRow, SubjectRow
from intently.judge.criteria import load_criteria
from intently.judge.question import asked_of
from intently.judge.systems import Systems, systems_of
from tests.judge.labels import says, tag
from tests.judge.test_trust import Row

ASKED = asked_of("tag", load_criteria())
OVERALL = ASKED[-1]


def found(made: dict[str, tuple[int, float]], of: int = 4, judged: int = 4, unnamed: int = 0) -> Systems:
    """Of each system so many of `of` pass people, and the judge gives a score to the first `judged`."""
    subjects, labels, ours = [], [], []
    for system, (passing, score) in {**made, **({"": (unnamed, 0.5)} if unnamed else {})}.items():
        for n in range(of if system else unnamed):
            one = tag(f"{system} {n}", user_id=f"user {n}", origin={"system": system} if system else {})
            subjects.append(one)
            value = "A" if n < passing else "B"
            labels.append(says(one, value, criterion="overall", version=OVERALL.version))
            ours += [Row(one.subject_id, [], "A", score)] if n < judged else []
    return systems_of(subjects, labels, ours, ASKED, "agentic 1")


def test_each_system_has_what_people_pass_and_the_judges_mean_and_the_orders_are_compared():
    told = found({"v1 a": (1, 0.2), "v2 a": (3, 0.7), "v2 b": (4, 0.6)})
    assert [(one.system, one.labelled, one.people.value, one.judged) for one in told.rows] == [
        ("v1 a", 4, 0.25, 4), ("v2 a", 4, 0.75, 4), ("v2 b", 4, 1.0, 4)
    ]  # fmt: skip
    assert [one.judge for one in told.rows] == pytest.approx([0.2, 0.7, 0.6])
    assert told.tau.value == pytest.approx(1 / 3)  # two of three pairs are in one order
    assert told.why == ""


def test_with_fewer_than_three_systems_there_are_rows_and_words_and_no_tau():
    told = found({"v1 a": (1, 0.2), "v2 a": (3, 0.7)}, judged=1, unnamed=5)
    assert [one.judged for one in told.rows] == [1, 1]
    assert math.isnan(told.tau.value)
    assert told.unnamed == 5
    assert told.why.startswith("it takes 3 systems whose outputs people have labelled and this judge has judged; ")
    assert told.why.endswith("; so far 2 (v1 a, v2 a); 5 labelled outputs do not say what made them")


def test_what_no_judge_has_judged_has_people_alone_and_equal_systems_have_no_order():
    alone = found({"v1 a": (1, 0.2), "v2 a": (2, 0.1), "v2 b": (3, 0.3)}, judged=0)
    assert [one.people.value for one in alone.rows] == [0.25, 0.5, 0.75]
    assert all(math.isnan(one.judge) for one in alone.rows)
    assert alone.why.endswith("so far none")
    equal = found({"v1 a": (2, 0.2), "v2 a": (2, 0.1), "v2 b": (2, 0.3)})
    assert "so there is no order" in equal.why


def by_criterion(subject: SubjectRow, *values: str) -> list[LabelRow]:
    return [says(subject, value, criterion=one.criterion, version=one.version)
            for one, value in zip(ASKED[:-1], values, strict=False)]  # fmt: skip


def test_what_passes_every_criterion_is_a_share_of_what_people_labelled_by_all_of_them_with_its_interval():
    # Four criteria. Of v2: three pass all, one fails one, one lacks a criterion, of one a criterion is not told.
    told = [("positive",) * 4, ("acceptable",) * 4, ("positive",) * 4, ("positive", "negative", "positive", "positive"),
            ("positive",) * 3, ("positive", "unsure", "positive", "positive")]  # fmt: skip
    made = [tag(f"tag {n}", user_id=f"user {n}", origin={"system": "v2"}) for n in range(6)]
    other = tag("tag of v1", user_id="user 9", origin={"system": "v1"})
    labels = [row for one, values in zip(made, told, strict=True) for row in by_criterion(one, *values)]
    labels += by_criterion(other, *["negative"] * 4)
    labels += [says(one, "A", criterion="overall", version=OVERALL.version) for one in made]
    v1, v2 = systems_of([*made, other], labels, [], ASKED, "").rows
    assert (v2.labelled, v2.people.value, v2.whole, v2.accepted.value) == (6, 1, 4, 3 / 4)
    assert 0 <= v2.accepted.low < 3 / 4 < v2.accepted.high <= 1
    assert (v1.labelled, v1.whole, v1.accepted.value) == (0, 1, 0)
    assert math.isnan(v1.people.value)


def test_the_interval_of_what_people_pass_is_over_people():
    made = [tag(f"tag {n}", user_id=f"user {n > 0}", origin={"system": "v2"}) for n in range(20)]
    labels = [says(one, "A" if n else "B", criterion="overall", version=OVERALL.version) for n, one in enumerate(made)]
    (row,) = systems_of(made, labels, [], ASKED, "").rows
    assert (row.people.value, row.people.low, row.people.high) == (19 / 20, 0, 1), "two people, one of one tag"
