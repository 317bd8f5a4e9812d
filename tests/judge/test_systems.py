"""Systems in a row each: what people pass, what the judge gives, one order or not; words where it cannot be said."""

import math

import pytest

from intently.judge.criteria import load_criteria
from intently.judge.question import asked_of
from intently.judge.systems import Systems, systems_of
from tests.judge.labels import says, tag
from tests.judge.test_trust import Row

OVERALL = asked_of("tag", load_criteria())[-1]


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
    return systems_of(subjects, labels, ours, OVERALL, "agentic 1")


def test_each_system_has_what_people_pass_and_the_judges_mean_and_the_orders_are_compared():
    told = found({"v1 a": (1, 0.2), "v2 a": (3, 0.7), "v2 b": (4, 0.6)})
    assert [(one.system, one.labelled, one.people, one.judged) for one in told.rows] == [
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
    assert [one.people for one in alone.rows] == [0.25, 0.5, 0.75]
    assert all(math.isnan(one.judge) for one in alone.rows)
    assert alone.why.endswith("so far none")
    equal = found({"v1 a": (2, 0.2), "v2 a": (2, 0.1), "v2 b": (2, 0.3)})
    assert "so there is no order" in equal.why
