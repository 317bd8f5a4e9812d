"""Where learning from a log ends and choosing begins: one cut, which all that is trained and all that is chosen share.

What is trained for serving sees only events before the cut. What decides about it is asked on events from the cut on:
whether it may serve (learn.gate), and how much each source counts (weights.py). So nothing is judged, and no weight is
found, on what a source was trained on.
"""

from collections.abc import Iterator

import numpy as np

from intently.retrieve.columns import Log

__all__ = ["SHARE", "before_cut", "cut_of", "cut_position", "moments_from", "position_of"]

SHARE = 0.15  # of the log, its newest part, by which things are chosen


def cut_position(log: Log) -> int:
    """The position in the log from which its events choose."""
    return int(len(log) * (1 - SHARE))


def cut_of(log: Log) -> float:
    """The moment of the cut, seconds since 1970: an event of that moment or later is never trained on. inf without
    events."""
    return float(log.times[cut_position(log)]) if len(log) else np.inf


def before_cut(log: Log, cut: float) -> Log:
    """What may be trained on."""
    return log.only(slice(position_of(log, cut)))


def position_of(log: Log, moment: float) -> int:
    """The position of the first event of this moment or later."""
    return int(np.searchsorted(log.times, moment, side="left"))


def moments_from(log: Log, start: int) -> Iterator[int]:
    """Positions from `start` on at which there is something to predict: the first event of each (person, time) of
    somebody who did something before."""
    newest: dict[int, float] = dict(zip(log.users[:start].tolist(), log.times[:start].tolist(), strict=True))
    for position in range(start, len(log)):
        user, time = int(log.users[position]), float(log.times[position])
        if user in newest and newest[user] < time:
            yield position
        newest[user] = time
