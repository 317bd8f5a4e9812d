"""Have judge and people parted? A round of labels beside the rounds before it, or a judge beside its earlier version.

No model is asked: what the judge said is in the journal. Where the version is the same, its agreement on the newest
round is compared with that on the others; where it is another, the round counts both times, so that subjects are
compared with themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from intently.errors import BadRequest, NotFound
from intently.journal import Journal, JudgementRow, LabelRow, SubjectRow
from intently.judge.drift import Milestone, Seen, milestone
from intently.judge.meeting import meetings, passes
from intently.judge.question import OVERALL, Question

__all__ = ["Asked", "Parting", "milestone_of"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to compare. `against`: rounds at calibration, none for all that are there; `version`: of the judge, None for
    the newest; `before`: its version at calibration, None for the same."""

    task: str
    batch: str
    against: tuple[str, ...] = ()
    criterion: str = OVERALL
    judge: str = "agentic"
    version: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class Parting:
    """What was compared, and what came out."""

    task: str
    criterion: str
    judge: str
    batch: str
    version: str
    against: tuple[str, ...]
    before: str
    milestone: Milestone


def milestone_of(journal: Journal, questions: Sequence[Question], asked: Asked) -> Parting:
    """Compare. Raises NotFound for an unknown round, BadRequest for a question or version that there is not, and where
    either side has no output that both people and judge know."""
    question = _question(questions, asked)
    subjects = journal.labels.subjects(task=asked.task)
    rounds = _rounds(subjects, asked)
    rows = journal.judgements.all(task=asked.task, judge=asked.judge)
    version = _version(rows, asked, asked.version)
    before = _version(rows, asked, asked.before or version)
    against = _against(rounds, asked, same=version == before)
    labels = journal.labels.labels(task=asked.task)
    now, then = (
        _seen([row for row in subjects if row.batch in batches], labels, rows, wanted, question)
        for batches, wanted in (((asked.batch,), version), (against, before))
    )
    for seen, batches, wanted in ((now, (asked.batch,), version), (then, against, before)):
        if not seen:
            raise BadRequest(_nothing(asked, batches, wanted))
    found = milestone(then, now)
    return Parting(asked.task, question.criterion, asked.judge, asked.batch, version, against, before, found)


def _seen(
    subjects: Sequence[SubjectRow],
    labels: Sequence[LabelRow],
    rows: Sequence[JudgementRow],
    version: str,
    question: Question,
) -> list[Seen]:
    judged = [row for row in rows if row.version == version]
    met = meetings(subjects, labels, judged, question)
    return [Seen(one.subject_id, one.group, passes(one.judged), passes(one.people)) for one in met]


def _question(questions: Sequence[Question], asked: Asked) -> Question:
    known = {one.criterion: one for one in questions if one.ordered and not one.side}
    if asked.criterion not in known:
        raise BadRequest(f"{asked.task} has no criterion {asked.criterion!r}; there are {', '.join(known)}")
    return known[asked.criterion]


def _rounds(subjects: Sequence[SubjectRow], asked: Asked) -> tuple[str, ...]:
    """All rounds of the task, the oldest first; those that were named are among them."""
    known = tuple(dict.fromkeys(row.batch for row in subjects))
    for batch in (asked.batch, *asked.against):
        if batch not in known:
            there = f"; there are {', '.join(known)}" if known else "; draw one: intently label draw"
            raise NotFound(f"there is no round {batch!r} of {asked.task}{there}")
    return known


def _version(rows: Sequence[JudgementRow], asked: Asked, wanted: str | None) -> str:
    """The version that was named, or the one that judged last."""
    known = list(dict.fromkeys(row.version for row in rows))
    if not known:
        raise BadRequest(f"{asked.judge} has judged no {asked.task} yet: intently judge --task {asked.task} --batch "
                         f"{asked.batch} --judge {asked.judge}")  # fmt: skip
    if wanted is not None and wanted not in known:
        raise BadRequest(f"{asked.judge} {wanted} has judged no {asked.task}; there are {', '.join(known)}")
    return wanted or rows[-1].version


def _against(rounds: Sequence[str], asked: Asked, *, same: bool) -> tuple[str, ...]:
    """The rounds at calibration: those that were named, else all, without this one where the judge is the same."""
    if same and asked.batch in asked.against:
        raise BadRequest(f"the round {asked.batch!r} cannot be compared with itself by the same version of the judge; "
                         "name other rounds, or an earlier version with --before")  # fmt: skip
    against = asked.against or tuple(batch for batch in rounds if not (same and batch == asked.batch))
    if not against:
        raise BadRequest(f"{asked.batch!r} is the only round of {asked.task}: keep the labels of the calibration as a "
                         "round of their own, or name an earlier version of the judge with --before")  # fmt: skip
    return against


def _nothing(asked: Asked, batches: Sequence[str], version: str) -> str:
    named = " ".join(f"--batch {batch}" for batch in batches[:1])
    return (
        f"nothing to compare: of {', '.join(batches)} there is no output that people have labelled by "
        f"{asked.criterion!r} and {asked.judge} {version} has judged. Label some at /label, and have them judged: "
        f"intently judge --task {asked.task} {named}"
    )
