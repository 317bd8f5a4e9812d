"""Where people and one version of a judge meet: at the subject's key, under the criterion's words of today.

Whatever was labelled or judged under others is left out, for it says nothing of what the judge would say now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from intently.journal import LabelRow, SubjectRow
from intently.judge.calibrate import GRADE_VALUES
from intently.judge.people import under
from intently.judge.question import OVERALL, Question
from intently.judge.raters import consensus

__all__ = ["Judged", "Meeting", "answer_of", "group_of", "meetings", "passes", "said_of"]

FAILS = ("negative", "B")


class Judged(Protocol):
    """A judgement as the journal keeps it; `verdicts` name `criterion` and `grade`. All of one judge and version."""

    @property
    def subject_key(self) -> str: ...
    @property
    def user_id(self) -> str | None: ...
    @property
    def rank(self) -> str: ...
    @property
    def score(self) -> float | None: ...
    @property
    def verdicts(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Meeting:
    """A subject of which most people say one thing, and the judge something. `judged`, `people`: answers of the
    question; `score`: the judge's, in [0, 1]; `group`: subjects of one are alike."""

    subject_id: str
    group: str
    judged: str
    people: str
    score: float


def meetings(
    subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], judged: Sequence[Judged], question: Question
) -> list[Meeting]:
    """All of one question, in the order of the labels. judged: of one judge and version."""
    rows = {row.subject_id: row for row in subjects}
    ours = {one.subject_key: answer for one in judged if (answer := answer_of(one, question)) is not None}
    found = []
    for key, people in said_of(labels, question).items():
        if key in ours and key in rows:
            found.append(Meeting(key, group_of(rows[key]), ours[key][0], people, ours[key][1]))
    return found


def said_of(labels: Sequence[LabelRow], question: Question) -> dict[str, str]:
    """Subject -> what most people say of it, under the question's words of today; without ties."""
    said = consensus(under(question, labels))
    return {key: one.value for (key, _), one in said.items() if one.value is not None}


def answer_of(judged: Judged, question: Question) -> tuple[str, float] | None:
    """The judge's answer and score; None where it has none that the question knows."""
    if question.criterion == OVERALL:
        return (judged.rank, judged.score) if judged.rank in question.answers and judged.score is not None else None
    grades = [verdict["grade"] for verdict in judged.verdicts if verdict["criterion"] == question.criterion]
    return (grades[0], GRADE_VALUES[grades[0]]) if grades and grades[0] in question.answers else None


def passes(answer: str) -> bool:
    return answer not in FAILS


def group_of(subject: SubjectRow) -> str:
    return str(subject.origin.get("group") or subject.user_id or subject.subject_id)
