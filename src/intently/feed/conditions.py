"""A preference as a question about items: which of them have what it names, and of which nothing is known.

Eligibility asks it of every `must`; `relax` and `whynot` ask again. Rows are rows of the snapshot. Polarity and
strength are decided by the callers: here "horror" is the set of horror films. How nearly an item meets a wish:
`degrees`.
"""

import numpy as np
import numpy.typing as npt

from intently.catalog.snapshot import Snapshot
from intently.nouns import Preference
from intently.retrieve.request import Mask, Rows

__all__ = ["bounds", "can_tell", "item_rows", "named", "named_pairs", "unknown"]


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


def _within(amounts: npt.NDArray[np.float64], least: float, most: float) -> Mask:
    """Which amounts are known and lie between the two, either of which may be infinite."""
    if np.isneginf(least) and np.isposinf(most):
        return ~np.isnan(amounts)
    if np.isneginf(least):
        return amounts <= most
    return amounts >= least if np.isposinf(most) else (amounts >= least) & (amounts <= most)


def _amount(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")  # equals nothing
