"""Explorer: the last places of the first page, drawn by lot, with the propensity of what was drawn (V2: exploration).

A log that only ever shows the best of one ranking cannot tell what another would have earned. With n places drawn
uniformly, without replacement, among the next LOTTERY candidates, each of these has the propensity n / LOTTERY of being
shown, whatever its score; every other shown item has 1. A click divided by its propensity is then an unbiased estimate
for other rankings (Horvitz and Thompson 1952). Only inside the run of equal met wishes that the page's edge cuts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from intently.feed.tools.pool import Arguments, Array, Pool, Scene, Stage
from intently.feed.tools.runs import open_run
from intently.feed.world import FeedRequest, World

__all__ = ["Explorer", "propensity_of"]

LOTTERY = 100  # candidates that may be drawn


class Explorer:
    name = "explore"
    stage: Stage = "order"

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        slots = min(world.config.allocate.explore, request.limit)
        if slots <= 0 or request.only is not None:
            return None
        told = f"{request.seed} {request.user_id} {request.as_of.isoformat()}"  # one request, one draw
        seed = int.from_bytes(hashlib.sha256(told.encode()).digest()[:6], "big")
        return f"{slots} of {request.limit} places by lot", {"slots": slots, "page": request.limit, "seed": seed}

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        return {}

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        page = int(arguments["page"])
        run = open_run(pool, page)
        drawn = np.zeros(len(pool.ids))
        if run is None:
            return pool.with_part("explore", drawn)
        slots = min(int(arguments["slots"]), page - run[0])
        first, end = page - slots, min(run[1], page - slots + LOTTERY)
        draw = np.random.default_rng(int(arguments["seed"])).choice(end - first, slots, replace=False)
        chosen = pool.order[first:end][draw]
        drawn[chosen] = slots / (end - first)
        others = pool.order[first:][~np.isin(pool.order[first:], chosen)]
        order = np.concatenate([pool.order[:first], chosen, others])
        return replace(pool.with_part("explore", drawn), order=order)


def propensity_of(pool: Pool, place: int) -> float:
    """How probable it was that this candidate came on the first page, where it did: 1 unless it was drawn by lot."""
    drawn = pool.parts.get("explore")
    return float(drawn[place]) or 1.0 if drawn is not None else 1.0
