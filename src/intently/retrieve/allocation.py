"""Which candidates of the cognitive supply get places: the quadratic programme of RecGPT-V2 and its rules.

    max  sum s_i x_i - (lambda / 2) sum x_i^2     subject to  sum (o_i - o) x_i >= 0,  Q <= sum x_i <= P,  0 <= x_i <= 1

s_i is the gain of showing candidate i instead of what would stand in its place, o_i its conversion and o the conversion
floor, Q and P the range of exposure, lambda the price of concentration. Where the constraints hold, the conditions of
Karush, Kuhn and Tucker give, with multipliers alpha of the floor and r_Q, r_P of the range,

    h_i = s_i + alpha (o_i - o) + r,   r = r_Q - r_P        x_i = clip(h_i / lambda, 0, 1)

The rule that serves is harder, as in V2: x_i = 1[h_i > lambda]. It is the solution of the linear programme
max sum (s_i - lambda) x_i under the same constraints, in which lambda is what each place costs: the two rules share h,
and differ in their multipliers.

V2 does not say how the multipliers are found. For a batch `retrieve.programme` solves for them; request by request they
climb the dual: each moves against what its constraint has left over (`climbed`). A constant step keeps the promise on
average: after T requests the sum of all shortfalls is at most (multiplier now - at first) / step, whatever came.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Multipliers", "Programme", "climbed", "fractions", "selected", "values"]

Shares = npt.NDArray[np.float64]
RATE = 0.01  # step of the multipliers of the range: taste a place over or under
FLOOR_RATE = 0.2  # step of the floor's: conversions of a page differ by a tenth where its places differ by one
MOST_PRESSURE = 2.0  # taste spans 0.9: from here every candidate is shown, or none
MOST_ALPHA = 20.0  # taste a conversion: from here the floor alone decides


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme, of a page or of a batch. `gains` s (n,) in taste; `premiums` o_i - o (n,) in conversions; `least`
    Q and `most` P in places; `price` lambda in taste, above 0."""

    gains: Shares
    premiums: Shares
    least: float
    most: float
    price: float


@dataclass(frozen=True, slots=True)
class Multipliers:
    """What the constraints cost now, each at least 0: alpha in taste a conversion, the others in taste."""

    alpha: float = 0.0
    least: float = 0.0  # r_Q
    most: float = 0.0  # r_P

    @property
    def pressure(self) -> float:
        """r: above 0 the supply has had too few places, below 0 too many."""
        return self.least - self.most


def values(gains: Shares, premiums: Shares, at: Multipliers) -> Shares:
    """h (n,): what showing each candidate is worth, its constraints included."""
    return np.asarray(gains + at.alpha * premiums + at.pressure, np.float64)


def fractions(worth: Shares, price: float) -> Shares:
    """x (n,) of the quadratic programme: the share of exposure of each candidate, 0 to 1."""
    return np.clip(worth / price, 0.0, 1.0)


def selected(worth: Shares, price: float) -> npt.NDArray[np.bool_]:
    """x (n,) of the threshold rule: who is shown."""
    return worth > price


def climbed(
    at: Multipliers,
    premium: float,
    places: float,
    least: float,
    most: float,
    rate: float = RATE,
    floor_rate: float = FLOOR_RATE,
) -> Multipliers:
    """The multipliers after one request, which gave `places` to candidates whose premiums add up to `premium`.

    Dual ascent, projected on [0, bound]: a constraint that was missed becomes dearer, one with room to spare cheaper.
    """
    return Multipliers(
        alpha=min(MOST_ALPHA, max(0.0, at.alpha - floor_rate * premium)),
        least=min(MOST_PRESSURE, max(0.0, at.least + rate * (least - places))),
        most=min(MOST_PRESSURE, max(0.0, at.most + rate * (places - most))),
    )
