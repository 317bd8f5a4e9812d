"""What a run of the judge reports: ranks, shares with intervals, every score with its band, and what they rest on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intently.journal import JudgementRow
from intently.judge.agreement import Figure, share
from intently.judge.meeting import answer_of
from intently.judge.question import Question
from intently.judge.trust import Trust
from intently.judge.verdict import Subject

__all__ = ["JudgedOutput", "JudgedScore", "JudgingReport", "report_of"]

Found = Sequence[tuple[Subject, JudgementRow]]


@dataclass(frozen=True, slots=True)
class JudgedScore:
    """One score of an output, in [0, 1]: `criterion` "overall" is of the whole. People's grade (0, 1/2 or 1) lies from
    `low` to `high` with the band's probability; None: there is no band, and the report's `trust` says why."""

    criterion: str
    answer: str
    score: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class JudgedOutput:
    """`subject_key`: by which labels and judgements are found; `rank`: "" where there is none; `doubts`: how many
    people called it wrong."""

    subject_id: str
    subject_key: str
    user_id: str | None
    rank: str
    scores: tuple[JudgedScore, ...]
    doubts: int = 0


@dataclass(frozen=True)
class JudgingReport:
    """Of a sample: how many have which rank, shares with their intervals over people, and by criterion. `trust`: how
    far people's labels say that each score is to be trusted; `outputs`: each that was judged; `doubted`: ranks of those
    that people called wrong."""

    task: str
    judge: str
    version: str
    drawn: int
    judged: int
    ranks: Mapping[str, int]  # S, A, B, none
    good: Figure  # the share of S and A
    superior: Figure  # the share of S
    criteria: Mapping[str, Mapping[str, int]]  # grades by criterion
    faults: Mapping[str, int]  # what code found, by its words
    trust: tuple[Trust, ...] = ()
    outputs: tuple[JudgedOutput, ...] = ()
    stopped: str = ""
    doubted: Mapping[str, int] = field(default_factory=dict)


def report_of(
    of: tuple[str, str, str],
    drawn: int,
    found: Found,
    questions: Sequence[Question],
    trust: Sequence[Trust],
    stopped: str = "",
) -> JudgingReport:
    """What the judgements of a sample come to. of: task, judge, version. Those without a rank are in no share."""
    ranked = [(subject.group or subject.key, row) for subject, row in found if row.rank]
    grades: dict[str, Counter[str]] = {}
    for _, row in found:
        for verdict in row.verdicts:
            grades.setdefault(verdict["criterion"], Counter())[verdict["grade"] or "none"] += 1
    return JudgingReport(
        *of, drawn, len(found),
        {rank: sum((row.rank or "none") == rank for _, row in found) for rank in ("S", "A", "B", "none")},
        share([(group, float(row.rank in ("S", "A")), 1.0) for group, row in ranked]),
        share([(group, float(row.rank == "S"), 1.0) for group, row in ranked]),
        {criterion: dict(counts) for criterion, counts in grades.items()},
        dict(Counter(verdict["why"] for _, row in found for verdict in row.verdicts if verdict["why"]).most_common()),
        tuple(trust), tuple(_output(subject, row, questions, trust) for subject, row in found), stopped,
        dict(Counter(row.rank or "none" for subject, row in found if subject.doubts)),
    )  # fmt: skip


def _output(subject: Subject, row: JudgementRow, questions: Sequence[Question], trust: Sequence[Trust]) -> JudgedOutput:
    bands = {one.criterion: one.band for one in trust}
    scores = []
    for question in questions:
        if (answer := answer_of(row, question)) is not None:
            band = bands.get(question.criterion)
            scores.append(JudgedScore(question.criterion, *answer, *(band.around(answer[1]) if band else ())))
    return JudgedOutput(row.subject_id, row.subject_key, row.user_id, row.rank, tuple(scores), subject.doubts)
