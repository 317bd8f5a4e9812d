"""How far several raters agree among each other, and systems' orders by two raters: alpha and tau, with intervals.

What two raters of the same subjects share (accuracy, kappa, precision, recall, F1) is in `agreement` and `scores`. Here
the figures are those of libraries: Krippendorff's alpha of `krippendorff`, Kendall's tau-b of scipy.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import krippendorff
import numpy as np
import numpy.typing as npt

from intently.journal import LabelRow
from intently.judge.agreement import Figure, draws, figure_of
from intently.judge.question import UNSURE

__all__ = ["Consensus", "Placed", "alpha", "consensus", "tau", "values_of"]

RESAMPLES = 400  # of alpha and tau: each takes a millisecond
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Consensus:
    """What people say of one subject by one criterion. `value`: what most of them say, None on a tie; `unanimous`: all
    of them say it."""

    subject_id: str
    criterion: str
    value: str | None
    raters: int
    share: float  # of the raters that say `value`

    @property
    def unanimous(self) -> bool:
        return self.value is not None and self.share == 1


@dataclass(frozen=True, slots=True)
class Placed:
    """One output of a system, as people and as a judge score it; higher is better. `group`: drawn together."""

    group: str
    system: str
    people: float
    judge: float


def consensus(labels: Iterable[LabelRow]) -> dict[tuple[str, str], Consensus]:
    """By subject and criterion, from labels of people alone; those that could not tell decide nothing."""
    said: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in labels:
        if row.by == "person" and row.value != UNSURE:
            said[row.subject_id, row.criterion][row.rater] = row.value
    return {key: _consensus(key, list(values.values())) for key, values in said.items()}


def _consensus(key: tuple[str, str], values: Sequence[str]) -> Consensus:
    counts = Counter(values).most_common()
    tied = len(counts) > 1 and counts[0][1] == counts[1][1]
    return Consensus(*key, None if tied else counts[0][0], len(values), counts[0][1] / len(values))


def alpha(
    ratings: Iterable[Sequence[str]],
    answers: Sequence[str],
    *,
    ordered: bool,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Figure:
    """Krippendorff's alpha of subjects' ratings, each the values that its raters gave, with its 95% interval.

    The interval is over subjects. answers: all, from worst to best where `ordered` (ordinal, else nominal). 1: always
    the same; 0: as by chance; NaN where fewer than two raters met, or nobody ever said anything else.
    Source: Hayes and Krippendorff 2007, Communication Methods and Measures 1 (the coefficient and its bootstrap).
    """
    counts = np.array([[list(values).count(answer) for answer in answers] for values in ratings], dtype=np.float64)
    counts = counts[counts.sum(axis=1) >= 2] if len(counts) else np.zeros((0, len(answers)))
    weights = draws(len(counts), seed, resamples).astype(np.intp)
    drawn = [_alpha(np.repeat(counts, weight, axis=0), ordered) for weight in weights]
    return figure_of(_alpha(counts, ordered), np.array(drawn))


def _alpha(counts: Floats, ordered: bool) -> float:
    if np.count_nonzero(counts.sum(axis=0)) < 2:
        return float("nan")  # the library would divide zero by zero
    domain = np.arange(counts.shape[1])
    level: Literal["ordinal", "nominal"] = "ordinal" if ordered else "nominal"
    return float(krippendorff.alpha(value_counts=counts, value_domain=domain, level_of_measurement=level))


def tau(placed: Sequence[Placed], seed: int = 0) -> Figure:
    """Kendall's tau-b between the order of systems by people and by the judge, from mean scores, with its 95%
    interval over groups. 1: the same order; NaN with fewer than two systems, or when a rater puts all on one place."""
    systems = sorted({one.system for one in placed})
    groups = {group: at for at, group in enumerate(sorted({one.group for one in placed}))}
    sums = np.zeros((len(groups), len(systems), 3))
    for one in placed:
        sums[groups[one.group], systems.index(one.system)] += (one.people, one.judge, 1)
    drawn = np.tensordot(draws(len(groups), seed, RESAMPLES), sums, axes=1)
    return figure_of(_tau(sums.sum(axis=0)), np.array([_tau(one) for one in drawn]))


def _tau(sums: Floats) -> float:
    from scipy.stats import kendalltau  # takes 40 MB: a server that is asked for no agreement goes without

    seen = sums[sums[:, 2] > 0]
    means = seen[:, :2] / seen[:, 2:]
    if len(means) < 2 or np.ptp(means[:, 0]) == 0 or np.ptp(means[:, 1]) == 0:
        return float("nan")
    return float(kendalltau(means[:, 0], means[:, 1]).statistic)


def values_of(labels: Iterable[LabelRow]) -> Mapping[str, list[str]]:
    """Of one criterion, the values that people gave each subject, one a rater; without those that could not tell."""
    said: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in labels:
        if row.by == "person" and row.value != UNSURE:
            said[row.subject_id][row.rater] = row.value
    return {subject_id: list(by.values()) for subject_id, by in said.items()}
