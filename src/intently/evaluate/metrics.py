"""Metrics of a ranking, and their intervals over people.

A ranking is told by the ranks (from 1) at which it placed what the person took; 0 means not in the list. Tests check
them against ir-measures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2

import numpy as np
import numpy.typing as npt

__all__ = [
    "Interval",
    "hit",
    "mean_interval",
    "ndcg",
    "paired_difference",
    "paired_ratio",
    "ranks_of",
    "reciprocal_rank",
    "share_interval",
]

RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """A mean with the ends of its interval."""

    mean: float
    low: float
    high: float


def ranks_of(ranked: Sequence[int] | npt.NDArray[np.integer], taken: Sequence[int]) -> tuple[int, ...]:
    """The rank of each of `taken` in the list, counted from 1; 0 where it is not in it."""
    places = {int(row): place for place, row in enumerate(ranked, start=1)}
    return tuple(places.get(int(row), 0) for row in taken)


def hit(ranks: Sequence[int], k: int) -> float:
    """1 when anything taken is among the first `k`, else 0 (success@k)."""
    return float(any(0 < rank <= k for rank in ranks))


def ndcg(ranks: Sequence[int], k: int) -> float:
    """Discounted gain of the first `k` over the best possible; everything taken is worth 1.

    Source: Järvelin and Kekäläinen 2002, with the discount log2(rank + 1).
    """
    gain = sum(1 / log2(rank + 1) for rank in ranks if 0 < rank <= k)
    best = sum(1 / log2(place + 1) for place in range(1, min(len(ranks), k) + 1))
    return gain / best if best else 0.0


def reciprocal_rank(ranks: Sequence[int], k: int) -> float:
    """1 / rank of the first of what was taken, 0 when it is not among the first `k`."""
    within = [rank for rank in ranks if 0 < rank <= k]
    return 1 / min(within) if within else 0.0


def mean_interval(values: npt.NDArray[np.float64], seed: int, confidence: float = 0.95) -> Interval:
    """Mean over people with its bootstrap interval. `values`: one number for each person."""
    if not len(values):
        return Interval(float("nan"), float("nan"), float("nan"))
    means = _resamples(len(values), seed) @ values / len(values)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(float(values.mean()), float(low), float(high))


def paired_difference(
    values: npt.NDArray[np.float64], others: npt.NDArray[np.float64], seed: int, confidence: float = 0.95
) -> Interval:
    """Mean of `values - others` over the same people, with its paired bootstrap interval."""
    return mean_interval(values - others, seed, confidence)


def paired_ratio(
    values: npt.NDArray[np.float64], others: npt.NDArray[np.float64], seed: int, confidence: float = 0.95
) -> Interval:
    """Mean of `values` over mean of `others`, both over the same people, with its paired bootstrap interval.

    Infinite where the others' mean is 0.
    """
    if not len(values):
        return Interval(float("nan"), float("nan"), float("nan"))
    drawn = _resamples(len(values), seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.nan_to_num((drawn @ values) / (drawn @ others), nan=1.0, posinf=np.inf)
        mean = float(values.mean() / others.mean()) if others.mean() else float("inf")
    tail = (1 - confidence) / 2
    low, high = np.quantile(ratios, [tail, 1 - tail], method="nearest")
    return Interval(mean, float(low), float(high))


def share_interval(
    parts: npt.NDArray[np.float64], wholes: npt.NDArray[np.float64], seed: int, confidence: float = 0.95
) -> Interval:
    """Sum of `parts` over sum of `wholes`, both by person, with its bootstrap interval over people; NaN where there is
    no whole. A resample that draws nobody with a part of the whole says nothing and is left out."""
    if not len(wholes) or not wholes.sum():
        return Interval(float("nan"), float("nan"), float("nan"))
    drawn = _resamples(len(wholes), seed)
    below = drawn @ wholes
    shares = (drawn @ parts)[below > 0] / below[below > 0]
    tail = (1 - confidence) / 2
    low, high = np.quantile(shares, [tail, 1 - tail])
    return Interval(float(parts.sum() / wholes.sum()), float(low), float(high))


@lru_cache(maxsize=16)
def _resamples(people: int, seed: int) -> npt.NDArray[np.float32]:
    """How often each person is drawn in each resample: (RESAMPLES, people). The same draws for every metric."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(people, np.full(people, 1 / people), RESAMPLES).astype(np.float32)
