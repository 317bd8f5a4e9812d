"""How far one version of a judge is to be trusted: a row a question, and the gate of each.

`band`: around each judged score. `mean`: what people would give on average to what was judged. Where labels are too few
for a band, a row says which are missing and how to come by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from intently.journal import LabelRow, SubjectRow
from intently.judge.agreement import Figure, Rated
from intently.judge.calibrate import GRADE_VALUES, LEAST_BAND, Band, Gate, Need, Scored, conformal, gate, rectified
from intently.judge.meeting import Judged, Meeting, answer_of, group_of, meetings, passes, said_of
from intently.judge.people import under
from intently.judge.question import Question
from intently.judge.scores import Pairing, Scores, scores

__all__ = ["Trust", "gates", "missing", "passing", "trust_of"]


@dataclass(frozen=True)
class Trust:
    """A criterion: people against the judge. `scores`: passing is positive; `judged`: the judge's mean score of the
    sample, `mean`: the grade that people would give it on average; `band`: around each judged score, None where `why`
    says what is missing."""

    criterion: str
    scores: Scores
    judged: float
    mean: Figure
    band: Band | None
    why: str
    gate: Gate


def trust_of(
    subjects: Sequence[SubjectRow],
    labels: Sequence[LabelRow],
    judged: Sequence[Judged],
    questions: Sequence[Question],
    sample: Sequence[Judged] | None = None,
) -> tuple[Trust, ...]:
    """A row for each ordered question about one output that this judge answers of the sample.

    judged: all that this version has judged, which calibrates it; sample: what the means are of, None for all of it.
    """
    found = []
    for question in questions:
        ours = _scores_of(subjects, judged if sample is None else sample, question)
        if question.ordered and not question.side and ours:
            met = meetings(subjects, labels, judged, question)
            found.append(_trust(question, met, ours, labels))
    return tuple(found)


def gates(
    subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], judged: Sequence[Judged], questions: Sequence[Question]
) -> tuple[Gate, ...]:
    """May this judge gate by these questions? What `intently judge --gate` asks: open only where every one is."""
    return tuple(_gate(question, meetings(subjects, labels, judged, question), labels)
                 for question in questions if question.ordered and not question.side)  # fmt: skip


def missing(subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], question: Question) -> tuple[Need, ...]:
    """What is needed before any judge may gate by a question, from people's labels alone: known before one is asked."""
    rows = {row.subject_id: row for row in subjects}
    said = [(group_of(rows[key]), passes(value)) for key, value in said_of(labels, question).items() if key in rows]
    return gate(question.criterion, [Rated(group, float(truth), truth) for group, truth in said]).needs


def passing(
    subjects: Sequence[SubjectRow],
    labels: Sequence[LabelRow],
    judged: Sequence[Judged],
    question: Question,
    sample: Sequence[Judged],
) -> Figure:
    """The share of a sample that people would pass: the judge's, moved by where people differ from it on `judged`."""
    rows = {row.subject_id: row for row in subjects}
    ours = [(_group(one, rows), float(passes(answer[0]))) for one in sample if (answer := answer_of(one, question))]
    both = [
        Scored(one.group, one.subject_id, float(passes(one.judged)), float(passes(one.people)))
        for one in meetings(subjects, labels, judged, question)
    ]
    return rectified(ours, both)


def _trust(
    question: Question, met: Sequence[Meeting], ours: Sequence[tuple[str, float]], labels: Sequence[LabelRow]
) -> Trust:
    pairings = [Pairing(one.group, one.judged, one.people) for one in met]
    scored = [Scored(one.group, one.subject_id, one.score, GRADE_VALUES[one.people]) for one in met]
    answers, band = list(question.answers), conformal(scored)
    few = band.labels < LEAST_BAND
    return Trust(
        question.criterion, scores(pairings, answers, [answer for answer in answers if passes(answer)]),
        sum(score for _, score in ours) / len(ours), rectified(ours, scored), None if few else band,
        _why(question, band.labels, len(met), labels) if few else "", _gate(question, met, labels),
    )  # fmt: skip


def _why(question: Question, groups: int, met: int, labels: Sequence[LabelRow]) -> str:
    """Why there is no band around the judge's scores."""
    said = len(said_of(labels, question))
    if not said:
        today = under(question, labels)
        others = sum(row.criterion == question.criterion and row.by == "person" for row in labels)
        others -= sum(row.by == "person" for row in today)
        models = sum(row.by == "model" for row in today)
        named = f"; {others:,} under other words do not count" if others else ""
        named += f"; {models:,} of language models do not count" if models else ""
        return f"people have labelled nothing by it that counts{named}"
    judge_them = "judge them: intently judge --batch ROUND"
    if not met:
        return f"of {said:,} outputs that people labelled this version has judged none; {judge_them}"
    named = f"; {said - met:,} labelled outputs are not judged by this version, {judge_them}" if said > met else ""
    return f"labelled outputs of {LEAST_BAND} different people are needed, there are {groups}{named}"


def _scores_of(subjects: Sequence[SubjectRow], judged: Sequence[Judged], question: Question) -> list[tuple[str, float]]:
    """(group, score) of everything that was judged by this question."""
    rows = {row.subject_id: row for row in subjects}
    return [(_group(one, rows), answer[1]) for one in judged if (answer := answer_of(one, question))]


def _group(judged: Judged, rows: dict[str, SubjectRow]) -> str:
    """As of the labelled subject; what nobody labelled is drawn with all that is the same person's."""
    row = rows.get(judged.subject_key)
    return group_of(row) if row is not None else judged.user_id or judged.subject_key


def _gate(question: Question, met: Sequence[Meeting], labels: Sequence[LabelRow]) -> Gate:
    rated = [Rated(one.group, float(passes(one.judged)), passes(one.people)) for one in met]
    by_model = sum(row.by == "model" for row in under(question, labels))
    return gate(question.criterion, rated, by_model)
