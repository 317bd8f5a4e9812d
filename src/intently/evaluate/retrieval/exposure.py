"""What a row shows to all people together: how much of the catalogue, how evenly, and to whom its hits go.

The Matthew effect is measured as in RecGPT-V1, figure 1: exposures and hits for each exposure by groups of popularity,
here with numbers. A row without the effect shows every group as often as people take from it, and hits alike in all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intently.evaluate.metrics import Interval, mean_interval, share_interval
from intently.evaluate.retrieval.slates import GROUPS, SlateFacts

__all__ = ["Exposure", "GroupShare", "exposure_of", "gini", "taken_shares"]


@dataclass(frozen=True)
class GroupShare:
    """One popularity group, 0 the head. `shown`: its share of all exposures; `hits`: taken items for each exposure of
    the group. Intervals over people."""

    group: int
    shown: Interval
    hits: Interval


@dataclass(frozen=True)
class Exposure:
    """`coverage`: share of the catalogue that was shown to anybody; `gini` of the exposures of all its items: 0 is
    even, towards 1 all on a few. Both grow with the number of people asked, who are the same in every row."""

    coverage: float
    gini: float
    groups: tuple[GroupShare, ...]


def gini(counts: Sequence[int]) -> float:
    """Of how often each item was shown, those never shown included; NaN when nothing was.

    Source: the mean absolute difference of all pairs over twice the mean, in its sorted form.
    """
    ordered = np.sort(np.asarray(counts, dtype=np.float64))
    if not ordered.sum():
        return float("nan")
    ranks = np.arange(1, len(ordered) + 1)
    return float(2 * (ranks * ordered).sum() / (len(ordered) * ordered.sum()) - (len(ordered) + 1) / len(ordered))


def exposure_of(slates: Sequence[SlateFacts], items: int, seed: int) -> Exposure:
    """Of all slates of a row, over a catalogue of `items`."""
    rows = np.array([row for facts in slates for row in facts.rows], dtype=np.int64)
    counts = np.bincount(rows, minlength=items)
    shown = _by_group([facts.groups for facts in slates])
    found = _by_group([facts.found for facts in slates])
    groups = tuple(
        GroupShare(
            group,
            share_interval(shown[:, group], shown.sum(axis=1), seed),
            share_interval(found[:, group], shown[:, group], seed),
        )
        for group in range(GROUPS)
    )
    return Exposure(float(np.count_nonzero(counts)) / items, gini(counts.tolist()), groups)


def taken_shares(slates: Sequence[SlateFacts], seed: int) -> tuple[Interval, ...]:
    """The share of each group in what people took, each person counting once: what exposure is compared with."""
    taken = _by_group([facts.taken for facts in slates])
    shares = taken / np.maximum(taken.sum(axis=1, keepdims=True), 1)
    return tuple(mean_interval(shares[:, group], seed) for group in range(GROUPS))


def _by_group(found: Sequence[Sequence[int]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """How many of each person's are in each group: (people, GROUPS)."""
    return np.array([np.bincount(groups, minlength=GROUPS) for groups in found], dtype=np.float64).reshape(-1, GROUPS)
