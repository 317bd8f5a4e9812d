"""A log as what a sequence model learns from: each person's items in order, and whom it is chosen by.

Held out is the newest item of some people: it is in no batch, and the best epoch is the one that ranks it best.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.retrieve.columns import Log
from intently.retrieve.request import Rows

__all__ = ["Held", "Sequences", "sequences_of"]


@dataclass(frozen=True)
class Held:
    """One person's history, oldest first, and the item they took next."""

    history: Rows
    target: int


@dataclass(frozen=True)
class Sequences:
    """`people[j]`: item rows of one person, oldest first; `size`: items of the catalogue."""

    people: tuple[Rows, ...]
    size: int

    @property
    def events(self) -> int:
        return sum(map(len, self.people))

    @property
    def digest(self) -> str:
        """SHA-256 of all sequences."""
        whole = hashlib.sha256(str(self.size).encode())
        for rows in self.people:
            whole.update(len(rows).to_bytes(8, "little") + np.ascontiguousarray(rows, dtype="<i4").tobytes())
        return whole.hexdigest()

    def hold_out(self, most: int, seed: int) -> tuple["Sequences", tuple[Held, ...]]:
        """The sequences without the newest item of at most `most` people, and what was taken away. Only people with
        three items are chosen, and at most half of those: somebody must be left to learn from."""
        able = np.array([j for j, rows in enumerate(self.people) if len(rows) >= 3], dtype=np.int64)
        drawn = np.random.default_rng(seed).permutation(able)[: min(most, len(able) // 2)]
        chosen = frozenset(drawn.tolist())
        held = tuple(Held(self.people[j][:-1], int(self.people[j][-1])) for j in sorted(chosen))
        kept = tuple(rows[:-1] if j in chosen else rows for j, rows in enumerate(self.people))
        return Sequences(kept, self.size), held


def sequences_of(log: Log, size: int) -> Sequences:
    """Everybody's items in the order of the log."""
    order: npt.NDArray[np.int64] = np.argsort(log.users, kind="stable")
    parts = np.split(log.rows[order], np.flatnonzero(np.diff(log.users[order])) + 1)
    return Sequences(tuple(part.astype(np.int32) for part in parts if len(part)), size)
