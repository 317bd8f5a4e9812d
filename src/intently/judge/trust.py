"""What people's labels say of themselves and of a judge: one row a question, and one gate a criterion.

People and judge meet at the subject's key, under the criterion's words of today and one version of the judge: whatever
was labelled or judged under others is left out, for it says nothing of what would gate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from intently.journal import LabelRow, SubjectRow
from intently.judge.agreement import Figure, Rated
from intently.judge.calibrate import GRADE_VALUES, Band, Gate, Need, Scored, conformal, gate, rectified
from intently.judge.question import OVERALL, UNSURE, Question
from intently.judge.raters import alpha, consensus, values_of
from intently.judge.scores import Pairing, Scores, scores

__all__ = ["Judged", "People", "Trust", "gates", "missing", "passing", "people_of", "trust_of"]

FAILS = ("negative", "B")


class Judged(Protocol):
    """A judgement as the journal keeps it; `verdicts` name `criterion` and `grade`. All of one judge and version."""

    @property
    def subject_key(self) -> str: ...
    @property
    def rank(self) -> str: ...
    @property
    def score(self) -> float | None: ...
    @property
    def verdicts(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True)
class People:
    """One question as people have answered it. `twice`: subjects that at least two could tell; `unanimous`: of those,
    the ones that all agree on; `values`: what most say, over subjects; `by_model`: labels of models, nowhere else."""

    criterion: str
    subjects: int
    raters: int
    twice: int
    unanimous: int
    unsure: int
    by_model: int
    values: Mapping[str, int]
    alpha: Figure


@dataclass(frozen=True)
class Trust:
    """A criterion: people against the judge. `scores`: passing is positive; `band`: around each judged score."""

    criterion: str
    scores: Scores
    band: Band
    gate: Gate


def people_of(labels: Sequence[LabelRow], questions: Iterable[Question]) -> tuple[People, ...]:
    """A row for each question, from labels under its words of today."""
    return tuple(_people(question, _under(question, labels)) for question in questions)


def trust_of(
    subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], judged: Sequence[Judged], questions: Sequence[Question]
) -> tuple[Trust, ...]:
    """A row for each ordered question about one output."""
    found = []
    for question in questions:
        if question.ordered and not question.side:
            met = _met(subjects, _under(question, labels), judged, question)
            pairings = [Pairing(group, ours, people) for group, _, ours, people, _ in met]
            passing = [answer for answer in question.answers if answer not in FAILS]
            scored = [Scored(group, key, score, GRADE_VALUES[people]) for group, key, _, people, score in met]
            found.append(Trust(question.criterion, scores(pairings, list(question.answers), passing), conformal(scored),
                               _gate(question, met, labels)))  # fmt: skip
    return tuple(found)


def gates(
    subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], judged: Sequence[Judged], questions: Sequence[Question]
) -> tuple[Gate, ...]:
    """May this judge gate by these questions? What `intently judge --gate` asks: open only where every one is."""
    return tuple(_gate(question, _met(subjects, _under(question, labels), judged, question), labels)
                 for question in questions if question.ordered and not question.side)  # fmt: skip


def missing(subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], question: Question) -> tuple[Need, ...]:
    """What is needed before any judge may gate by a question, from people's labels alone: known before one is asked."""
    known = {row.subject_id for row in subjects}
    said = consensus(_under(question, labels))
    truths = [one.value not in FAILS for (key, _), one in said.items() if one.value is not None and key in known]
    return gate(question.criterion, [Rated(str(n), float(truth), truth) for n, truth in enumerate(truths)]).needs


def passing(
    subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], judged: Sequence[Judged], question: Question
) -> Figure:
    """The share of all that was judged that people would pass: the judge's, moved by where people differ from it."""
    rows = {row.subject_id: row for row in subjects}
    ours = [(one.subject_key, answer[0]) for one in judged if (answer := _answer(one, question)) is not None]
    groups = [(_group(rows[key]) if key in rows else key, float(value not in FAILS)) for key, value in ours]
    met = _met(subjects, _under(question, labels), judged, question)
    both = [
        Scored(group, key, float(ours not in FAILS), float(people not in FAILS)) for group, key, ours, people, _ in met
    ]
    return rectified(groups, both)


Met = list[tuple[str, str, str, str, float]]  # group, key, the judge's answer, people's answer, the judge's score


def _met(
    subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], judged: Sequence[Judged], question: Question
) -> Met:
    """Subjects of which most people say one thing and the judge something."""
    rows = {row.subject_id: row for row in subjects}
    ours = {one.subject_key: answer for one in judged if (answer := _answer(one, question)) is not None}
    found: Met = []
    for (key, _), people in consensus(labels).items():
        if people.value is not None and key in ours and key in rows:
            found.append((_group(rows[key]), key, ours[key][0], people.value, ours[key][1]))
    return found


def _group(subject: SubjectRow) -> str:
    return str(subject.origin.get("group") or subject.user_id or subject.subject_id)


def _answer(judged: Judged, question: Question) -> tuple[str, float] | None:
    """The judge's answer and score; None where it has none that the question knows."""
    if question.criterion == OVERALL:
        return (judged.rank, judged.score) if judged.rank in question.answers and judged.score is not None else None
    grades = [verdict["grade"] for verdict in judged.verdicts if verdict["criterion"] == question.criterion]
    return (grades[0], GRADE_VALUES[grades[0]]) if grades and grades[0] in question.answers else None


def _gate(question: Question, met: Met, labels: Sequence[LabelRow]) -> Gate:
    rated = [Rated(group, float(ours not in FAILS), people not in FAILS) for group, _, ours, people, _ in met]
    by_model = sum(row.by == "model" and row.criterion == question.criterion for row in labels)
    return gate(f"{question.task} {question.criterion}", rated, by_model)


def _under(question: Question, labels: Sequence[LabelRow]) -> list[LabelRow]:
    return [row for row in labels if (row.criterion, row.version) == (question.criterion, question.version)]


def _people(question: Question, labels: Sequence[LabelRow]) -> People:
    given, said = values_of(labels), consensus(labels)
    twice = [one for one in said.values() if one.raters >= 2]
    most = [one.value for one in said.values()]
    by_people = [row for row in labels if row.by == "person"]
    return People(
        question.criterion, len(said), len({row.rater for row in by_people}), len(twice),
        sum(one.unanimous for one in twice), sum(row.value == UNSURE for row in by_people),
        len(labels) - len(by_people), {answer: most.count(answer) for answer in question.answers},
        alpha(list(given.values()), list(question.answers), ordered=question.ordered),
    )  # fmt: skip
