"""A history as strands, one for each kind of behaviour: the user tower reads them apart (RecGPT V1, section 5).

A purchase, a view and a rating mean different things, and so do a high rating and a low one. What was done last stands
apart from all of them, whatever it was: the mean of fifty items says little of tonight.
"""

import numpy as np
import numpy.typing as npt

from intently.nouns import KINDS, History
from intently.retrieve.columns import Log
from intently.retrieve.request import Floats

__all__ = ["LIKED", "NEWEST", "UNLIKED", "behaviours_of", "behaviours_of_log", "shares_of"]

NEWEST = "newest"  # the last few events of any kind
LIKED, UNLIKED = "liked", "not liked"  # ratings from `liked_from` on, and below; and all events of no told kind
_RATING = KINDS.index("rating")


def behaviours_of_log(log: Log) -> tuple[str, ...]:
    """The behaviours that occur in a log, in a fixed order, after the newest."""
    names = (LIKED, UNLIKED, *(kind for kind in KINDS if kind != "rating"))
    return (NEWEST, *(name for name in names if _holds(name, log).any()))


def behaviours_of(history: History | Log, names: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """The place among `names` of each event's behaviour, (events,); -1 where it is none of them."""
    found = np.full(len(history.rows), -1, np.int64)
    for place, name in enumerate(names):
        if name != NEWEST:
            found[_holds(name, history)] = place
    return found


def shares_of(behaviours: npt.NDArray[np.int64], count: int, newest: int) -> Floats:
    """What each event gives to the mean of each behaviour: (events, count) float32, columns summing to 1, or to 0 where
    nothing of it was done. The first column is the newest: the last `newest` events make it."""
    shares = (behaviours[:, None] == np.arange(count)[None, :]).astype(np.float32)
    shares[max(len(shares) - newest, 0) :, 0] = 1.0
    return np.asarray(shares / np.maximum(shares.sum(axis=0), 1), np.float32)


def _holds(name: str, history: History | Log) -> npt.NDArray[np.bool_]:
    """Which events are of this behaviour."""
    kinds = history.kinds
    rated = np.ones(len(history.rows), np.bool_) if kinds is None else kinds == _RATING
    if name in (LIKED, UNLIKED):
        return np.asarray(rated & (history.liked == (name == LIKED)))
    return np.zeros(len(history.rows), np.bool_) if kinds is None else np.asarray(kinds == KINDS.index(name))
