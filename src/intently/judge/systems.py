"""Systems by what people and a judge say of their outputs, and whether both put them in one order.

A system is what made an output: the pipeline or the writer, and its model, as the subject's origin names it. People say
two things of an output: their grade for the whole, and whether it passes every criterion (RecGPT's pass rates, V2's
acceptance: no dimension is negative).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from intently.journal import LabelRow, SubjectRow
from intently.judge.agreement import Figure, share
from intently.judge.meeting import Judged, group_of, meetings, passes, said_of
from intently.judge.question import OVERALL, Question
from intently.judge.raters import Placed, tau

__all__ = ["FEWEST", "SystemRow", "Systems", "systems_of"]

FEWEST = 3  # systems: two are in one order by chance every other time
Shares = Sequence[tuple[str, float, float]]


@dataclass(frozen=True, slots=True)
class SystemRow:
    """`labelled`: outputs of which most people say one thing as a whole; `people`: the share of them that people pass;
    `whole`: outputs of which most people say one thing by every criterion; `accepted`: the share of them without a
    negative verdict. `judged`: of the labelled ones, what the judge has judged too; `judge`: its mean score of these.
    NaN without any; intervals over groups."""

    system: str
    labelled: int
    people: Figure
    whole: int
    accepted: Figure
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
    subjects: Sequence[SubjectRow],
    labels: Sequence[LabelRow],
    judged: Sequence[Judged],
    questions: Sequence[Question],
    judge: str,
) -> Systems:
    """A row for each system, by name. questions: of one task, the grade for the whole among them; judged: of one
    version of one judge, which `judge` names."""
    rows = {row.subject_id: row for row in subjects}
    whole = next(question for question in questions if question.criterion == OVERALL)
    graded = _by_system(rows, {key: passes(value) for key, value in said_of(labels, whole).items()})
    accepted = _by_system(rows, _accepted(labels, [one for one in questions if one is not whole]))
    placed = [
        Placed(one.group, _system(rows[one.subject_id]), float(passes(one.people)), one.score)
        for one in meetings(subjects, labels, judged, whole)
        if _system(rows[one.subject_id])
    ]
    unnamed = max(len(graded.pop("", ())), len(accepted.pop("", ())))
    made = tuple(
        _row(system, graded.get(system, ()), accepted.get(system, ()), placed)
        for system in sorted({*graded, *accepted})
    )
    both = [one.system for one in made if one.judged]
    if len(both) < FEWEST:
        return Systems(judge, made, Figure(*[float("nan")] * 3), _few(both, unnamed), unnamed)
    found = tau(placed)
    same = "people or the judge give all systems the same, so there is no order" if found.value != found.value else ""
    return Systems(judge, made, found, same, unnamed)


def _accepted(labels: Sequence[LabelRow], criteria: Sequence[Question]) -> dict[str, bool]:
    """Subject -> whether it passes every criterion, of those that people have labelled by every one."""
    said = [said_of(labels, question) for question in criteria]
    whole = set.intersection(*map(set, said)) if said else set[str]()
    return {key: all(passes(one[key]) for one in said) for key in sorted(whole)}


def _by_system(rows: Mapping[str, SubjectRow], passed: Mapping[str, bool]) -> dict[str, Shares]:
    found: defaultdict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for key, value in passed.items():
        if key in rows:
            found[_system(rows[key])].append((group_of(rows[key]), float(value), 1.0))
    return dict(found)


def _system(row: SubjectRow) -> str:
    return str(row.origin.get("system", ""))


def _row(system: str, graded: Shares, accepted: Shares, placed: Sequence[Placed]) -> SystemRow:
    scores = [one.judge for one in placed if one.system == system]
    mean = fmean(scores) if scores else float("nan")
    return SystemRow(system, len(graded), share(graded), len(accepted), share(accepted), len(scores), mean)


def _few(both: Sequence[str], unnamed: int) -> str:
    """What is missing for a comparison of orders."""
    told = f"it takes {FEWEST} systems whose outputs people have labelled and this judge has judged; so far "
    told += f"{len(both)} ({', '.join(both)})" if both else "none"
    return f"{told}; {unnamed:,} labelled outputs do not say what made them" if unnamed else told
