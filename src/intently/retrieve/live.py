"""The behaviour index, event by event: for evaluation in order of time, where nothing later may be seen.

`IndexBuilder.view()` is a `BehaviourIndex` like the one that serves, read by the same sources; its neighbours are
computed from exact counts when asked for. Counts take 4 n^2 bytes, so they are for catalogues of some thousand items;
with a table of neighbours given, only popularity is live, as in serving between two builds.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from intently.catalog.schema import CatalogSpec
from intently.config import RetrieveConfig
from intently.retrieve.index import RECENT_EVENTS, TREND_SHARE, BehaviourIndex, Recent
from intently.retrieve.masses import DAY, Masses
from intently.retrieve.request import Floats, Rows
from intently.retrieve.similarity import NeighbourTable, nearest

__all__ = ["IndexBuilder", "LiveNeighbours"]


@dataclass(frozen=True)
class LiveNeighbours:
    """Neighbours from counts that grow. `together` (n, n) float32: people in common; `people` (n,) float64."""

    together: Floats
    people: npt.NDArray[np.float64]
    k: int

    def of(self, row: int) -> tuple[Rows, Floats]:
        if not 0 <= row < len(self.people):
            return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        others = np.flatnonzero(self.together[row])
        rows, similarities = nearest(row, others, self.together[row, others], self.people, self.k)
        return rows, similarities.astype(np.float32)

    def of_many(self, rows: Rows) -> tuple[Rows, Floats, npt.NDArray[np.intp]]:
        answers = [self.of(row) for row in rows.tolist()]
        found = np.concatenate([np.empty(0, np.int32), *(near for near, _ in answers)])
        similarities = np.concatenate([np.empty(0, np.float32), *(told for _, told in answers)])
        return found, similarities, np.repeat(np.arange(len(rows)), [len(near) for near, _ in answers])


@dataclass
class IndexBuilder:
    """Grows with `add`, one event after the other in order of time. Mutable on purpose: it is a running total."""

    size: int
    spec: CatalogSpec
    config: RetrieveConfig
    origin: float  # seconds since 1970; any moment near the events
    table: NeighbourTable | None = None  # neighbours as built; None: counted live
    popularity: Masses = field(init=False)
    trend: Masses = field(init=False)
    lasting: Masses = field(init=False)
    people: npt.NDArray[np.float64] = field(init=False)
    together: Floats = field(init=False)
    owned: dict[int, list[int]] = field(init=False, default_factory=dict)  # person -> distinct items, in order
    events: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        half_life = self.spec.popularity_half_life_days
        self.popularity = Masses(half_life, self.origin, np.full(self.size, -np.inf))
        self.trend = Masses(half_life * TREND_SHARE, self.origin, np.full(self.size, -np.inf))
        self.lasting = Masses(np.inf, self.origin, np.full(self.size, -np.inf))
        self.people = np.zeros(self.size)
        side = self.size if self.table is None else 0
        self.together = np.zeros((side, side), dtype=np.float32)
        self._rows = np.zeros(1024, dtype=np.int32)
        self._times = np.zeros(1024)

    def add_many(self, rows: Rows, times: npt.NDArray[np.float64]) -> None:
        """Count events for popularity alone; for a builder with a table of neighbours."""
        for masses in (self.popularity, self.trend, self.lasting):
            np.logaddexp2.at(masses.logs, rows, masses.weigh(times))
        for row, time in zip(rows.tolist(), times.tolist(), strict=True):
            self._log(row, time)

    def add(self, user: int, row: int, time: float) -> None:
        """Count one event, for popularity and for neighbours."""
        for masses in (self.popularity, self.trend, self.lasting):
            added = (time - masses.origin) / (masses.half_life_days * DAY)
            masses.logs[row] = np.logaddexp2(masses.logs[row], added)
        self._log(row, time)
        own = self.owned.setdefault(user, [])
        if row not in own:
            self.together[row, own] += 1
            self.together[own, row] += 1
            self.people[row] += 1
            own.append(row)

    def _log(self, row: int, time: float) -> None:
        if self.events == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
            self._times = np.concatenate([self._times, np.zeros_like(self._times)])
        self._rows[self.events], self._times[self.events] = row, time
        self.events += 1

    def view(self, weights: dict[str, float] | None = None) -> BehaviourIndex:
        """The index as of now. It shares memory with the builder: read it before the next `add`."""
        first = max(0, self.events - RECENT_EVENTS)
        return BehaviourIndex(
            size=self.size,
            as_of=float(self._times[self.events - 1]) if self.events else -np.inf,
            popularity=Masses(self.popularity.half_life_days, self.origin, self.popularity.logs),
            trend=Masses(self.trend.half_life_days, self.origin, self.trend.logs),
            lasting=Masses(np.inf, self.origin, self.lasting.logs),
            recent=Recent(self._rows[first : self.events], self._times[first : self.events]),
            neighbours=self.table or LiveNeighbours(self.together, self.people, self.config.neighbours),
            weights=weights,
        )
