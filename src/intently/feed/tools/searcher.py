"""Searcher: what rises now, or what is new, when the person asks for that ("what's trending", "what's new").

RecBot names a searcher of trending topics as the example of an added tool. It runs for the one slate that was asked
for: `search` is added to the score with a weight that puts what was searched before taste, and below one met wish.

    trending   t^2 / (t + p), with t the share of the item in the short trend and p that in the catalogue's popularity:
               high for what is wanted now, and higher the more of that came lately
    new        1 / (1 + m / 10), with m the items that are newer by the catalogue's first date facet; without one, those
               that came later
"""

from collections.abc import Mapping

import numpy as np

from intently.feed.tools.pool import Arguments, Array, Pool, Scene, Stage
from intently.feed.world import FeedRequest, World
from intently.retrieve.request import Floats, RetrievalRequest, Rows

__all__ = ["SEARCHES", "Searcher", "searched"]

SEARCHES: Mapping[str, str] = {"trending": "what rises now, as asked", "new": "what is new, as asked"}
TREND = ("trend", "popularity")  # sources: the short half-life, and the catalogue's
NEWER = 10.0  # newer items at which an item is half as new as the newest
WEIGHT = 3.0  # of what was searched, against 1.0 of taste


class Searcher:
    name = "search"
    stage: Stage = "score"

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        if request.search is None or request.search not in SEARCHES:
            return None
        return SEARCHES[request.search], {"search": request.search, "weight": WEIGHT}

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        moment = RetrievalRequest(user_id=scene.request.user_id, as_of=scene.request.as_of.timestamp())
        return {"search:found": searched(scene.world, scene.request, moment, scene.rows)}

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        return pool.with_part("search", float(arguments["weight"]) * pool.column("search:found"))


def searched(world: World, request: FeedRequest, moment: RetrievalRequest, rows: Rows) -> Floats:
    """How much each row is what was searched for, 0 to 1; zeros where the catalogue cannot tell. (len(rows),)."""
    found = _rising(world, moment, rows) if request.search == "trending" else _newness(world)[rows]
    return np.round(found, 6).astype(np.float32)


def _rising(world: World, moment: RetrievalRequest, rows: Rows) -> Floats:
    scores = {source.name: source.score(moment, rows) for source in world.sources if source.name in TREND}
    if len(scores) < len(TREND):
        return np.zeros(len(rows), np.float32)
    trend, popularity = (scores[name].astype(np.float64) for name in TREND)
    return np.asarray(trend**2 / np.maximum(trend + popularity, 1e-9), np.float32)


def _newness(world: World) -> Floats:
    """(n,) 0 to 1 for every item."""
    dated = [name for name, facet in world.spec.facets.items() if facet.kind == "date"]
    count = len(world.snapshot.item_ids)
    amounts = world.snapshot.numbers[dated[0]].amounts if dated else np.arange(count, dtype=np.float64)
    known = ~np.isnan(amounts)
    newness = np.zeros(count, np.float32)
    ordered = np.sort(amounts[known])
    newer = len(ordered) - np.searchsorted(ordered, amounts[known], side="right")
    newness[known] = 1.0 / (1.0 + newer / NEWER)
    return newness
