"""Filter: I' = the items that meet every hard want and no hard avoid (RecBot, Filter).

The sources already answer inside the mask of the same rules. The Filter asks every must again of what they returned, so
that a source which does not keep to the mask cannot put a broken must on a slate.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from intently.feed.eligibility import musts_of
from intently.feed.tools.pool import Arguments, Array, Pool, Scene, Stage
from intently.feed.world import FeedRequest, World

__all__ = ["Filter"]


class Filter:
    name = "filter"
    stage: Stage = "filter"

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        musts = musts_of(world, request)
        if not musts:
            return None
        said = ", ".join(f"“{must.quote}”" for must in musts)
        return f"must: {said}", {"musts": [must.id for must in musts]}

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        rules = (rule for rule in scene.eligible.rules if rule.preference is not None)
        return {f"must:{rule.preference.id}": rule.keep[scene.rows] for rule in rules if rule.preference}

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        removed = list(pool.removed)
        alive = np.ones(len(pool.ids), np.bool_)
        for must in arguments["musts"]:
            keep = pool.measured[f"must:{must}"]
            gone = pool.order[alive[pool.order] & ~keep[pool.order]]
            removed += [(f"filter:{must}", place) for place in gone.tolist()]
            alive &= keep
        return replace(pool, order=pool.order[alive[pool.order]], removed=tuple(removed))
