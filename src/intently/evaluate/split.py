"""Which events are to be predicted: the last of every person, and the last but one for choosing anything.

Where purchases come in orders, what is predicted is a whole order: nothing of it is visible. Otherwise it is one event;
ties of time are broken by order of arrival, so an event of the same minute that came before is part of the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intently.retrieve.columns import Log

__all__ = ["Case", "last_cases"]


@dataclass(frozen=True)
class Case:
    """One prediction. The events before `position` in the log are visible under TIME; `own` of them are the person's
    (positions, ascending); `taken` are the rows that they took, each once; `events` the positions that are hidden."""

    user: int
    position: int
    time: float
    own: tuple[int, ...]
    taken: tuple[int, ...]
    events: tuple[int, ...]


def last_cases(log: Log, groups: Sequence[str], nth: int = 1) -> list[Case]:
    """The last (nth = 1) or last but one (nth = 2) group of each person who has an event before it, by position.

    `groups` (events,): the order that an event belongs to, or a name of its own.
    """
    order = np.lexsort((np.arange(len(log)), log.users))
    cases = []
    for own in np.split(order, np.flatnonzero(np.diff(log.users[order])) + 1):
        if case := _case(log, groups, own.tolist(), nth):
            cases.append(case)
    return sorted(cases, key=lambda case: case.position)


def _case(log: Log, groups: Sequence[str], own: list[int], nth: int) -> Case | None:
    """`own`: positions of one person's events, ascending."""
    firsts: dict[str, int] = {}
    for position in own:
        firsts.setdefault(groups[position], position)
    if len(firsts) < nth + 1:
        return None
    group = sorted(firsts, key=lambda name: firsts[name])[-nth]
    position = firsts[group]
    hidden = tuple(p for p in own if groups[p] == group)
    past = tuple(p for p in own if p < position)
    taken = tuple(dict.fromkeys(int(log.rows[p]) for p in hidden))
    return Case(int(log.users[position]), position, float(log.times[position]), past, taken, hidden)
