"""How many labels of people are needed before a judge may gate: a power calculation, not a habit.

To gate, a judge must be shown to do better than always saying what is true more often. If it is better by `LEAD`, that
many labels show it with a chance of `POWER` (one-sided, 5%). And of what passes and of what fails there must be enough
that the share which the judge gets right is known to `WIDTH` either way (95%): a judge that never saw a defect labelled
is not known to find any. Both count independent subjects; those of one person are alike and tell less.
"""

import math
from statistics import NormalDist

__all__ = [
    "EACH",
    "LEAD",
    "labels_for_lead",
    "labels_for_width",
    "labels_to_see_a_drop",
    "new_labels_to_see_a_drop",
    "pairs_to_see_a_drop",
]

LEAD = 0.1  # of accuracy over the majority: a smaller one is not worth gating by
POWER = 0.8
ERROR = 0.05  # of a one-sided test
WIDTH = 0.15  # half of the 95% interval of the share that is right, of either answer


def labels_for_lead(majority: float, lead: float = LEAD, power: float = POWER) -> int:
    """So many labels show with this power that an accuracy of `majority + lead` is above `majority`.

    majority: the share of what is true more often, in [0.5, 1). Near 1 there is no room for the lead: then for half of
    the room. Source: the one-sample test of a proportion, normal approximation; Fleiss, Levin and Paik 2003,
    Statistical Methods for Rates and Proportions, chapter 2.
    """
    if not 0.5 <= majority < 1:
        raise ValueError(f"the majority is a share of at least a half and below 1, not {majority}")
    lead = min(lead, (1 - majority) / 2)
    true = majority + lead
    spread = _z(1 - ERROR) * math.sqrt(majority * (1 - majority)) + _z(power) * math.sqrt(true * (1 - true))
    return math.ceil((spread / lead) ** 2)


def labels_for_width(width: float = WIDTH) -> int:
    """So many labels of one answer and the share that is right is known to this half-width, whatever it is (95%)."""
    return math.ceil((_z(0.975) / width) ** 2 / 4)


def labels_to_see_a_drop(agreed: float, drop: float = LEAD, power: float = POWER) -> int:
    """So many labels now, and as many at calibration, show with this power that the agreement fell from `agreed` by
    `drop`. Source: the two-sample test of proportions, ibid., 4."""
    now = max(agreed - drop, 0.0)
    return math.ceil(_spread(power) * (agreed * (1 - agreed) + now * (1 - now)) / drop**2)


def new_labels_to_see_a_drop(agreed: float, before: int, drop: float = LEAD, power: float = POWER) -> int | None:
    """So many new labels show it beside `before` of the calibration; None: of those there are too few for any number
    of new ones. Source: as above."""
    now = max(agreed - drop, 0.0)
    room = drop**2 / _spread(power) - agreed * (1 - agreed) / before if before else 0.0
    return math.ceil(now * (1 - now) / room) if room > 0 else None


def pairs_to_see_a_drop(apart: float, drop: float = LEAD, power: float = POWER) -> int:
    """So many subjects that were labelled both times show it. apart: the share of them on which the agreement changed,
    either way; at least `drop`. Source: Connor 1987, Biometrics 43, sample size for McNemar's test."""
    apart = max(apart, drop)
    spread = _z(1 - ERROR) * math.sqrt(apart) + _z(power) * math.sqrt(apart - drop**2)
    return math.ceil((spread / drop) ** 2)


def _spread(power: float) -> float:
    return (_z(1 - ERROR) + _z(power)) ** 2


def _z(share: float) -> float:
    return NormalDist().inv_cdf(share)


EACH = labels_for_width()
