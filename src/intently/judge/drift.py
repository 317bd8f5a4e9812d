"""Milestone check: have judge and people parted since the judge was calibrated? (RecGPT V1: milestone supervision)

At each milestone people label some recent outputs; the judge's agreement with them is compared with what it was at
calibration. Subjects that were judged and labelled both times are paired (McNemar's exact test: how often it was right
then and is wrong now, against the reverse); else the two samples are compared, drawn over groups. Beside it, paired on
the new subjects themselves: does the judge lean, passing what people fail more often than the reverse?
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from intently.judge.agreement import Figure, draws, figure_of
from intently.judge.power import labels_to_see_a_drop, new_labels_to_see_a_drop, pairs_to_see_a_drop

__all__ = ["LEAST_PAIRS", "Milestone", "Seen", "milestone"]

LEAST_PAIRS = 30  # subjects that were labelled both times, from which on they are compared in pairs
ERROR = 0.05
LEAST_GROUPS = 10  # of people on either side: a resampling of fewer shows nothing
MOST = 10  # times as many new subjects as equal samples would need: then it is the calibration that is too small
Floats = npt.NDArray[np.float64]
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
    """`before`, `now`: agreement; `change`: now less before; `paired`: subjects compared with themselves, and then all
    figures are of these, 0 where the samples are different; `p`: of a fall by chance; `lenient`, `strict`: new subjects
    that only the judge, only people pass, and `p_lean`. `parted`: warn; `can_tell`: a fall of 10 points would be shown
    with the chance power.POWER; `needed`: labelled outputs of different people that would show it, and
    `needed_before` as many at calibration, 0 where there are enough of those."""

    before: Figure
    now: Figure
    change: Figure
    paired: int
    p: float
    lenient: int
    strict: int
    p_lean: float
    parted: bool
    can_tell: bool
    needed: int
    needed_before: int
    text: str


def milestone(before: Sequence[Seen], now: Sequence[Seen], seed: int = 0) -> Milestone:
    """Compare agreement at calibration with agreement now. Both need subjects: without any, nothing is compared and the
    text says so."""
    then = {one.subject_id: one for one in before}
    pairs = [(then[one.subject_id], one) for one in now if one.subject_id in then]
    paired = len(pairs) >= LEAST_PAIRS
    if paired:
        before, now = [old for old, _ in pairs], [new for _, new in pairs]
    change, p = _paired(pairs, seed) if paired else _apart(before, now, seed)
    lenient = sum(one.judged and not one.people for one in now)
    strict = sum(one.people and not one.judged for one in now)
    needed, needed_before = _needed_pairs(pairs) if paired else _needed(before)
    found = Milestone(
        _agreement(before, seed), _agreement(now, seed), change, len(pairs) if paired else 0, p, lenient, strict,
        p_lean=_binomial(lenient, lenient + strict, "two-sided"),
        parted=p < ERROR and change.value < 0, can_tell=not needed_before and _groups(now) >= needed,
        needed=needed, needed_before=needed_before, text="",
    )  # fmt: skip
    return replace(found, text=_words(found, _groups(before), _groups(now)))


def _needed(before: Sequence[Seen]) -> tuple[int, int]:
    """How many new subjects show a fall, and how many are needed at calibration, 0 where those are enough.

    What was agreed is taken for (hits + 1) / (n + 2): of ten that all agreed nothing says that all will.
    """
    n = _groups(before)
    likely = (n * sum(one.agrees for one in before) / max(1, len(before)) + 1) / (n + 2)
    alike, new = labels_to_see_a_drop(likely), new_labels_to_see_a_drop(likely, n)
    return (alike, alike) if new is None or new > MOST * alike else (new, 0)


def _needed_pairs(pairs: Sequence[tuple[Seen, Seen]]) -> tuple[int, int]:
    changed = sum(before.agrees != now.agrees for before, now in pairs)
    return pairs_to_see_a_drop((changed + 1) / (len(pairs) + 2)), 0


def _words(found: Milestone, before: int, now: int) -> str:
    if not before or not now:
        return "nothing to compare: label outputs of this milestone, and keep those of the calibration"
    told = f"agreement {found.before.value:.2f} at calibration, {found.now.value:.2f} now ({found.change.value:+.2f}"
    told += f" [{found.change.low:+.2f}, {found.change.high:+.2f}], p {found.p:.3f})"
    lean = "passes" if found.lenient > found.strict else "fails"
    if found.p_lean < ERROR:
        told += f"; the judge {lean} too much: {found.lenient} only it passes, {found.strict} only people"
    if found.parted:
        return f"WARNING, judge and people have parted: {told}. Calibrate anew, or train the judge on these labels."
    if found.can_tell:
        return f"judge and people still agree: {told}"
    then = f" and {found.needed_before:,} at calibration" if found.needed_before else ""
    return (
        f"no parting shown, and too few labels to tell: {told}; labelled outputs of {found.needed:,} different people"
        f"{then} would show a fall of 10 points, there are {now:,}{f' and {before:,}' if then else ''}"
    )


def _paired(pairs: Sequence[tuple[Seen, Seen]], seed: int) -> tuple[Figure, float]:
    """McNemar's test, exact and one-sided, and never surer than a resampling over groups, whose subjects are alike.
    Source: McNemar 1947, Psychometrika 12."""
    lost = sum(before.agrees and not now.agrees for before, now in pairs)
    won = sum(now.agrees and not before.agrees for before, now in pairs)
    p = _binomial(lost, lost + won, "greater")
    sums = _sums([(now.group, float(now.agrees) - float(before.agrees)) for before, now in pairs])
    return _mean(sums, seed), max(p, _share(_drawn(sums, seed), len(sums)))


def _apart(before: Sequence[Seen], now: Sequence[Seen], seed: int) -> tuple[Figure, float]:
    """Two samples: p is the share of resamples without a fall, never below one of them."""
    if not before or not now:
        nothing = float("nan")
        return Figure(nothing, nothing, nothing), 1.0
    sums = [_sums([(one.group, float(one.agrees)) for one in some]) for some in (before, now)]
    means = [_drawn(some, seed + at) for at, some in enumerate(sums)]
    drawn = means[1] - means[0]
    value = _agreement(now, seed).value - _agreement(before, seed).value
    return figure_of(value, drawn), _share(drawn, min(map(len, sums)))


def _share(drawn: Floats, groups: int) -> float:
    """Of resamples without a fall; never below one of them, and all where there are too few groups to resample."""
    return float((np.count_nonzero(drawn >= 0) + 1) / (len(drawn) + 1)) if groups >= LEAST_GROUPS else 1.0


def _binomial(found: int, among: int, alternative: Literal["two-sided", "greater"]) -> float:
    """What chance gives of `found` or more extreme, each of `among` being as likely as not; 1 of none."""
    from scipy.stats import binomtest  # takes 40 MB: a server without milestones goes without

    return float(binomtest(found, among, alternative=alternative).pvalue) if among else 1.0


def _groups(seen: Sequence[Seen]) -> int:
    """Independent subjects: those of one person are alike."""
    return len({one.group for one in seen})


def _agreement(seen: Sequence[Seen], seed: int) -> Figure:
    return _mean(_sums([(one.group, float(one.agrees)) for one in seen]), seed)


def _mean(sums: Sums, seed: int) -> Figure:
    if not sums:
        return Figure(float("nan"), float("nan"), float("nan"))
    whole = np.array(sums).sum(axis=0)
    return figure_of(whole[0] / whole[1], _drawn(sums, seed))


def _drawn(sums: Sums, seed: int) -> Floats:
    drawn = draws(len(sums), seed) @ np.array(sums)
    return np.asarray(drawn[:, 0] / drawn[:, 1], dtype=np.float64)


def _sums(values: Sequence[tuple[str, float]]) -> Sums:
    sums: dict[str, tuple[float, float]] = {}
    for group, value in sorted(values):
        total, n = sums.get(group, (0.0, 0.0))
        sums[group] = (total + value, n + 1)
    return list(sums.values())
