"""How much an item was wanted lately: a sum over its events that halves every `half_life_days` (infinite: their count).

An event at time t adds 2^((t - origin) / half_life). Everything decays at one rate, so the order of items does not
depend on the moment of asking; only ratios matter, and logarithms (base 2) keep the sums from overflowing.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from intently.retrieve.request import Rows

__all__ = ["DAY", "Masses", "grown"]

DAY = 86_400.0  # seconds
_MANY = 256  # changed rows from which sorting anew is cheaper than moving them one by one


@dataclass(frozen=True)
class Masses:
    """`logs` (n,) float64: log2 of each item's mass at `origin` (seconds since 1970); -inf where nothing happened."""

    half_life_days: float
    origin: float
    logs: npt.NDArray[np.float64]

    def weigh(self, times: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """log2 of what one event at each of these times adds."""
        return (times - self.origin) / (self.half_life_days * DAY)

    @cached_property
    def highest(self) -> float:
        """The largest of `logs`; -inf when nothing happened at all."""
        return float(self.logs.max(initial=-np.inf))

    @cached_property
    def order(self) -> Rows:
        """All rows by mass, largest first; ties by row."""
        return np.argsort(-self.logs, kind="stable").astype(np.int32)

    @cached_property
    def wanted(self) -> Rows:
        """The rows where something happened, by mass."""
        return self.order[: int(np.count_nonzero(self.logs > -np.inf))]

    def shares(self, rows: Rows) -> npt.NDArray[np.float64]:
        """Mass as a share of the largest one, 0 to 1. Rows beyond the index (newer items) have none."""
        if self.highest == -np.inf:
            return np.zeros(len(rows))
        logs = np.full(len(rows), -np.inf)
        known = rows < len(self.logs)
        logs[known] = self.logs[rows[known]]
        return np.exp2(logs - self.highest)

    def all_shares(self) -> npt.NDArray[np.float64]:
        """(n,) each item's mass as a share of the largest one, 0 to 1."""
        if self.highest == -np.inf:
            return np.zeros(len(self.logs))
        return np.exp2(self.logs - self.highest)

    def with_events(self, rows: Rows, times: npt.NDArray[np.float64], size: int) -> "Masses":
        """The masses after these events, for `size` items (at least as many as now)."""
        logs = grown(self.logs, size, -np.inf)
        np.logaddexp2.at(logs, rows, self.weigh(times))
        after = Masses(self.half_life_days, self.origin, logs)
        if "order" in self.__dict__ and len(rows) <= _MANY:
            after.__dict__["order"] = _moved(self.order, logs, np.unique(rows), len(self.logs))
        return after


def grown(values: npt.NDArray[np.float64], size: int, fill: float) -> npt.NDArray[np.float64]:
    """A copy with room for `size` items."""
    room = np.full(max(size, len(values)), fill)
    room[: len(values)] = values
    return room


def _moved(order: Rows, logs: npt.NDArray[np.float64], changed: Rows, known: int) -> Rows:
    """The order after the mass of `changed` rows (and of rows from `known` on, which are new) was set anew."""
    moving = np.zeros(len(logs), dtype=np.bool_)
    moving[changed] = True
    moving[known:] = True
    kept = order[~moving[order]]

    def key(place: int) -> tuple[float, int]:
        row = int(kept[place])
        return -float(logs[row]), row

    rows = np.flatnonzero(moving)
    rows = rows[np.lexsort((rows, -logs[rows]))]
    places = [bisect_left(range(len(kept)), (-float(logs[row]), int(row)), key=key) for row in rows]
    return np.insert(kept, places, rows).astype(np.int32, copy=False)
