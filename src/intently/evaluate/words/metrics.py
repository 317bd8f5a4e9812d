"""Counts over turns as shares and F1, each with its bootstrap interval over turns; and what a share of no turns is.

A count is (wanted, of) in every turn: the share is the sum of one over the sum of the other, so that a turn with three
wishes weighs three times one with one. Precision and recall keep counts of their own, because one reading may cover
two labels and two readings one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.evaluate.metrics import RESAMPLES, Interval

__all__ = ["Measure", "Signed", "f1", "percentile", "precision", "recall", "share"]

Floats = npt.NDArray[np.float64]
BLOCK = 100  # resamples drawn at once


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `part`: the half or kind of turns it is of; `n`: what it was counted over, named by `of`."""

    part: str
    name: str
    n: int
    of: str
    value: Interval


@dataclass(frozen=True, slots=True)
class Signed:
    """Of one turn: how many readings there are and how many are right; how many labels, and how many were found."""

    read: int = 0
    right: int = 0
    labels: int = 0
    found: int = 0


def share(part: str, name: str, counts: Sequence[tuple[float, float]], of: str, seed: int) -> Measure:
    """Sum of the first over sum of the second, of one pair a turn. `of` names what the second counts."""
    table = np.array(counts, np.float64).reshape(-1, 2)
    return Measure(part, name, int(table[:, 1].sum()), of, _interval(table, _ratio, seed))


def precision(part: str, name: str, counts: Sequence[Signed], seed: int) -> Measure:
    return share(part, f"{name} precision", [(one.right, one.read) for one in counts], "readings", seed)


def recall(part: str, name: str, counts: Sequence[Signed], seed: int) -> Measure:
    return share(part, f"{name} recall", [(one.found, one.labels) for one in counts], "labels", seed)


def f1(part: str, name: str, counts: Sequence[Signed], seed: int) -> Measure:
    """Harmonic mean of precision and recall over all turns (micro F1). `n` counts labels."""
    table = np.array([(one.right, one.read, one.found, one.labels) for one in counts], np.float64).reshape(-1, 4)
    return Measure(part, f"{name} F1", int(table[:, 3].sum()), "labels", _interval(table, _f1, seed))


def percentile(part: str, name: str, values: Sequence[float], q: float, seed: int) -> Measure:
    """The q-th percentile (0 to 100) of one value a turn, in the unit of the values."""
    held = np.array(values, np.float64)
    if not len(held):
        return Measure(part, name, 0, "turns", _nothing())
    rng = np.random.default_rng(seed)
    drawn = [np.percentile(held[rng.integers(0, len(held), len(held))], q) for _ in range(200)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Measure(part, name, len(held), "turns", Interval(float(np.percentile(held, q)), float(low), float(high)))


def _ratio(sums: Floats) -> Floats:
    return _divide(sums[:, 0], sums[:, 1])


def _f1(sums: Floats) -> Floats:
    """2PR / (P + R); 0 where nothing is right. Without labels and readings there is nothing to say: not a number."""
    p, r = _divide(sums[:, 0], sums[:, 1]), _divide(sums[:, 2], sums[:, 3])
    silent = (sums[:, 1] == 0) & (sums[:, 3] == 0)
    whole = np.nan_to_num(p) + np.nan_to_num(r)
    mean = np.divide(2 * np.nan_to_num(p) * np.nan_to_num(r), whole, out=np.zeros_like(whole), where=whole > 0)
    return np.where(silent, np.nan, mean)


def _divide(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _interval(table: Floats, of_sums: Callable[[Floats], Floats], seed: int, confidence: float = 0.95) -> Interval:
    """The figure of the sums over turns, with its percentile bootstrap interval over turns."""
    mean = float(of_sums(table.sum(axis=0, keepdims=True))[0]) if len(table) else float("nan")
    if np.isnan(mean):
        return _nothing()
    rng = np.random.default_rng(seed)
    chances = np.full(len(table), 1 / len(table))
    sums = [rng.multinomial(len(table), chances, BLOCK) @ table for _ in range(RESAMPLES // BLOCK)]
    drawn = of_sums(np.concatenate(sums))
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return Interval(mean, float(low), float(high))


def _nothing() -> Interval:
    return Interval(float("nan"), float("nan"), float("nan"))
