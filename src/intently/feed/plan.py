"""Which tools run for this request, in which order, and why: the rule table of RecBot's planner, in code.

    a must                          -> Filter, before anything is scored
    always                          -> Matcher (without a wish by meaning: the base ranking, alpha = 0)
    a wish by meaning to avoid      -> Attenuator, next to the Matcher
    "what's trending", "what's new" -> Searcher, next to the Matcher
    always, once                    -> Aggregator, after every scorer
    diversity above 0, or asked     -> Diversifier
    places for the cognitive supply -> Allocator
    places to be drawn by lot       -> Explorer, last

Each tool says itself whether it is wanted; tools of third parties take their place by their stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intently.errors import BadRequest
from intently.feed.tools import Tool, all_tools
from intently.feed.tools.pool import Arguments
from intently.feed.world import FeedRequest, World

__all__ = ["Plan", "Step", "check_plan", "make_plan", "tool_of"]

STAGES = ("filter", "score", "combine", "order")
OURS = ("filter", "match", "attenuate", "search", "aggregate", "diversify", "allocate")
LAST = ("explore",)  # after those of third parties: what is drawn by lot is not moved again


@dataclass(frozen=True, slots=True)
class Step:
    tool: str
    arguments: Arguments
    reason: str  # for people


@dataclass(frozen=True, slots=True)
class Plan:
    """The tools to run, in order. `by`: who chose them; `note`: why the rules did where the model was to."""

    steps: tuple[Step, ...]
    by: str = "rules"
    note: str = ""

    def to_json(self) -> list[dict[str, Any]]:
        return [{"tool": s.tool, "arguments": dict(s.arguments), "reason": s.reason} for s in self.steps]

    @staticmethod
    def from_json(body: "list[dict[str, Any]]") -> "Plan":
        return Plan(tuple(Step(step["tool"], step["arguments"], step["reason"]) for step in body))


def make_plan(world: World, request: FeedRequest, tools: Mapping[str, Tool] | None = None) -> Plan:
    """Ask every tool whether this request needs it; order by stage, ours first inside a stage."""
    known = tools if tools is not None else all_tools()
    others = sorted(name for name in known if name not in OURS + LAST)
    names = [name for name in (*OURS, *others, *LAST) if name in known]
    steps = []
    for name in sorted(names, key=lambda name: STAGES.index(known[name].stage)):
        wanted = known[name].wanted(world, request)
        if wanted is not None:
            steps.append(Step(name, wanted[1], wanted[0]))
    return check_plan(Plan(tuple(steps)), known)


def check_plan(plan: Plan, tools: Mapping[str, Tool] | None = None) -> Plan:
    """The plan unchanged. Raises BadRequest that names the step: filters before scorers, exactly one combining step
    after them, then what orders; every tool known."""
    stages = [tool_of(step.tool, tools).stage for step in plan.steps]
    combining = stages.count("combine")
    if combining != 1:
        raise BadRequest(f"a plan has exactly one combining step, this one has {combining}: add `aggregate` once")
    if stages.count("score") == 0:
        raise BadRequest("a plan scores before it combines: add `match`")
    for before, after in zip(plan.steps, plan.steps[1:], strict=False):
        first, second = tool_of(before.tool, tools).stage, tool_of(after.tool, tools).stage
        if STAGES.index(first) > STAGES.index(second):
            raise BadRequest(f"in a plan {second!r} comes before {first!r}: move `{after.tool}` before `{before.tool}`")
    return plan


def tool_of(name: str, tools: Mapping[str, Tool] | None = None) -> Tool:
    """The tool of this name. Raises BadRequest with the known names."""
    known = tools if tools is not None else all_tools()
    if name not in known:
        raise BadRequest(f"there is no tool {name!r}; known: {', '.join(sorted(known))}")
    return known[name]
