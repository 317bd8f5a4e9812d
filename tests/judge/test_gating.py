"""`intently judge --gate` on a real journal: shut without labels, shut for a poor judge, open for one that agrees."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from intently.engine.gating import check_labels, check_sample, pass_gate
from intently.errors import Refused
from intently.journal import Journal, JudgementRow, open_journal
from intently.judge.criteria import load_criteria
from intently.judge.question import asked_of
from intently.judge.verdict import Subject
from tests.judge.labels import NOON, says, tag

ASKED = asked_of("tag", load_criteria())
WHOLE = ASKED[-1]
TAGS = [tag(f"tag {n}", user_id=f"user {n}") for n in range(200)]


def planned(places: Iterable[int]) -> Any:
    """A run of the judge over some of the tags."""
    subjects = tuple(Subject("tag", f"t{n}", f"tag {n}", (("interest", "comedy"),), f"user {n}") for n in places)
    return SimpleNamespace(task="tag", judge=SimpleNamespace(name="agentic", version="1"), subjects=subjects)


PLAN = planned(range(200))
DONE: Any = SimpleNamespace(stopped="")
PEOPLE = ["B" if n % 4 == 0 else "A" for n in range(200)]  # three of four pass


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal("", tmp_path)
    opened.labels.put_subjects(TAGS)
    yield opened
    opened.close()


def label(journal: Journal, by: str = "person", rater: str = "ann") -> None:
    journal.labels.put(
        says(one, value, rater, criterion=WHOLE.criterion, version=WHOLE.version, by=by)
        for one, value in zip(TAGS, PEOPLE, strict=True)
    )


def judge(journal: Journal, ranks: list[str]) -> None:
    for one, rank in zip(TAGS, ranks, strict=True):
        row = JudgementRow(one.subject_id, "tag t", one.user_id, "tag", "agentic", "1", rank, 0.5, {}, [], NOON)
        journal.judgements.put(row)


def test_without_labels_of_people_nothing_is_gated_and_what_is_needed_is_said(journal: Journal) -> None:
    label(journal, "model", "model: a")
    with pytest.raises(Refused, match=r"153 more labels of people.*43 more.*fail.*Of language models there are 200"):
        check_labels(journal, ASKED, "tag")
    judge(journal, PEOPLE)
    with pytest.raises(Refused, match="may not gate.*not calibrated"):
        pass_gate(journal, ASKED, PLAN, DONE, 0.5)


def test_a_judge_that_agrees_gates_by_the_lower_end_of_the_share(journal: Journal) -> None:
    label(journal)
    check_labels(journal, ASKED, "tag")
    judge(journal, PEOPLE)
    assert "the gate is passed: 75%" in pass_gate(journal, ASKED, PLAN, DONE, 0.6)
    with pytest.raises(Refused, match="stays shut: 75%.*at least 74% were asked for"):
        pass_gate(journal, ASKED, PLAN, DONE, 0.74)


def test_a_judge_that_passes_everything_gates_nothing_though_people_have_labelled_enough(journal: Journal) -> None:
    label(journal)
    judge(journal, ["S"] * 200)
    with pytest.raises(Refused, match="may not gate.*not good enough"):
        pass_gate(journal, ASKED, PLAN, DONE, 0.1)


def test_what_was_judged_before_and_is_not_of_this_sample_neither_passes_nor_fails_it(journal: Journal) -> None:
    label(journal)
    judge(journal, PEOPLE)
    assert [one.key for one in PLAN.subjects] == [row.subject_id for row in TAGS]
    good = planned(range(1, 200, 4))
    assert "the gate is passed: 100%" in pass_gate(journal, ASKED, good, DONE, 0.9)
    with pytest.raises(Refused, match="stays shut: 0%"):
        pass_gate(journal, ASKED, planned(range(0, 200, 4)), DONE, 0.1)


def test_a_sample_that_was_cut_short_by_its_budget_passes_nothing_however_good_its_part_is(journal: Journal) -> None:
    label(journal)
    judge(journal, PEOPLE)
    cut: Any = SimpleNamespace(stopped="the budget of minutes is used up")
    with pytest.raises(
        Refused, match=r"not judged whole \(the budget of minutes is used up\). Run the same command again"
    ):
        pass_gate(journal, ASKED, planned(range(1, 200, 4)), cut, 0.1)


def test_outputs_without_a_grade_count_as_not_passed_and_many_of_them_shut_the_gate(journal: Journal) -> None:
    label(journal)
    judge(journal, PEOPLE)
    good = [*range(1, 200, 4), *range(2, 200, 4)][:95]
    text = pass_gate(journal, ASKED, planned([*good, *range(200, 205)]), DONE, 0.9)
    assert "the gate is passed: 95% [95%, 95%] pass" in text
    assert "; 5 without a grade count as not passed. " in text
    with pytest.raises(Refused, match=r"6 of 101 outputs of the sample have no grade.*at most 5% may have none"):
        pass_gate(journal, ASKED, planned([*good, *range(200, 206)]), DONE, 0.1)


def test_a_bad_output_whose_score_could_not_be_told_is_not_left_out(journal: Journal) -> None:
    label(journal)
    judge(journal, PEOPLE)
    one = TAGS[0]
    journal.judgements.put(
        JudgementRow(one.subject_id, "tag t", one.user_id, "tag", "agentic", "1", "B", None, {}, [], NOON)
    )
    assert "the gate is passed: 96%" in pass_gate(journal, ASKED, planned([0, *range(1, 100, 4)]), DONE, 0.9)


def test_a_sample_of_too_few_people_is_refused_before_a_model_is_asked(journal: Journal) -> None:
    label(journal)
    judge(journal, PEOPLE)
    few = planned(range(1, 80, 4))
    check_sample(few)
    fewer = planned(range(1, 76, 4))
    with pytest.raises(Refused, match="of outputs of 19 different people, 20 are needed. Ask for a larger one"):
        check_sample(fewer)
    with pytest.raises(Refused, match="19 different people"):
        pass_gate(journal, ASKED, fewer, DONE, 0.1)
