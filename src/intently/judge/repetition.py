"""The outcome of the study of redundancy: how often the feeds of either arm repeat themselves, and the difference.

An arm is a way of making feeds, as the origin of a pair names its sides: "served" and "varied". A pair counts where as
many people as its round wanted, two at least, could tell it of both feeds and all of them say the same of each.
Source: RecGPT, section 8 (user study: three evaluators, unanimous answers alone; repetition in the list and in its top
four). Departure: ours may repeat itself "little" or "clearly"; both are repetition, and unanimity is about having it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from intently.journal import LabelRow, SubjectRow
from intently.judge.agreement import Figure, share
from intently.judge.meeting import group_of
from intently.judge.people import under
from intently.judge.question import Question
from intently.judge.raters import values_of

__all__ = ["Repetition", "repetition_of"]

LEAST_RATERS = 2  # of whom it can be said that they agree
SIDES = ("a", "b")
MEASURES = {"anywhere": ("repeats", ("little", "clearly")), "top": ("where", ("top",))}  # top: among the first four
Said = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Repetition:
    """Two arms by one measure, "anywhere" or "top". `answered`: pairs of which enough people could tell it; `pairs`: of
    these, the ones on which they all agree; `fewest`, `most`: raters of one of these; `first`, `second`: the share of
    them that repeats itself, by arm; `difference`: the first less the second, of the same people. Intervals are over
    people."""

    measure: str
    arms: tuple[str, str]
    answered: int
    pairs: int
    fewest: int
    most: int
    first: Figure
    second: Figure
    difference: Figure


def repetition_of(
    subjects: Sequence[SubjectRow], labels: Sequence[LabelRow], questions: Sequence[Question]
) -> tuple[Repetition, ...]:
    """Both measures of every two arms that were compared, arms by name; a side that its origin does not name is "a" or
    "b"."""
    compared: defaultdict[tuple[str, str], list[SubjectRow]] = defaultdict(list)
    for row in subjects:
        compared[_arms(row)].append(row)
    asked = {question.criterion: question for question in questions}
    found = []
    for arms, rows in sorted(compared.items()):
        for measure, (name, yes) in MEASURES.items():
            said = {side: values_of(under(asked[f"{name}-{side}"], labels)) for side in SIDES}
            found.append(_measured(measure, arms, rows, said, yes))
    return tuple(found)


def _measured(
    measure: str, arms: tuple[str, str], rows: Sequence[SubjectRow], said: Mapping[str, Said], yes: Collection[str]
) -> Repetition:
    answered, raters = 0, []
    one: list[tuple[str, float, float]] = []
    two: list[tuple[str, float, float]] = []
    for row in rows:
        first, second = ([value in yes for value in said[side].get(row.subject_id, ())] for side in _sides(row))
        if min(len(first), len(second)) < max(LEAST_RATERS, row.raters):
            continue
        answered += 1
        if len(set(first)) == len(set(second)) == 1:
            raters += [len(first), len(second)]
            one.append((group_of(row), float(first[0]), 1.0))
            two.append((group_of(row), float(second[0]), 1.0))
    apart = [(group, a - b, 1.0) for (group, a, _), (_, b, _) in zip(one, two, strict=True)]
    return Repetition(
        measure, arms, answered, len(one), min(raters, default=0), max(raters, default=0),
        share(one), share(two), share(apart),
    )  # fmt: skip


def _named(row: SubjectRow) -> dict[str, str]:
    return {side: str(row.origin.get(side, side)) for side in SIDES}


def _arms(row: SubjectRow) -> tuple[str, str]:
    first, second = sorted(_named(row).values())
    return first, second


def _sides(row: SubjectRow) -> tuple[str, str]:
    """Which side is the first arm, and which the second."""
    first, second = sorted(SIDES, key=_named(row).__getitem__)
    return first, second
