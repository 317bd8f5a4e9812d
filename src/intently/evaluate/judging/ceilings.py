"""What people reach in a judge's place: the ceilings of a set, computed from its own ratings.

In the set of explanations two annotators rated the same lines as the one who received them. Each annotator is measured
as if they were a judge, by the same figures on the same cases as every row: against the receiver (no onlooker can be
asked for more), and against the other annotator.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from intently.evaluate.judging.cases import Case
from intently.evaluate.judging.mapping import Mapped
from intently.evaluate.judging.measures import RowFigures, figures_of

__all__ = ["ceilings_of"]

Ceiling = tuple[Sequence[Case], Sequence[float]]  # cases with the label that counts, and the scores of the people


def ceilings_of(name: str, cases: Sequence[Case], how: Mapped, seed: int = 0) -> dict[str, RowFigures]:
    """Figures of people by the name of their row; none of a set whose cases have one label alone."""
    if name not in _CEILINGS:
        return {}
    return {row: figures_of(of, scores, how, seed) for row, (of, scores) in _CEILINGS[name](cases, how).items()}


def _against_the_receiver(cases: Sequence[Case], how: Mapped) -> dict[str, Ceiling]:
    return {f"people: annotator {at + 1}": (cases, _ratings(cases, at)) for at in (0, 1)}


def _against_each_other(cases: Sequence[Case], how: Mapped) -> dict[str, Ceiling]:
    return {
        f"people: annotator {at + 1} by the other": (_labelled_by(cases, 1 - at, how), _ratings(cases, at))
        for at in (0, 1)
    }


def _ratings(cases: Sequence[Case], at: int) -> list[float]:
    return [case.raters[at] for case in cases]


def _labelled_by(cases: Sequence[Case], at: int, how: Mapped) -> list[Case]:
    return [replace(case, label=case.raters[at], good=case.raters[at] >= how.good_from) for case in cases]


_CEILINGS: Mapping[str, Callable[[Sequence[Case], Mapped], dict[str, Ceiling]]] = {
    "explanations": _against_the_receiver,
    "explanations-annotators": _against_each_other,
}
