"""The tools of the feed: Filter, Matcher, Attenuator, Searcher, Aggregator, Diversifier, Allocator,
Explorer, and those of third
parties.

Which of them run, and why, is decided in `feed.plan`; what a tool is, in `feed.tools.pool`.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from intently.errors import ContractBroken
from intently.feed.tools.aggregator import Aggregator
from intently.feed.tools.allocator import Allocator
from intently.feed.tools.attenuator import Attenuator
from intently.feed.tools.diversifier import Diversifier
from intently.feed.tools.explorer import Explorer
from intently.feed.tools.filter import Filter
from intently.feed.tools.matcher import Matcher
from intently.feed.tools.pool import Arguments, Array, Pool, Scene, Stage, Tool, run_tool
from intently.feed.tools.searcher import Searcher

__all__ = [
    "TOOLS",
    "Aggregator",
    "Allocator",
    "Arguments",
    "Array",
    "Attenuator",
    "Diversifier",
    "Explorer",
    "Filter",
    "Matcher",
    "Pool",
    "Scene",
    "Searcher",
    "Stage",
    "Tool",
    "all_tools",
    "run_tool",
]

GROUP = "intently.tools"
THEIR_STAGES = ("filter", "score", "order")  # combining is the Aggregator's: a plan combines once
TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (Filter(), Matcher(), Attenuator(), Searcher(), Aggregator(), Diversifier(), Allocator(), Explorer())
}


@cache
def all_tools() -> Mapping[str, Tool]:
    """Our tools by name, and those of third parties: instances under the entry point group `intently.tools`.

    Raises ContractBroken that names the package, for one that cannot be loaded or is no tool: its author's mistake must
    not look like a fault of a feed.
    """
    return {**{point.name: _load(point) for point in entry_points(group=GROUP)}, **TOOLS}


def _load(point: EntryPoint) -> Tool:
    try:
        tool = point.load()
    except (ImportError, AttributeError, SyntaxError) as error:
        raise _no_tool(point, f"it cannot be loaded ({error})") from error
    lacks = [part for part in ("name", "stage", "wanted", "measure", "apply") if not hasattr(tool, part)]
    if isinstance(tool, type):
        raise _no_tool(point, "it is a class; name an instance of it")
    if lacks:
        raise _no_tool(point, f"it has no {', '.join(lacks)}")
    if point.name in TOOLS or tool.name != point.name:
        raise _no_tool(point, f"it calls itself {tool.name!r}; the two names are one, and none of intently's own")
    if tool.stage not in THEIR_STAGES:
        raise _no_tool(point, f"its stage is {tool.stage!r}, not one of {', '.join(THEIR_STAGES)}")
    loaded: Tool = tool
    return loaded


def _no_tool(point: EntryPoint, what: str) -> ContractBroken:
    package = point.dist.name if point.dist is not None else "an unknown package"
    return ContractBroken(
        f"the tool {point.name!r} of {package} ({point.value}) cannot be used: {what}. Mend it after docs/tools.md, or "
        "uninstall the package."
    )
