"""The contract of a tool, checked: what docs/tools.md promises of every tool, ours and those of third parties.

    check_tool(MyTool())                              in a small made-up shop
    check_tool(MyTool(), [Case(world, request)])      in a world of your own, where the shop does not want the tool

Raises ContractBroken with what was wrong and the mend; returns in how many cases the tool ran.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from intently.errors import ContractBroken
from intently.feed.candidates import Retrieved, ask_sources
from intently.feed.channels import candidate_pool
from intently.feed.eligibility import select_eligible
from intently.feed.plan import STAGES, Plan, Step, make_plan
from intently.feed.tools import TOOLS, Pool, Scene, Tool, run_tool
from intently.feed.trace import pack, unpack
from intently.feed.wishes import read_wishes
from intently.feed.world import FeedRequest, World

__all__ = ["Case", "check_tool", "plain_cases"]

NEAR = 1e-5  # what the order of a matrix product's rows may move a part by
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Case:
    """One request in one world."""

    world: World
    request: FeedRequest


def check_tool(tool: Tool, cases: Iterable[Case] | None = None) -> int:
    """Run the tool's whole contract in each case that wants it. Raises ContractBroken."""
    _check_names(tool)
    ran = 0
    for case in plain_cases() if cases is None else cases:
        wanted = _check_wanted(tool, case)
        if wanted is not None:
            _check_run(tool, case, wanted)
            ran += 1
    if not ran:
        raise _broken(tool, "it was wanted in no case", "pass cases in which `wanted` answers a reason and arguments")
    return ran


def _check_names(tool: Tool) -> None:
    if not isinstance(tool.name, str) or not NAME.fullmatch(tool.name):
        raise _broken(tool, f"its name is {tool.name!r}", "name it in lower case: letters, digits, - and _")
    if tool.name in TOOLS and TOOLS[tool.name] is not tool:
        raise _broken(tool, "one of intently's own tools has this name", "choose another name")
    if tool.stage not in STAGES:
        raise _broken(tool, f"its stage is {tool.stage!r}", f"one of {', '.join(STAGES)}")


def _check_wanted(tool: Tool, case: Case) -> tuple[str, Mapping[str, Any]] | None:
    """Why, in words, and arguments that JSON gives back as they were; the same answer every time."""
    wanted = tool.wanted(case.world, case.request)
    if wanted is None:
        return None
    reason, arguments = wanted
    if not isinstance(reason, str) or not reason.strip():
        raise _broken(tool, f"its reason is {reason!r}", "`wanted` says in words for people why the tool is needed")
    try:
        back = json.loads(json.dumps(dict(arguments), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise _broken(
            tool, f"its arguments are no JSON ({error})", "use plain numbers, texts, lists and dicts"
        ) from error
    if back != dict(arguments):
        raise _broken(tool, f"its arguments come back from JSON as {back}", "use lists, not tuples, and texts as keys")
    if tool.wanted(case.world, case.request) != wanted:
        raise _broken(tool, "`wanted` answers differently when asked twice", "decide from world and request alone")
    return reason, back


def _check_run(tool: Tool, case: Case, wanted: tuple[str, Mapping[str, Any]]) -> None:
    scene, found = _scene(case)
    before = _run_before(tool, scene, found)
    frozen = {name: array.copy() for name, array in {**before.measured, **before.parts}.items()}
    _check_measured(tool, before, tool.measure(scene, before))
    after = _run(tool, wanted[1], before, scene)
    _check_parts(tool, before, after)
    for name, array in {**before.measured, **before.parts}.items():
        if not np.array_equal(array, frozen[name], equal_nan=array.dtype.kind == "f"):
            raise _broken(tool, f"it changed {name!r} in place", "copy an array before you change it")
    _check_replay(tool, wanted[1], before, after)
    _check_same(tool, "asked twice, it answers differently", after, _run(tool, wanted[1], before, scene), exact=True)
    _check_permuted(tool, wanted[1], scene, found, after)


def _check_measured(tool: Tool, before: Pool, measured: Mapping[str, Any]) -> None:
    """What it measured is named after it, and is numbers that a trace can hold."""
    for name, array in measured.items():
        if name in before.measured or not (tool.name in TOOLS or name.split(":", 1)[0] == tool.name):
            raise _broken(tool, f"it measured {name!r}", f"call it {tool.name!r}, further ones '{tool.name}:…'")
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
            raise _broken(tool, f"{name!r} is no array of numbers", "return numpy arrays of bool, int or float")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise _broken(tool, f"{name!r} holds NaN or infinity", "give a missing value the number it counts as")


def _check_parts(tool: Tool, before: Pool, after: Pool) -> None:
    for name in after.parts.keys() - before.parts.keys():
        if tool.name not in TOOLS and name.split(":", 1)[0] != tool.name:
            raise _broken(tool, f"it made the part {name!r}", f"call it {tool.name!r}, further ones '{tool.name}:…'")
        if not np.isfinite(after.parts[name]).all():
            raise _broken(tool, f"its part {name!r} is not finite", "a candidate of which nothing is known gets 0")


def _check_replay(tool: Tool, arguments: Mapping[str, Any], before: Pool, after: Pool) -> None:
    """From the stored arrays alone, bit for bit: `apply` may read nothing else."""
    kept = {name: unpack(json.loads(json.dumps(pack(array)))) for name, array in after.measured.items()}
    again = _run(tool, arguments, replace(before, measured=kept), None)
    _check_same(tool, "a replay from the stored arrays differs", after, again, exact=True)


def _check_permuted(tool: Tool, arguments: Mapping[str, Any], scene: Scene, found: Retrieved, after: Pool) -> None:
    """The order in which the candidates come decides nothing."""
    turned = np.random.default_rng(7).permutation(len(found.rows))
    parts = {name: part[turned] for name, part in found.parts.items()}
    other = replace(found, rows=found.rows[turned], base=found.base[turned], parts=parts)
    other_scene = replace(scene, rows=other.rows)
    again = _run(tool, arguments, _run_before(tool, other_scene, other), other_scene)
    _check_same(tool, "with the candidates in another order it answers differently", after, again, exact=False)


def _check_same(tool: Tool, what: str, one: Pool, other: Pool, *, exact: bool) -> None:
    mend = "`apply` is a pure function of pool and arguments: no clock, no chance, no state, no place in the list"
    for name, part in one.parts.items():
        by_id = dict(zip(other.ids, other.parts.get(name, np.zeros(len(other.ids))).tolist(), strict=True))
        moved = [abs(by_id[item_id] - value) for item_id, value in zip(one.ids, part.tolist(), strict=True)]
        if max(moved, default=0.0) > (0.0 if exact else NEAR * max(1.0, float(np.abs(part).max(initial=0.0)))):
            raise _broken(tool, f"{what} (part {name!r})", mend)
    ids, others = [one.ids[place] for place in one.order], [other.ids[place] for place in other.order]
    same = set(ids) == set(others) if tool.stage == "filter" and not exact else ids == others
    if tool.stage != "score" and not same:
        raise _broken(tool, f"{what} (the order)", mend)


def _scene(case: Case) -> tuple[Scene, Retrieved]:
    eligible, wishes = select_eligible(case.world, case.request), read_wishes(case.world, case.request)
    found = ask_sources(case.world, case.request, eligible, wishes)
    return Scene(case.world, case.request, eligible, wishes, found.rows), found


def _run_before(tool: Tool, scene: Scene, found: Retrieved) -> Pool:
    """The pool as the tool gets it: after the steps that stand before it in the rules' plan."""
    tools = {**TOOLS, tool.name: tool}
    steps: Sequence[Step] = make_plan(scene.world, scene.request, tools).steps
    place = [step.tool for step in steps].index(tool.name)
    pool = candidate_pool(scene, found)
    for step in Plan(tuple(steps[:place])).steps:
        pool = run_tool(tools[step.tool], step.arguments, pool, scene)
    return pool


def _run(tool: Tool, arguments: Mapping[str, Any], pool: Pool, scene: Scene | None) -> Pool:
    try:
        return run_tool(tool, arguments, pool, scene)
    except ContractBroken as error:
        raise _broken(tool, str(error), "see the table of stages in docs/tools.md") from error


def _broken(tool: Tool, what: str, mend: str) -> ContractBroken:
    return ContractBroken(f"tool {getattr(tool, 'name', tool)!r}: {what}. Mend: {mend}.")


def plain_cases() -> list[Case]:
    """A small shop, asked in every way: nothing wanted, everything wanted, variety, trends, news, nobody known."""
    from intently.testing.shop import shop_requests, shop_world

    world = shop_world()
    return [Case(world, request) for request in shop_requests(world)]
