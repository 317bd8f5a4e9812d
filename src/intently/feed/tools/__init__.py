"""The tools of the feed: Filter, Matcher, Attenuator, Searcher, Aggregator, Diversifier, and those of third parties.

Which of them run, and why, is decided in `feed.plan`; what a tool is, in `feed.tools.pool`.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from intently.feed.tools.aggregator import Aggregator
from intently.feed.tools.attenuator import Attenuator
from intently.feed.tools.diversifier import Diversifier
from intently.feed.tools.filter import Filter
from intently.feed.tools.matcher import Matcher
from intently.feed.tools.pool import Arguments, Array, Pool, Scene, Stage, Tool, run_tool
from intently.feed.tools.searcher import Searcher

__all__ = [
    "TOOLS",
    "Aggregator",
    "Arguments",
    "Array",
    "Attenuator",
    "Diversifier",
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
TOOLS: Mapping[str, Tool] = {
    tool.name: tool for tool in (Filter(), Matcher(), Attenuator(), Searcher(), Aggregator(), Diversifier())
}


@cache
def all_tools() -> Mapping[str, Tool]:
    """Our tools by name, and those of third parties: instances under the entry point group `intently.tools`."""
    others: dict[str, Tool] = {point.name: point.load() for point in entry_points(group=GROUP)}
    return {**others, **TOOLS}
