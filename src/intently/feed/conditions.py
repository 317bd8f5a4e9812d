"""A preference as a question about items: which of them have what it names, how nearly, and of which nothing is known.

Eligibility asks it of every `must`, wishes ask it of every grounded `prefer`; `relax` and `whynot` ask again. Rows are
rows of the snapshot. Polarity and strength are decided by the callers: here "horror" is the set of horror films.
"""

import numpy as np
import numpy.typing as npt

from intently.catalog.schema import CatalogSpec, FacetSpec
from intently.catalog.snapshot import Snapshot
from intently.nouns import Preference
from intently.retrieve.request import Floats, Mask, Rows

__all__ = ["bounds", "can_tell", "item_rows", "named", "named_pairs", "nearness", "unknown"]

ELSEWHERE = 0.5  # how much a wish is met that only another facet than its own holds (docs/experiments.md)
FALL = 0.25  # a soft bound counts 0 from this share of the bound beyond it (SEMANTICS 4)


def can_tell(snapshot: Snapshot, preference: Preference) -> bool:
    """Whether this catalogue has the facet that the preference is about. `like` is by meaning: never by a facet."""
    if preference.relation == "like":
        return False
    if preference.facet == "item":
        return True
    if preference.relation == "is":
        return any(facet in snapshot.terms or facet in snapshot.numbers for facet, _ in named_pairs(preference))
    return preference.facet in snapshot.numbers


def named_pairs(preference: Preference) -> tuple[tuple[str, str], ...]:
    """All (facet, value) pairs that an `is` means."""
    if preference.matches:
        return preference.matches
    values = preference.value if isinstance(preference.value, list) else []
    return tuple((preference.facet or "", value) for value in values)


def bounds(preference: Preference) -> tuple[float, float]:
    """Lowest and highest amount inside, both inclusive; an open side is infinite."""
    value = preference.value
    if isinstance(value, dict):
        return float(value["low"]), float(value["high"])
    amount = float(value) if isinstance(value, int | float) else np.nan
    return (-np.inf, amount) if preference.relation == "at_most" else (amount, np.inf)


def item_rows(snapshot: Snapshot, item_ids: "frozenset[str] | tuple[str, ...] | list[str]") -> Rows:
    """Rows of the items that the snapshot holds, ascending."""
    found = (snapshot.row_of(item_id) for item_id in item_ids)
    return np.array(sorted({row for row in found if row is not None}), np.int32)


def named(snapshot: Snapshot, preference: Preference) -> Mask:
    """(n,) which items have any of what the preference names; a missing value has nothing."""
    mask = np.zeros(len(snapshot.item_ids), np.bool_)
    if preference.facet == "item":
        mask[item_rows(snapshot, preference.value if isinstance(preference.value, list) else [])] = True
    elif preference.relation == "is":
        for facet, value in named_pairs(preference):
            if facet in snapshot.terms:
                mask[snapshot.terms[facet].rows_of(value)] = True
            elif facet in snapshot.numbers:
                mask |= snapshot.numbers[facet].amounts == _amount(value)
    else:
        low, high = bounds(preference)
        amounts = snapshot.numbers[preference.facet or ""].amounts
        mask = _within(amounts, low, high)
    return mask


def unknown(snapshot: Snapshot, facet: str | None) -> Mask:
    """(n,) which items have no value of the facet."""
    if facet is not None and (facet in snapshot.numbers or facet in snapshot.terms):
        return ~snapshot.known(facet)
    return np.zeros(len(snapshot.item_ids), np.bool_)


def nearness(snapshot: Snapshot, spec: CatalogSpec, preference: Preference) -> tuple[Rows, Floats]:
    """Rows that meet a soft preference at all, and how much: 1 where it is met, less where only another facet says so,
    for bounds falling to 0 beyond them."""
    if preference.relation == "is" or preference.facet == "item":
        rows = _posting(snapshot, preference)
        return rows, _said_by_its_own(snapshot, preference, rows)
    low, high = bounds(preference)
    facet = spec.facets[preference.facet or ""]
    amounts: npt.NDArray[np.float64] = snapshot.numbers[preference.facet or ""].amounts
    inside = _within(amounts, low - _fall(facet, low, low, high), high + _fall(facet, high, low, high))
    places = np.flatnonzero(inside)
    near = amounts[places]  # before the rows are of 32 bits, which numpy converts at every look-up
    degree = np.ones(len(places))
    for bound, sign in ((low, -1.0), (high, 1.0)):
        if np.isfinite(bound):
            beyond = sign * (near - bound)
            beyond /= _fall(facet, bound, low, high)
            np.minimum(degree, 1.0 - beyond, out=degree)
    kept = degree > 0
    if not kept.all():  # taking a part costs more than all the rest
        places, degree = places[kept], degree[kept]
    return places.astype(np.int32), degree.astype(np.float32)


def _within(amounts: npt.NDArray[np.float64], least: float, most: float) -> Mask:
    """Which amounts are known and lie between the two, either of which may be infinite."""
    if np.isneginf(least) and np.isposinf(most):
        return ~np.isnan(amounts)
    if np.isneginf(least):
        return amounts <= most
    return amounts >= least if np.isposinf(most) else (amounts >= least) & (amounts <= most)


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
        return max(FALL * span, float(tolerance), facet.step)
    return FALL * abs(bound) or facet.tolerance_of(bound) or facet.step


def _amount(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")  # equals nothing
