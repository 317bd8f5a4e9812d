"""How far two raters of the same pairs agree, and whether that is enough to trust one of them.

Pairs of one session are alike, so intervals are drawn over sessions, not over pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = [
    "EVEN",
    "LEAST_LABELS",
    "Agreement",
    "Calibration",
    "Figure",
    "Rated",
    "agreement",
    "area",
    "best_cut",
    "calibration",
    "draws",
    "figure_of",
    "kappa",
    "share",
]

EVEN = 0.5  # the cut while none was learnt
LEAST_KNOWN = 30  # chances with a known truth, to learn a cut from
RESAMPLES = 2000
CONFIDENCE = 0.95
LEAST_LABELS = 100  # of people, before a verdict counts as calibrated: then an accuracy is known to 10 points at worst
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the ends of its bootstrap interval; NaN where it is not defined."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rated:
    """One pair as two raters see it. `chance`: what the judge gives to yes, 0 or 1 when it has no doubts; `cut`: from
    which chance its verdict is yes. `group`: pairs of one group are drawn together."""

    group: str
    chance: float
    truth: bool
    cut: float = EVEN

    @property
    def judged(self) -> bool:
        return self.chance >= self.cut


@dataclass(frozen=True, slots=True)
class Agreement:
    """`majority`: the accuracy of always saying what the truth says more often, the floor of `accuracy`; `area`: how
    often a pair that is true has the higher chance than one that is not, whatever the cut (0.5: no better than luck).
    """

    name: str
    n: int
    groups: int
    judged_yes: float
    truth_yes: float
    majority: float
    accuracy: Figure
    kappa: Figure
    area: Figure


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether verdicts may be trusted, in words too. Nothing may be gated by verdicts that are not calibrated."""

    calibrated: bool
    text: str


def agreement(name: str, rated: Sequence[Rated], seed: int = 0) -> Agreement:
    """Accuracy, Cohen's kappa and area under the curve of a judge against the truth, with 95% intervals over groups."""
    tables = _tables(rated)  # (groups, 2, 2): row = judged, column = truth
    whole = tables.sum(axis=0)
    n = int(whole.sum())
    truth = whole.sum(axis=0) / n if n else np.full(2, np.nan)
    drawn = _resampled(tables, seed)
    return Agreement(
        name, n, len(tables), judged_yes=float(whole[1].sum() / n) if n else float("nan"), truth_yes=float(truth[1]),
        majority=float(truth.max()), accuracy=figure_of(_accuracy(whole), _accuracy(drawn)),
        kappa=figure_of(kappa(whole), kappa(drawn)), area=_area(rated, seed),
    )  # fmt: skip


def best_cut(known: Sequence[tuple[float, bool]]) -> float:
    """The chance from which yes agrees best with what is known of (chance, truth); the middle one of several, and an
    even cut while too little is known. Models lean to yes or no: what they mean by a half has to be learnt."""
    if len(known) < LEAST_KNOWN:
        return EVEN
    values = sorted({chance for chance, _ in known})
    cuts = [EVEN, *((low + high) / 2 for low, high in pairwise(values))]
    right = [sum((chance >= cut) == truth for chance, truth in known) for cut in cuts]
    best = sorted(cut for cut, count in zip(cuts, right, strict=True) if count == max(right))
    return best[len(best) // 2]


def area(chances: Floats, truths: npt.NDArray[np.bool_], weights: Floats) -> Floats:
    """Area under the curve of chances, for each row of weights: (resamples, pairs). A tie counts a half. NaN where all
    or none is true. Source: Hanley and McNeil 1982, Radiology 143: the probability of a right order of a pair."""
    yes, no = chances[truths], chances[~truths]
    order = (yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])
    weighed_yes, weighed_no = weights[:, truths], weights[:, ~truths]
    with np.errstate(divide="ignore", invalid="ignore"):
        right = ((weighed_yes @ order) * weighed_no).sum(axis=1)
        found: Floats = right / (weighed_yes.sum(axis=1) * weighed_no.sum(axis=1))
    return found


def kappa(table: Floats) -> Floats:
    """Cohen's kappa of tables of counts (..., classes, classes), one rater in the rows and one in the columns.

    NaN where it is not defined: no pair, or both raters gave one and the same answer throughout.
    Source: Cohen 1960, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20.
    """
    n = table.sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        by_chance = (table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1) / n**2
        found: Floats = (_accuracy(table) - by_chance) / (1 - by_chance)
    return np.where(by_chance < 1, found, np.nan)


def share(values: Sequence[tuple[str, float, float]], seed: int = 0) -> Figure:
    """The weighted mean of (group, value, weight), with its interval over groups."""
    groups = sorted({group for group, _, _ in values})
    place = {group: at for at, group in enumerate(groups)}
    sums = np.zeros((len(groups), 2))
    for group, value, weight in values:
        sums[place[group]] += (value * weight, weight)
    drawn, whole = _resampled(sums, seed), sums.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return figure_of(whole[0] / whole[1], drawn[:, 0] / drawn[:, 1])


def calibration(people: Agreement | None, by_model: int = 0) -> Calibration:
    """What may be said of verdicts. people: their agreement with labels that people gave, None without any.

    by_model: how many labels there are that a language model gave; they calibrate nothing.
    """
    labels = people.n if people else 0
    if people is not None and labels >= LEAST_LABELS:
        low, high = people.kappa.low, people.kappa.high
        return Calibration(True, f"calibrated: kappa {people.kappa.value:.2f} [{low:.2f}, {high:.2f}], {labels} labels")
    named = f", and {by_model} of a language model, which do not count" if by_model else ""
    return Calibration(False, f"not calibrated: {labels} labels of people{named}; {LEAST_LABELS - labels} more needed")


def _accuracy(table: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.trace(table, axis1=-2, axis2=-1) / table.sum(axis=(-2, -1))
    return found


def _tables(rated: Sequence[Rated]) -> Floats:
    groups = {group: at for at, group in enumerate(sorted({one.group for one in rated}))}
    tables = np.zeros((len(groups), 2, 2))
    for one in rated:
        tables[groups[one.group], int(one.judged), int(one.truth)] += 1
    return tables


def _area(rated: Sequence[Rated], seed: int) -> Figure:
    chances = np.array([one.chance for one in rated], dtype=np.float64)
    truths = np.array([one.truth for one in rated], dtype=np.bool_)
    names = sorted({one.group for one in rated})
    places = np.array([names.index(one.group) for one in rated], dtype=np.intp)
    drawn = area(chances, truths, draws(len(names), seed)[:, places])
    return figure_of(area(chances, truths, np.ones((1, len(rated))))[0], drawn)


def _resampled(sums: Floats, seed: int) -> Floats:
    """The sums over groups in each resample: (RESAMPLES, ...)."""
    return np.tensordot(draws(len(sums), seed), sums, axes=1)


def draws(groups: int, seed: int, resamples: int = RESAMPLES) -> Floats:
    """How often each group is drawn in each resample: (resamples, groups)."""
    if groups == 0:
        return np.zeros((resamples, 0))
    return np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), resamples).astype(np.float64)


def figure_of(value: npt.ArrayLike, drawn: Floats) -> Figure:
    """A value with the ends of its interval by resamples; those in which it is not defined tell nothing of it."""
    told = drawn[~np.isnan(drawn)]
    if not len(told):
        return Figure(float(np.asarray(value)), float("nan"), float("nan"))
    low, high = np.quantile(told, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Figure(float(np.asarray(value)), float(low), float(high))
