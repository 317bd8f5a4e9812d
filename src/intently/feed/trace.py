"""All that made one slate, as plain JSON.

What is kept: the request with memory, history and tags; versions of snapshot, index and models; what each source gave
each candidate; what the tools measured on the snapshot (cosines with wishes, musts, met wishes, likeness and shared
values of the best fifty); the plan; the seconds of each stage; and the scores and order that came out.

`replay` (replay.py) runs every tool of the plan again on these stored arrays. Item data are the stored measurements, 4
bytes a candidate and column, never an item's vector or text; so it needs no snapshot, no index and no model.
"""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from intently.errors import DataError
from intently.feed.channels import supply_of
from intently.feed.conditions import item_rows
from intently.feed.plan import Plan, tool_of
from intently.feed.tools.explorer import propensity_of
from intently.feed.tools.pool import Array, Pool, run_tool
from intently.feed.world import FeedRequest, World
from intently.nouns import History, Preference, Tag
from intently.retrieve.allocation import Multipliers

__all__ = ["Trace", "gone_versions", "pack", "pool_of", "read_trace", "request_of", "unpack", "versions_of"]

FORMAT = "intently.trace"
VERSION = 1
PLAIN = (
    "feed_id", "user_id", "client", "surface", "seed", "limit", "memory_version", "newest_command", "diversify",
)  # fmt: skip


@dataclass(frozen=True)
class Trace:
    """What one request leaves behind. `to_json` costs more than the request: call it where nobody waits."""

    world: World
    request: FeedRequest
    plan: Plan
    pool: Pool
    sources: tuple[str, ...]
    removed: Mapping[str, int]
    seconds: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data; the arrays are packed. About 25 KB for 1,000 candidates."""
        scores = self.pool.scores if self.pool.scores is not None else np.zeros(0)
        return {
            "format": FORMAT,
            "version": VERSION,
            "request": _request_json(self.world, self.request),
            "versions": versions_of(self.world),
            "settings": self.world.config.feed.model_dump(),
            "weights": dict(self.world.weights),
            "sources": list(self.sources),
            "plan": self.plan.to_json(),
            "planner": {"by": self.plan.by, "note": self.plan.note},
            "candidates": list(self.pool.ids),
            "measured": {name: pack(array) for name, array in self.pool.measured.items()},
            "scores": pack(scores),
            "order": pack(self.pool.order.astype(np.int32)),
            "removed": dict(self.removed),
            "shown": [self._shown(place) for place in self.pool.order[: self.request.limit].tolist()],
            "seconds": {stage: round(seconds, 6) for stage, seconds in self.seconds.items()},
        }

    def _shown(self, place: int) -> dict[str, Any]:
        """A line of the log of what was shown: its supply, the tag or wish that it came by, and its propensity."""
        supply = supply_of(self.request, self.pool, place)
        told = {"item_id": self.pool.ids[place], "channel": supply.channel, "by": supply.by}
        return {**told, "propensity": propensity_of(self.pool, place)}


def pool_of(trace: Mapping[str, Any]) -> Pool:
    """The pool after all tools of the stored plan have run again on the stored columns."""
    body = read_trace(trace)
    ids = tuple(body["candidates"])
    measured = {name: unpack(packed) for name, packed in body["measured"].items()}
    pool = Pool(ids, np.arange(len(ids), dtype=np.int64), measured)
    for step in Plan.from_json(body["plan"]).steps:
        pool = run_tool(tool_of(step.tool), step.arguments, pool, None)
    return pool


def versions_of(world: World) -> dict[str, str]:
    """Versions that decide what the sources answer."""
    return {"snapshot": world.snapshot.version, **world.versions}


def gone_versions(world: World, trace: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(what, version of the trace, version now) for everything that is no longer as it was."""
    now = versions_of(world)
    return [(name, old, now.get(name, "")) for name, old in sorted(trace["versions"].items()) if now.get(name) != old]


def request_of(world: World, trace: Mapping[str, Any]) -> FeedRequest:
    """The request of a stored trace. Items that this snapshot does not hold are left out of history and dislikes."""
    body = read_trace(trace)["request"]
    told = body["history"]
    kinds = told.get("kinds")  # earlier traces have none
    columns = (*(told[name] for name in ("items", "times", "liked", "events")), kinds or [0] * len(told["items"]))
    rows = ((world.snapshot.row_of(item_id), *rest) for item_id, *rest in zip(*columns, strict=True))
    past = [entry for entry in rows if entry[0] is not None]
    history = History(
        np.array([p[0] for p in past], np.int32),
        np.array([p[1] for p in past], np.float64),
        np.array([p[2] for p in past], np.bool_),
        tuple(p[3] for p in past),
        np.array([p[4] for p in past], np.int8) if kinds is not None else None,
    )
    return FeedRequest(
        **{name: body[name] for name in PLAIN},
        search=body.get("search"),  # the first traces have none of these
        passed=body.get("passed", {}),
        multipliers=Multipliers(**body.get("multipliers", {})),
        as_of=datetime.fromisoformat(body["as_of"]),
        history=history,
        tags=tuple(Tag.model_validate(tag) for tag in body["tags"]),
        preferences=tuple(Preference.model_validate(p) for p in body["preferences"]),
        hidden=frozenset(body["hidden"]),
        seen=frozenset(body["seen"]),
        dislikes=item_rows(world.snapshot, body["dislikes"]),
        exclude=frozenset(body["exclude"]),
        only=None if body["only"] is None else tuple(body["only"]),
        previous=tuple(body["previous"]),
        notices=tuple(body["notices"]),
    )


def _request_json(world: World, request: FeedRequest) -> dict[str, Any]:
    ids = world.snapshot.item_ids
    history = request.history
    return {
        **{name: getattr(request, name) for name in PLAIN},
        "as_of": request.as_of.isoformat(),
        "search": request.search,
        "passed": dict(request.passed),
        "multipliers": asdict(request.multipliers),
        "preferences": [p.model_dump(mode="json") for p in request.preferences],
        "history": {
            "items": [ids[row] for row in history.rows.tolist()],
            "times": history.times.tolist(),
            "liked": history.liked.tolist(),
            "events": list(history.event_ids),
            "kinds": history.kinds.tolist() if history.kinds is not None else None,
        },
        "tags": [tag.model_dump(mode="json") for tag in request.tags],
        "hidden": sorted(request.hidden),
        "seen": sorted(request.seen),
        "dislikes": [ids[row] for row in request.dislikes.tolist()],
        "exclude": sorted(request.exclude),
        "only": None if request.only is None else list(request.only),
        "previous": list(request.previous),
        "notices": list(request.notices),
    }


def read_trace(trace: Mapping[str, Any]) -> Mapping[str, Any]:
    """The trace unchanged. Raises DataError for another format or a newer version."""
    if trace.get("format") != FORMAT or trace.get("version") != VERSION:
        raise DataError(
            f"this trace is {trace.get('format')!r} version {trace.get('version')!r}, not {FORMAT!r} {VERSION}; "
            "a newer intently wrote it: replay it with that version."
        )
    return trace


def pack(array: Array) -> dict[str, Any]:
    plain = np.ascontiguousarray(array)
    data = base64.b64encode(zlib.compress(plain.tobytes(), 1)).decode("ascii")
    return {"dtype": plain.dtype.str, "shape": list(plain.shape), "zlib": data}


def unpack(packed: Mapping[str, Any]) -> Array:
    """An array as it was stored."""
    data = zlib.decompress(base64.b64decode(packed["zlib"]))
    return np.frombuffer(data, dtype=np.dtype(packed["dtype"])).reshape(packed["shape"])
