"""Which question a rater gets next, and how far a round of labelling is.

The order of subjects is drawn by the round's name and is the same for every rater: whoever stops early has then rated
what others have rated too, which is what agreement is measured on. All questions about one subject follow each other:
it is read once. A question leaves the queue when as many people as were wanted have answered it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from intently.journal import LabelRow, SubjectRow
from intently.judge.question import Question

__all__ = ["Progress", "Todo", "drawn", "mirrored", "next_todo", "progress"]


@dataclass(frozen=True, slots=True)
class Todo:
    """One question about one subject; `number`: which of the round's subjects, from 1."""

    subject: SubjectRow
    question: Question
    number: int
    step: int  # which of the questions about it, from 1


@dataclass(frozen=True, slots=True)
class Progress:
    """`mine`: questions that this rater has answered; `left`: that are still for them; `subjects`: in the round;
    `whole`: answers of people that the round wants, of which `given` are there; `raters`: who gave them."""

    subjects: int
    mine: int
    left: int
    given: int
    whole: int
    raters: int


def drawn(subjects: Iterable[SubjectRow]) -> list[SubjectRow]:
    """In the order in which they are shown: by a hash, so that a round that grows keeps its order."""
    return sorted(subjects, key=lambda row: _digest(row.batch, row.subject_id))


def mirrored(subject: SubjectRow, rater: str) -> bool:
    """Whether this rater sees the second side on the left: a coin, so that left and right weigh alike over raters."""
    return _digest(subject.subject_id, rater)[0] % 2 == 1


def next_todo(
    subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], questions: Sequence[Question], rater: str
) -> Todo | None:
    """The first question in order that this rater has not answered and that still wants people; None at the end."""
    said = _raters_of(labels)
    for number, subject in enumerate(drawn(subjects), 1):
        for step, question in enumerate(questions, 1):
            if _wanted(subject, said[_key(subject, question)], rater):
                return Todo(subject, question, number, step)
    return None


def progress(
    subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], questions: Sequence[Question], rater: str
) -> Progress:
    said = _raters_of(labels)
    cells = [(subject, said[_key(subject, question)]) for subject in subjects for question in questions]
    return Progress(
        subjects=len(subjects),
        mine=sum(rater in raters for _, raters in cells),
        left=sum(_wanted(subject, raters, rater) for subject, raters in cells),
        given=sum(min(len(raters), subject.raters) for subject, raters in cells),
        whole=sum(subject.raters for subject, _ in cells),
        raters=len({name for _, raters in cells for name in raters}),
    )


def _wanted(subject: SubjectRow, raters: set[str], rater: str) -> bool:
    return rater not in raters and len(raters) < subject.raters


def _raters_of(labels: Iterable[LabelRow]) -> defaultdict[tuple[str, str, str], set[str]]:
    """The people who have answered each question: a model's word fills no place of theirs."""
    found: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in labels:
        if row.by == "person":
            found[row.subject_id, row.criterion, row.version].add(row.rater)
    return found


def _key(subject: SubjectRow, question: Question) -> tuple[str, str, str]:
    return subject.subject_id, question.criterion, question.version


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
