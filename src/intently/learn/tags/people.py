"""A log as examples: each event is to be told from what the same person did strictly before it.

Events of one moment (a basket) are no history of each other: when a basket is predicted, nothing of it is there. A
person's first event is told from nothing, which is how the towers answer a new person.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.nouns import History
from intently.retrieve.behaviours import behaviours_of, behaviours_of_log
from intently.retrieve.columns import Log
from intently.retrieve.weights import history_of

__all__ = ["People", "people_of"]

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """Everybody's events. `log`: person after person, oldest first; `behaviours` (events,) places in `names`; `first`
    (events,): where the person's events begin; `past` (events,): where what was done at the same moment begins, which
    is the end of the history."""

    log: Log
    behaviours: Numbers
    first: Numbers
    past: Numbers
    names: tuple[str, ...]
    size: int  # items of the catalogue

    @property
    def digest(self) -> str:
        """SHA-256 of all examples."""
        whole = hashlib.sha256(f"{self.size} {self.names}".encode())
        for values in (self.log.rows, self.behaviours, self.log.users, self.first, self.past):
            whole.update(np.ascontiguousarray(values, dtype="<i8").tobytes())
        return whole.hexdigest()

    def split(self, most: int, seed: int) -> tuple[Numbers, Numbers]:
        """Places of the examples that are learnt from, and of those held out: the newest event of at most `most`
        people who have three, and of at most half of them. What is held out is in no history that is learnt from."""
        last = np.flatnonzero(np.append(self.log.users[1:] != self.log.users[:-1], True)[: len(self.log)])
        able = last[self.past[last] - self.first[last] >= 2]
        drawn = np.random.default_rng(seed).permutation(able)[: min(most, len(able) // 2)]
        held = np.sort(drawn)
        return np.setdiff1d(np.arange(len(self.log)), held), held

    def history(self, example: int) -> History:
        """What the person had done before it."""
        return history_of(self.log, np.arange(self.first[example], self.past[example]))


def people_of(log: Log, size: int) -> People:
    """Everybody's events in the order of the log."""
    own = log.only(np.lexsort((np.arange(len(log)), log.users)))
    names = behaviours_of_log(own)
    places = np.arange(len(own))
    new_person = np.append(True, own.users[1:] != own.users[:-1])[: len(own)]
    new_moment = new_person | np.append(True, own.times[1:] != own.times[:-1])[: len(own)]
    first, past = (np.maximum.accumulate(np.where(new, places, 0)) for new in (new_person, new_moment))
    return People(own, behaviours_of(own, names), first, past, names, size)
