"""How well scores and verdicts agree with people's labels: figures with intervals over groups, and paired differences.

A verdict of yes comes from a score by a cut that was learnt on the other half of the groups, for every row alike; in
sets where exactly one of a group is good, the best-scored one is the yes. Formulas are checked against scikit-learn
and scipy.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import kendalltau

from intently.evaluate.judging.cases import Case
from intently.evaluate.judging.mapping import Mapped
from intently.judge.agreement import Figure, kappa

__all__ = ["FIGURES", "Bools", "Floats", "RowFigures", "decide", "figures_of", "halves_of", "learnt_cut", "paired"]

RESAMPLES = 2000
TAU_RESAMPLES = 200  # of scipy's tau, which is not of sums
CONFIDENCE = 0.95
FIGURES = ("decides", "accuracy", "F1", "kappa", "tau", "r")
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RowFigures:
    """Of one row on one set: `decides` is the figure that the mapping names; NaN where one is not defined.

    `units`: what `decides` is the mean of, by group, kept to pair rows.
    """

    of: Mapping[str, Figure]
    units: tuple[tuple[str, float], ...]


def figures_of(
    cases: Sequence[Case], scores: Sequence[float], how: Mapped, seed: int = 0, cut: float | None = None
) -> RowFigures:
    """All figures of a row. scores: one a case, in order; cut: of a row that has learnt its own."""
    given, truth = np.asarray(scores, dtype=np.float64), np.array([case.good for case in cases])
    yes = decide(cases, given, how, cut)
    groups = [case.subject.group for case in cases]
    tables = np.zeros((len(cases), 2, 2))  # row = said, column = true
    tables[np.arange(len(cases)), yes.astype(int), truth.astype(int)] = 1
    units = (
        _right(cases, given) if how.decides == "right" else tuple(zip(groups, map(float, yes == truth), strict=True))
    )
    found = {
        "decides": _mean(units, seed),
        "accuracy": _of_tables(tables, groups, _accuracy, seed),
        "F1": _of_tables(tables, groups, _f1, seed),
        "kappa": _of_tables(tables, groups, kappa, seed),
        "tau": _tau(cases, given, seed),
        "r": _pearson(cases, given, seed),
    }
    return RowFigures(found, units)


def decide(cases: Sequence[Case], scores: Floats, how: Mapped, cut: float | None = None) -> Bools:
    """The verdicts that the scores come to; without a cut, by one that is learnt on the other half."""
    yes = np.zeros(len(cases), dtype=np.bool_)
    if how.decides == "right":
        for places in _places(cases).values():
            best = scores[places].max()
            top = [place for place in places if scores[place] == best]
            yes[top] = len(top) == 1  # a tie says nothing
        return yes
    if cut is not None:
        return scores >= cut
    halves = halves_of(cases)
    for half in (False, True):
        there, elsewhere = halves == half, halves != half
        truth = np.array([case.good for case in cases], dtype=np.bool_)
        yes[there] = scores[there] >= learnt_cut(scores[elsewhere], truth[elsewhere])
    return yes


def halves_of(cases: Sequence[Case]) -> Bools:
    """Which half of the groups each case is of; what is learnt from one is used on the other."""
    return np.array([_half(case.subject.group) for case in cases], dtype=np.bool_)


def paired(ours: RowFigures, other: RowFigures, seed: int = 0) -> Figure:
    """The difference of the deciding figure on the same cases, with its interval over groups."""
    pairs = zip(ours.units, other.units, strict=True)
    return _mean([(group, mine - theirs) for (group, mine), (_, theirs) in pairs], seed)


def learnt_cut(scores: Floats, truth: Bools) -> float:
    """The cut with which most verdicts are right, the middle one of several; that of always or never yes among them."""
    values = np.unique(scores)
    cuts = np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]])
    right = np.array([((scores >= cut) == truth).sum() for cut in cuts])
    best = cuts[right == right.max()]
    return float(best[len(best) // 2])


def _right(cases: Sequence[Case], scores: Floats) -> tuple[tuple[str, float], ...]:
    """Of each group, whether the good one is scored best; a tie gives its share."""
    units = []
    for group, places in _places(cases).items():
        best = scores[places].max()
        top = [place for place in places if scores[place] == best]
        units.append((group, sum(cases[place].good for place in top) / len(top)))
    return tuple(units)


def _places(cases: Sequence[Case]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, case in enumerate(cases):
        found.setdefault(case.subject.group, []).append(at)
    return found


def _half(group: str) -> bool:
    return hashlib.sha256(f"cut {group}".encode()).digest()[0] % 2 == 1


def _mean(units: Sequence[tuple[str, float]], seed: int) -> Figure:
    sums = _by_group([group for group, _ in units], np.array([[value, 1.0] for _, value in units]))
    whole, drawn = sums.sum(axis=0), _draws(len(sums), seed) @ sums
    return _figure(whole[0] / whole[1] if whole[1] else float("nan"), drawn[:, 0] / drawn[:, 1])


def _of_tables(tables: Floats, groups: Sequence[str], formula, seed: int) -> Figure:  # type: ignore[no-untyped-def]
    sums = _by_group(groups, tables)
    drawn = np.tensordot(_draws(len(sums), seed), sums, axes=1)
    return _figure(formula(sums.sum(axis=0)), formula(drawn))


def _accuracy(tables: Floats) -> Floats:
    found: Floats = np.trace(tables, axis1=-2, axis2=-1) / tables.sum(axis=(-2, -1))
    return found


def _f1(tables: Floats) -> Floats:
    """Of the good ones; 0 where there are some and none was found, NaN where there is neither."""
    hits, wrong = tables[..., 1, 1], tables[..., 1, 0] + tables[..., 0, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = 2 * hits / (2 * hits + wrong)
    return found


def _tau(cases: Sequence[Case], scores: Floats, seed: int) -> Figure:
    """Kendall's tau-b between scores and labels, over all cases."""
    labels = np.array([case.label for case in cases])
    places = list(_places(cases).values())
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(TAU_RESAMPLES if np.ptp(scores) else 0):
        some = np.concatenate([places[at] for at in rng.integers(0, len(places), len(places))])
        drawn.append(kendalltau(scores[some], labels[some]).statistic)
    value = kendalltau(scores, labels).statistic if np.ptp(scores) else float("nan")
    return _figure(value, np.array(drawn))


def _pearson(cases: Sequence[Case], scores: Floats, seed: int) -> Figure:
    """Pearson's correlation between scores and labels, over all cases. Source: the sums of the textbook, centred first,
    so that they lose no digits."""
    labels = np.array([case.label for case in cases])
    if not (np.ptp(scores) and np.ptp(labels)):
        return Figure(float("nan"), float("nan"), float("nan"))
    x, y = scores - scores.mean(), labels - labels.mean()
    sums = _by_group([case.subject.group for case in cases], np.stack([x * 0 + 1, x, y, x * x, y * y, x * y], axis=1))
    return _figure(_correlation(sums.sum(axis=0)), _correlation(_draws(len(sums), seed) @ sums))


def _correlation(sums: Floats) -> Floats:
    """From (n, x, y, xx, yy, xy) in the last axis; NaN where either does not vary."""
    n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = (n * xy - x * y) / np.sqrt((n * xx - x * x) * (n * yy - y * y))
    return found


def _by_group(groups: Sequence[str], values: Floats) -> Floats:
    names = {group: at for at, group in enumerate(sorted(set(groups)))}
    sums = np.zeros((len(names), *values.shape[1:]))
    np.add.at(sums, [names[group] for group in groups], values)
    return sums


def _draws(groups: int, seed: int) -> Floats:
    """How often each group is drawn in each resample: (RESAMPLES, groups)."""
    return np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), RESAMPLES).astype(np.float64)


def _figure(value: float | Floats, drawn: Floats) -> Figure:
    told = drawn[~np.isnan(drawn)]
    if not len(told):
        return Figure(float(value), float("nan"), float("nan"))
    low, high = np.quantile(told, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Figure(float(value), float(low), float(high))
