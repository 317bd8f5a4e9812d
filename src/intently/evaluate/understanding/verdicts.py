"""Verdicts on the bars, by intervals: "higher", "no lower" (docs/semantics.md, 7), or "not shown" and what would.

No lower: the lower end of the 90% interval of the paired difference is above -3 points. Higher: the lower end of the
95% interval is above zero. Nothing is shown by fewer than LEAST_PEOPLE. What is not shown comes with the number of
people that would show it, were the difference as measured.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from intently.evaluate.metrics import Interval, mean_interval

__all__ = ["MARGIN", "Verdict", "higher", "no_lower"]

MARGIN = 0.03
LEAST_PEOPLE = 20  # with fewer a bootstrap tells nothing
Z90, Z95 = 1.645, 1.960  # of one end of a two-sided interval


@dataclass(frozen=True)
class Verdict:
    """`shown`: whether the bar is met; `needed`: people that would show it, None where none would."""

    claim: str
    difference: Interval
    n: int
    shown: bool
    needed: int | None

    def __str__(self) -> str:
        d = self.difference
        told = f"{self.claim}: {d.mean:+.3f} [{d.low:+.3f}, {d.high:+.3f}], n = {self.n}: "
        if self.shown:
            return told + "shown"
        return told + ("not shown" + (f"; n = {self.needed:,} would show it" if self.needed else "; the sign is wrong"))


def no_lower(claim: str, differences: npt.NDArray[np.float64], seed: int) -> Verdict:
    """differences: one of each person, row minus baseline."""
    differences = differences[~np.isnan(differences)]
    found = mean_interval(differences, seed, 0.90)
    return Verdict(
        claim, found, len(differences), _enough(differences) and found.low > -MARGIN, _needed(differences, -MARGIN, Z90)
    )


def higher(claim: str, differences: npt.NDArray[np.float64], seed: int) -> Verdict:
    differences = differences[~np.isnan(differences)]
    found = mean_interval(differences, seed, 0.95)
    return Verdict(
        claim, found, len(differences), _enough(differences) and found.low > 0, _needed(differences, 0.0, Z95)
    )


def _enough(differences: npt.NDArray[np.float64]) -> bool:
    return len(differences) >= LEAST_PEOPLE


def _needed(differences: npt.NDArray[np.float64], bar: float, z: float) -> int | None:
    """People with whom the lower end would pass the bar, were mean and spread as they are."""
    if len(differences) < 2 or differences.mean() <= bar:
        return None  # no number of people would, were it so
    return max(LEAST_PEOPLE, ceil((z * float(differences.std(ddof=1)) / (float(differences.mean()) - bar)) ** 2))
