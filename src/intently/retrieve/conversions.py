"""How often people who came to an item took it: the conversion o_i of the allocation's floor.

Of the people who did anything with the item, the share that bought it, or rated it from the catalogue's `liked_from`
on. A few people prove little, so `PRIOR` people of the catalogue's mean are added to each item's own. Where the log
tells nothing apart (everything in it is a purchase), all items convert alike and the floor is always kept.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from intently.retrieve.request import Floats, Rows

__all__ = ["Conversions", "conversions_of"]

PRIOR = 20.0  # people


@dataclass(frozen=True)
class Conversions:
    """`rates` (n,) of every item of the snapshot, 0 to 1; `mean` of all people and items together."""

    rates: Floats
    mean: float

    @cached_property
    def version(self) -> str:
        return hashlib.sha256(self.rates.tobytes()).hexdigest()[:12]

    def premiums(self, rows: Rows, floor: float) -> Floats:
        """(len(rows),) what these items convert above `floor` times the mean. Rows that came later have the mean."""
        known = rows < len(self.rates)
        rates = np.where(known, self.rates[np.where(known, rows, 0)], self.mean) if len(self.rates) else self.mean
        return np.asarray(rates - floor * self.mean + np.zeros(len(rows)), np.float32)


def conversions_of(size: int, users: Rows, rows: Rows, took: npt.NDArray[np.bool_]) -> Conversions:
    """From the log's events as columns of equal length: who, which item, and whether this event is a conversion."""
    pairs, place = np.unique(users.astype(np.int64) * max(1, size) + rows, return_inverse=True)
    converted = np.bincount(place, weights=took, minlength=len(pairs)) > 0
    items = pairs % max(1, size)
    people = np.bincount(items, minlength=size)[:size]
    takers = np.bincount(items, weights=converted, minlength=size)[:size]
    mean = float(takers.sum() / people.sum()) if people.sum() else 0.0
    return Conversions(((takers + PRIOR * mean) / (people + PRIOR)).astype(np.float32), mean)
