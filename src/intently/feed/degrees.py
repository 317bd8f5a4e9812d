"""How nearly each item meets a wish, 0 to 1: by the list of those that hold what it names, or by how far an amount is
from a bound.

A list says it of few items. A bound says it of all, and is read where it is asked: of a catalogue's amounts in one pass
that leaves nothing behind, or of some rows.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from intently.catalog.schema import CatalogSpec, FacetSpec
from intently.catalog.snapshot import Snapshot
from intently.feed.conditions import bounds, named, named_pairs
from intently.nouns import Preference
from intently.retrieve.ranking import looked_up
from intently.retrieve.request import Floats, Rows

__all__ = ["ELSEWHERE", "Degrees", "Held", "degrees_of"]

ELSEWHERE = 0.5  # how much a wish is met that only another facet than its own holds (docs/experiments.md)
FALL = 0.25  # a soft bound counts 0 from this share of the bound beyond it (SEMANTICS 4)


class Degrees(Protocol):
    def of(self, rows: Rows) -> Floats:
        """(len(rows),) how nearly these items meet the wish."""

    def add(self, totals: Floats, worth: float, part: slice) -> None:
        """Add `worth` times the degrees to `totals` (m,), those of a part of all items."""


@dataclass(frozen=True, slots=True)
class Held:
    """The items that meet the wish at all, `rows` ascending, and how nearly."""

    rows: Rows
    degree: Floats

    def of(self, rows: Rows) -> Floats:
        return looked_up(rows, self.rows, self.degree)

    def add(self, totals: Floats, worth: float, part: slice) -> None:
        first, end = np.searchsorted(self.rows, np.array([part.start, part.stop], np.int32)).tolist()
        totals[self.rows[first:end] - part.start] += np.float32(worth) * self.degree[first:end]


@dataclass(frozen=True, slots=True)
class Bounded:
    """`amounts` (n,), NaN where one is missing: 1 from `low` to `high`, falling to 0 at `falls` beyond them."""

    amounts: npt.NDArray[np.float64]
    low: float
    high: float
    falls: tuple[float, float]

    def of(self, rows: Rows) -> Floats:
        return self._degree(self.amounts[rows])

    def add(self, totals: Floats, worth: float, part: slice) -> None:
        degree = self._degree(self.amounts[part])
        degree *= np.float32(worth)
        totals += degree

    def _degree(self, amounts: npt.NDArray[np.float64]) -> Floats:
        degree: Floats | None = None
        if np.isnan(self.low) or np.isnan(self.high):  # a bound that cannot be read is met by nothing
            return np.zeros(len(amounts), np.float32)
        for bound, sign, fall in ((self.low, -1.0, self.falls[0]), (self.high, 1.0, self.falls[1])):
            if np.isfinite(bound):
                inside = amounts * (-sign / fall)  # 1 - sign (amount - bound) / fall
                inside += 1.0 + sign * bound / fall
                single = inside.astype(np.float32)
                degree = single if degree is None else np.minimum(degree, single, out=degree)
        if degree is None:
            return np.where(np.isnan(amounts), np.float32(0), np.float32(1))
        np.minimum(degree, np.float32(1), out=degree)
        return np.fmax(degree, np.float32(0), out=degree)  # NaN, a missing amount, becomes 0


def degrees_of(snapshot: Snapshot, spec: CatalogSpec, preference: Preference) -> Degrees:
    """How nearly items meet a soft preference: 1 where it is met, less where only another facet says so, for bounds
    falling to 0 beyond them."""
    if preference.relation == "is" or preference.facet == "item":
        rows = _posting(snapshot, preference)
        return Held(rows, _said_by_its_own(snapshot, preference, rows))
    low, high = bounds(preference)
    facet = spec.facets[preference.facet or ""]
    falls = _fall(facet, low, low, high), _fall(facet, high, low, high)
    return Bounded(snapshot.numbers[preference.facet or ""].amounts, low, high, falls)


def _said_by_its_own(snapshot: Snapshot, preference: Preference, rows: Rows) -> Floats:
    """(rows,) 1 where the facet that the wish is about holds it, ELSEWHERE where only other facets do: a film that is
    tagged drama and is no drama by genre. All 1 where the wish's own facet holds none of it."""
    own = tuple(pair for pair in preference.matches if pair[0] == preference.facet)
    degree = np.ones(len(rows), np.float32)
    if not own or len(own) == len(preference.matches) or preference.polarity == "avoid":
        return degree
    held = named(snapshot, preference.model_copy(update={"matches": own}))[rows]
    if held.any():
        degree[~held] = ELSEWHERE
    return degree


def _posting(snapshot: Snapshot, preference: Preference) -> Rows:
    pairs = named_pairs(preference)
    if preference.facet != "item" and len(pairs) == 1 and pairs[0][0] in snapshot.terms:
        return snapshot.terms[pairs[0][0]].rows_of(pairs[0][1])  # the posting list itself: no pass over all items
    return np.flatnonzero(named(snapshot, preference)).astype(np.int32)


def _fall(facet: FacetSpec, bound: float, low: float, high: float) -> float:
    """How far beyond `bound` a soft bound reaches 0. A quarter of the bound; a date has no natural zero (a quarter of
    1995 is 499 years), so for dates a quarter of the span that was named, at least what "around" means there."""
    if not np.isfinite(bound):
        return np.inf
    if facet.kind == "date":
        span = high - low if np.isfinite(high - low) else 0.0
        tolerance = facet.tolerance if isinstance(facet.tolerance, int | float) else 0.0
        return max(FALL * span, float(tolerance), facet.step) or 1.0
    return FALL * abs(bound) or facet.tolerance_of(bound) or facet.step or 1.0
