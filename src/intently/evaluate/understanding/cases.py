"""Protocol TIME for understanding: for each person a cut, what came before it, and what they took from then on.

What is predicted are the last NEXT items that were new to the person (films are always new, groceries rarely). The
cut is the moment of the first of them: an order is cut as a whole, and events of the same moment are not seen. The
target is the category of the first of them that has one. Nobody's event at or after the cut is visible to any row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intently.evaluate.understanding.ground import Ground
from intently.nouns import History

__all__ = ["NEXT", "Case", "draw_cases", "history_of"]

NEXT = 5  # new items from the cut on
LEAST = 3  # liked items before the cut, as understanding asks for


@dataclass(frozen=True)
class Case:
    """`position`: of the first event in the log that is not visible; `own`: positions of the person's visible events;
    `following`: rows of the new items in order; `target`: number of a category."""

    user: int
    user_id: str
    cut: float  # seconds since 1970
    position: int
    own: tuple[int, ...]
    following: tuple[int, ...]
    target: int


def draw_cases(ground: Ground, people: int | None = None, seed: int = 0) -> list[Case]:
    """The cases of `people` persons drawn by the seed (None: all), by time of the cut. Of one seed, a smaller draw is
    part of a larger one."""
    log = ground.log
    order = np.lexsort((np.arange(len(log)), log.users))
    each = np.split(order, np.flatnonzero(np.diff(log.users[order])) + 1) if len(order) else []
    found = [case for own in each if (case := _case(ground, own.tolist())) is not None]
    if people is not None:
        drawn = np.random.default_rng(seed).permutation(len(found))[:people]
        found = [found[place] for place in drawn.tolist()]
    return sorted(found, key=lambda case: (case.cut, case.user))


def history_of(ground: Ground, case: Case) -> History:
    """The person's visible events, named by their positions in the log."""
    own = np.array(case.own, dtype=np.int64)
    log = ground.log
    return History(log.rows[own], log.times[own], log.liked[own], tuple(map(str, case.own)))


def _case(ground: Ground, own: Sequence[int]) -> Case | None:
    """`own`: positions of one person's events, ascending."""
    log = ground.log
    firsts: dict[int, int] = {}
    for position in own:
        firsts.setdefault(int(log.rows[position]), position)
    if len(firsts) <= NEXT:
        return None
    cut = float(log.times[list(firsts.values())[-NEXT]])
    past = tuple(position for position in own if log.times[position] < cut)
    known = {int(log.rows[position]) for position in past}
    following = tuple(row for row in firsts if row not in known)
    targets = [number for row in following if (number := int(ground.categories.of[row])) >= 0]
    liked = {int(log.rows[position]) for position in past if log.liked[position]}
    if len(liked) < LEAST or not targets:
        return None
    user, position = int(log.users[own[0]]), int(np.searchsorted(log.times, cut, side="left"))
    return Case(user, ground.user_ids[user], cut, position, past, following, targets[0])
