"""Making a slate again from its trace.

By default every tool of the stored plan runs again on the stored arrays, bit for bit, and nothing else is read: it
works when the snapshot, the index and the models are long gone. `from_sources` runs the whole request again if the
world still has the versions of the trace; else it says which is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intently.feed.request import recommend
from intently.feed.tools.pool import Pool
from intently.feed.trace import gone_versions, pool_of, read_trace, request_of, unpack
from intently.feed.world import World

__all__ = ["Replayed", "replay"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """`item_ids` of the first page as made again; `differences` says, for people, what is not the same."""

    same: bool
    differences: tuple[str, ...]
    item_ids: tuple[str, ...]


def replay(world: World, trace: Mapping[str, Any], from_sources: bool = False) -> Replayed:
    """Make the slate of a stored trace again and compare. Raises DataError if the trace is of a newer version."""
    kept = _kept(read_trace(trace))
    if not from_sources:
        return _compare(kept, pool_of(trace), trace["request"]["limit"])
    gone = gone_versions(world, trace)
    if gone:
        said = (f"{name} {old} is gone, the store now has {new or 'none'}" for name, old, new in gone)
        return Replayed(False, (*said, "replay without the sources still runs"), ())
    return _compare(kept, recommend(world, request_of(world, trace)).trace.pool, trace["request"]["limit"])


@dataclass(frozen=True, slots=True)
class _Outcome:
    ids: tuple[str, ...]
    scores: dict[str, float]


def _kept(trace: Mapping[str, Any]) -> _Outcome:
    ids, scores = trace["candidates"], unpack(trace["scores"]).tolist()
    return _Outcome(tuple(ids[p] for p in unpack(trace["order"])), dict(zip(ids, scores, strict=True)))


def _compare(kept: _Outcome, pool: Pool, limit: int) -> Replayed:
    ids = tuple(pool.ids[p] for p in pool.order)
    scores = dict(zip(pool.ids, (pool.scores if pool.scores is not None else np.zeros(0)).tolist(), strict=False))
    differences = [
        f"position {place}: {old or 'nothing'} before, {new or 'nothing'} now"
        for place, (old, new) in enumerate(_aligned(kept.ids, ids), start=1)
        if old != new
    ]
    moved = [item_id for item_id in kept.ids if kept.scores[item_id] != scores.get(item_id)]
    differences += [f"{i}: score {kept.scores[i]} before, {scores.get(i)} now" for i in moved]
    return Replayed(not differences, tuple(differences[:20]), ids[:limit])


def _aligned(old: tuple[str, ...], new: tuple[str, ...]) -> list[tuple[str, str]]:
    length = max(len(old), len(new))
    return list(zip([*old, *[""] * (length - len(old))], [*new, *[""] * (length - len(new))], strict=True))
