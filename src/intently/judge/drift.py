"""Milestone check: have judge and people parted since the judge was calibrated? (RecGPT V1: milestone supervision)

At each milestone people label some recent outputs; the judge's agreement with them is compared with what it was at
calibration. Subjects that were labelled both times are paired (McNemar's exact test: how often it was right then and is
wrong now, against the reverse); else the two samples are compared, drawn over groups. Beside it, paired on the new
subjects themselves: does the judge lean, passing what people fail more often than the reverse?
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import binomtest

from intently.judge.agreement import Figure, draws, figure_of
from intently.judge.power import LEAD, labels_to_see_a_drop

__all__ = ["LEAST_PAIRS", "Milestone", "Seen", "milestone"]

LEAST_PAIRS = 30  # subjects that were labelled both times, from which on they are compared in pairs
ERROR = 0.05
Sums = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One subject by one criterion, as judge and people saw it."""

    subject_id: str
    group: str
    judged: bool
    people: bool

    @property
    def agrees(self) -> bool:
        return self.judged == self.people


@dataclass(frozen=True, slots=True)
class Milestone:
    """`before`, `now`: agreement; `change`: now less before; `paired`: subjects compared with themselves, 0 where the
    samples are different; `p`: of a fall by chance; `lenient`, `strict`: new subjects that only the judge, only people
    pass, and `p_lean`. `parted`: warn; `needed`: labels that would show a fall of 10 points, where these do not."""

    before: Figure
    now: Figure
    change: Figure
    paired: int
    p: float
    lenient: int
    strict: int
    p_lean: float
    parted: bool
    needed: int
    text: str


def milestone(before: Sequence[Seen], now: Sequence[Seen], seed: int = 0) -> Milestone:
    """Compare agreement at calibration with agreement now. Both need subjects: without any, nothing is compared and the
    text says so."""
    then = {one.subject_id: one for one in before}
    pairs = [(then[one.subject_id], one) for one in now if one.subject_id in then]
    paired = len(pairs) >= LEAST_PAIRS
    change, p = _paired(pairs, seed) if paired else _apart(before, now, seed)
    lenient = sum(one.judged and not one.people for one in now)
    strict = sum(one.people and not one.judged for one in now)
    p_lean = float(binomtest(lenient, lenient + strict).pvalue) if lenient + strict else 1.0
    agreed = _agreement(before, seed)
    needed = labels_to_see_a_drop(agreed.value, LEAD, before=len(before)) if before else 0
    found = Milestone(
        agreed, _agreement(now, seed), change, len(pairs) if paired else 0, p, lenient, strict, p_lean,
        parted=p < ERROR and change.value < 0, needed=needed, text="",
    )  # fmt: skip
    return replace(found, text=_words(found, len(now)))


def _words(found: Milestone, labels: int) -> str:
    if not labels or np.isnan(found.before.value):
        return "nothing to compare: label outputs of this milestone, and keep those of the calibration"
    told = f"agreement {found.before.value:.2f} at calibration, {found.now.value:.2f} now ({found.change.value:+.2f}"
    told += f" [{found.change.low:+.2f}, {found.change.high:+.2f}], p {found.p:.3f})"
    lean = "passes" if found.lenient > found.strict else "fails"
    if found.p_lean < ERROR:
        told += f"; the judge {lean} too much: {found.lenient} only it passes, {found.strict} only people"
    if found.parted:
        return f"WARNING, judge and people have parted: {told}. Calibrate anew, or train the judge on these labels."
    if labels < found.needed:
        return f"no parting shown: {told}; {found.needed:,} labels would show a fall of 10 points, there are {labels:,}"
    return f"judge and people still agree: {told}"


def _paired(pairs: Sequence[tuple[Seen, Seen]], seed: int) -> tuple[Figure, float]:
    """McNemar's test, exact and one-sided. Source: McNemar 1947, Psychometrika 12."""
    lost = sum(before.agrees and not now.agrees for before, now in pairs)
    won = sum(now.agrees and not before.agrees for before, now in pairs)
    p = float(binomtest(lost, lost + won, alternative="greater").pvalue) if lost + won else 1.0
    sums = _sums([(now.group, float(now.agrees) - float(before.agrees)) for before, now in pairs])
    return _mean(sums, seed), p


def _apart(before: Sequence[Seen], now: Sequence[Seen], seed: int) -> tuple[Figure, float]:
    """Two samples: p is the share of resamples without a fall, never below one of them."""
    if not before or not now:
        nothing = float("nan")
        return Figure(nothing, nothing, nothing), 1.0
    sums = [_sums([(one.group, float(one.agrees)) for one in some]) for some in (before, now)]
    means = [_drawn(some, seed + at) for at, some in enumerate(sums)]
    drawn = means[1] - means[0]
    value = _agreement(now, seed).value - _agreement(before, seed).value
    return figure_of(value, drawn), float((np.count_nonzero(drawn >= 0) + 1) / (len(drawn) + 1))


def _agreement(seen: Sequence[Seen], seed: int) -> Figure:
    return _mean(_sums([(one.group, float(one.agrees)) for one in seen]), seed)


def _mean(sums: Sums, seed: int) -> Figure:
    if not sums:
        return Figure(float("nan"), float("nan"), float("nan"))
    whole = np.array(sums).sum(axis=0)
    return figure_of(whole[0] / whole[1], _drawn(sums, seed))


def _drawn(sums: Sums, seed: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    drawn = draws(len(sums), seed) @ np.array(sums)
    return np.asarray(drawn[:, 0] / drawn[:, 1], dtype=np.float64)


def _sums(values: Sequence[tuple[str, float]]) -> Sums:
    sums: dict[str, tuple[float, float]] = {}
    for group, value in sorted(values):
        total, n = sums.get(group, (0.0, 0.0))
        sums[group] = (total + value, n + 1)
    return list(sums.values())
