"""What passes from tool to tool, and the contract of a tool.

A tool works in two steps. `measure` reads the world (vectors, posting lists) and returns arrays; they are kept in the
trace. `apply` is a pure function of the pool and the plan's arguments, so that a replay runs it again bit for bit when
the snapshot is long gone.

The contract, by stage; `run_tool` checks it after every step of every tool:

    filter    may take candidates out of `order`, naming itself and why in `removed`; never brings one in
    score     adds a part of its own name, finite for every candidate, that the Aggregator adds up; may add others, for
              show; touches neither order nor scores
    combine   sets `scores`, finite, and orders by them; loses none
    order     only permutes `order`
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from intently.errors import ContractBroken
from intently.feed.eligibility import Eligible
from intently.feed.wishes import Wishes
from intently.feed.world import FeedRequest, World
from intently.retrieve.request import Floats, Rows

__all__ = ["CHANNEL", "Arguments", "Array", "Part", "Pool", "Scene", "Stage", "Tool", "run_tool"]

Array = npt.NDArray[Any]
Part = npt.NDArray[np.float64]
Arguments = Mapping[str, Any]  # plain JSON: it is stored in the plan
Stage = Literal["filter", "score", "combine", "order"]
CHANNEL = "channel"  # measured column, int16: 0 utility; n cognitive, and the n-th wish or tag is the nearest


@dataclass(frozen=True)
class Scene:
    """What `measure` may read."""

    world: World
    request: FeedRequest
    eligible: Eligible
    wishes: Wishes
    rows: Rows  # (k,) of the candidates

    @cached_property
    def vectors(self) -> Floats:
        """(k, dim) of the candidates, gathered once for all tools; zeros for items that are not encoded yet."""
        return self.world.snapshot.vectors[self.rows]


@dataclass(frozen=True)
class Pool:
    """The candidates as columns of length k in one fixed order; `order` holds positions in them, best first."""

    ids: tuple[str, ...]
    order: npt.NDArray[np.int64]
    measured: Mapping[str, Array] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)
    scores: Part | None = None
    removed: tuple[tuple[str, int], ...] = ()  # (by, position)
    scorers: tuple[str, ...] = ()  # the tools that scored, in order: their parts are added up

    def with_part(self, name: str, values: Part) -> "Pool":
        """The same pool with one more part."""
        return replace(self, parts={**self.parts, name: values})

    def column(self, name: str) -> Part:
        """A measured column in double precision; zeros where nothing was measured."""
        found = self.measured.get(name)
        return np.zeros(len(self.ids)) if found is None else found.astype(np.float64)


class Tool(Protocol):
    """One step of the chain. Third parties register an instance under the entry point group `intently.tools`."""

    @property
    def name(self) -> str: ...

    @property
    def stage(self) -> Stage: ...

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        """Why this request needs the tool, in words for people, and its arguments; None: not this time."""

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        """Arrays that `apply` needs. Names start with the tool's own or say what they are ("like:<preference id>")."""

    def apply(self, pool: Pool, arguments: Arguments) -> Pool: ...


def run_tool(tool: Tool, arguments: Arguments, pool: Pool, scene: Scene | None) -> Pool:
    """Measure (unless this is a replay: `scene` is None), apply, and check the contract of the tool's stage."""
    if scene is not None:
        pool = replace(pool, measured={**pool.measured, **tool.measure(scene, pool)})
    after = tool.apply(pool, arguments)
    broken = _broken(tool, pool, after)
    if broken:
        raise ContractBroken(
            f"tool {tool.name!r} broke the contract of its stage {tool.stage!r}: {broken}. Mend it (check_tool of "
            "intently.testing shows where), or uninstall its package."
        )
    return replace(after, scorers=(*pool.scorers, tool.name)) if tool.stage == "score" else after


def _broken(tool: Tool, before: Pool, after: Pool) -> str | None:
    stage = tool.stage
    if set(before.parts) - set(after.parts) or any(
        after.parts[name] is not part for name, part in before.parts.items()
    ):
        return "it changed a part that another tool made; add one of its own"
    if stage == "filter":
        gone = np.array([place for _, place in after.removed[len(before.removed) :]], np.int64)
        whole = np.array_equal(np.sort(np.append(after.order, gone)), np.sort(before.order))
        return None if whole else "it lost, doubled or invented candidates"
    if stage == "score":
        return _broken_score(tool.name, before, after)
    if not np.array_equal(np.sort(after.order), np.sort(before.order)):
        return "it lost or invented candidates"
    if stage == "combine" and (after.scores is None or not np.isfinite(after.scores).all()):
        return "it left candidates without a finite score"
    return None


def _broken_score(name: str, before: Pool, after: Pool) -> str | None:
    new = [part for name, part in after.parts.items() if name not in before.parts]
    fine = all(part.shape == (len(before.ids),) and np.isfinite(part).all() for part in new)
    if name not in after.parts or name in before.parts:
        return f"a scorer adds a part of its own name: pool.with_part({name!r}, values)"
    return None if fine and after.order is before.order else "it adds finite parts, one value a candidate"
