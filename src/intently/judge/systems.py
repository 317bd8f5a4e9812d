"""Systems by what people and a judge say of their outputs, and whether both put them in one order.

A system is what made an output: the pipeline or the writer, and its model, as the subject's origin names it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from intently.journal import LabelRow, SubjectRow
from intently.judge.agreement import Figure
from intently.judge.meeting import Judged, meetings, passes, said_of
from intently.judge.question import Question
from intently.judge.raters import Placed, tau

__all__ = ["FEWEST", "SystemRow", "Systems", "systems_of"]

FEWEST = 3  # systems: two are in one order by chance every other time


@dataclass(frozen=True, slots=True)
class SystemRow:
    """`labelled`: outputs of which most people say one thing; `people`: the share of them that people pass; `judged`:
    of them, what the judge has judged too; `judge`: its mean score of these, NaN without any."""

    system: str
    labelled: int
    people: float
    judged: int
    judge: float


@dataclass(frozen=True)
class Systems:
    """`judge`: name and version, "" where none has judged; `tau`: Kendall's tau-b between people's order and the
    judge's, NaN where `why` says what is missing; `unnamed`: labelled outputs that do not say what made them."""

    judge: str
    rows: tuple[SystemRow, ...]
    tau: Figure
    why: str
    unnamed: int


def systems_of(
    subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], judged: Sequence[Judged], question: Question, judge: str
) -> Systems:
    """A row for each system, by name. judged: of one version of one judge, which `judge` names."""
    made_by = {row.subject_id: str(row.origin.get("system", "")) for row in subjects}
    passed: defaultdict[str, list[float]] = defaultdict(list)
    for subject_id, value in said_of(labels, question).items():
        if subject_id in made_by:
            passed[made_by[subject_id]].append(float(passes(value)))
    placed = [
        Placed(one.group, made_by[one.subject_id], float(passes(one.people)), one.score)
        for one in meetings(subjects, labels, judged, question)
        if made_by[one.subject_id]
    ]
    unnamed = len(passed.pop("", ()))
    rows = tuple(_row(system, passed[system], placed) for system in sorted(passed))
    both = [one.system for one in rows if one.judged]
    if len(both) < FEWEST:
        return Systems(judge, rows, Figure(*[float("nan")] * 3), _few(both, unnamed), unnamed)
    found = tau(placed)
    same = "people or the judge give all systems the same, so there is no order" if found.value != found.value else ""
    return Systems(judge, rows, found, same, unnamed)


def _row(system: str, passed: Sequence[float], placed: Sequence[Placed]) -> SystemRow:
    scores = [one.judge for one in placed if one.system == system]
    return SystemRow(system, len(passed), fmean(passed), len(scores), fmean(scores) if scores else float("nan"))


def _few(both: Sequence[str], unnamed: int) -> str:
    """What is missing for a comparison of orders."""
    told = f"it takes {FEWEST} systems whose outputs people have labelled and this judge has judged; so far "
    told += f"{len(both)} ({', '.join(both)})" if both else "none"
    return f"{told}; {unnamed:,} labelled outputs do not say what made them" if unnamed else told
