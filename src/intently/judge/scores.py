"""Precision, recall and F1 of a judge beside its accuracy and kappa, for the answers that count as positive.

V1's rows take what passes as positive (acceptable or positive), V2's what is superior. Point figures and intervals come
from the same counts, drawn anew over groups 2,000 times at once, which no library does; a test holds each figure
against scikit-learn's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.judge.agreement import Figure, draws, figure_of, kappa

__all__ = ["Pairing", "Scores", "scores"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairing:
    """One subject: what the judge answers and what is true. `group`: drawn together."""

    group: str
    judged: str
    truth: str


@dataclass(frozen=True, slots=True)
class Scores:
    """`exact`: both say the same answer; `kappa`: over all answers; the rest of positive against not. `majority`: the
    accuracy of always saying what is true more often. NaN where a figure is not defined."""

    n: int
    positive: int  # true ones
    exact: Figure
    kappa: Figure
    accuracy: Figure
    precision: Figure
    recall: Figure
    f1: Figure
    majority: float


def scores(pairings: Sequence[Pairing], answers: Sequence[str], positive: Collection[str], seed: int = 0) -> Scores:
    """With 95% intervals over groups. answers: all that there are; a pairing with another one is a KeyError of ours."""
    groups = {group: at for at, group in enumerate(sorted({one.group for one in pairings}))}
    place = {answer: at for at, answer in enumerate(answers)}
    tables = np.zeros((len(groups), len(answers), len(answers)))  # row = judged, column = truth
    for one in pairings:
        tables[groups[one.group], place[one.judged], place[one.truth]] += 1
    whole, drawn = tables.sum(axis=0), np.tensordot(draws(len(groups), seed), tables, axes=1)
    yes = np.array([answer in positive for answer in answers])
    counts, resampled = _counts(whole, yes), _counts(drawn, yes)
    found = {name: figure_of(value, resampled[name]) for name, value in counts.items()}
    n, true = int(whole.sum()), int(whole[:, yes].sum())
    return Scores(
        n=n, positive=true, exact=figure_of(_ratio(_trace(whole), whole.sum()), _ratio(_trace(drawn), _all(drawn))),
        kappa=figure_of(kappa(whole), kappa(drawn)), majority=max(true, n - true) / n if n else float("nan"), **found,
    )  # fmt: skip


def _counts(tables: Floats, yes: npt.NDArray[np.bool_]) -> dict[str, Floats]:
    """Accuracy, precision, recall, F1 of tables (..., answers, answers)."""
    both = tables[..., yes, :][..., yes].sum(axis=(-2, -1))
    neither = tables[..., ~yes, :][..., ~yes].sum(axis=(-2, -1))
    judged, true = tables[..., yes, :].sum(axis=(-2, -1)), tables[..., yes].sum(axis=(-2, -1))
    return {
        "accuracy": _ratio(both + neither, _all(tables)),
        "precision": _ratio(both, judged),
        "recall": _ratio(both, true),
        "f1": _ratio(2 * both, judged + true),
    }


def _trace(tables: Floats) -> Floats:
    found: Floats = np.trace(tables, axis1=-2, axis2=-1)
    return found


def _all(tables: Floats) -> Floats:
    found: Floats = tables.sum(axis=(-2, -1))
    return found


def _ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.asarray(part, dtype=np.float64) / np.asarray(whole, dtype=np.float64)
    return found
