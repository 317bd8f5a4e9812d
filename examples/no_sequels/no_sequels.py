"""A tool of a third party: sequels ("Rocky IV", "Toy Story 2") rank a little lower, unless the person liked one.

The whole contract is in docs/tools.md; `tests/test_no_sequels.py` checks that it is kept.
"""

import re
from collections.abc import Mapping

import numpy as np

from intently.feed.tools import Arguments, Array, Pool, Scene, Stage
from intently.feed.world import FeedRequest, World

SEQUEL = re.compile(r"\b(?:[2-9]|1\d|II|III|IV|V|VI|VII|VIII|IX|X|Part (?:Two|Three|\d+))(?::|$)")
PENALTY = 0.2  # against 1.0, the most that taste is worth before rescaling


class NoSequels:
    name = "no_sequels"
    stage: Stage = "score"

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        """Not for people who liked a sequel lately."""
        liked = request.history.rows[request.history.liked][-20:]
        if any(SEQUEL.search(world.snapshot.titles[row]) for row in liked.tolist()):
            return None
        return "sequels a little lower", {"penalty": PENALTY}

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        """Which candidates are sequels. Kept in the trace, so that a replay needs no titles."""
        titles = scene.world.snapshot.titles
        sequels = [SEQUEL.search(titles[row]) is not None for row in scene.rows.tolist()]
        return {"no_sequels:is": np.array(sequels, np.bool_)}

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        """One part, named as the tool; the Aggregator adds it up."""
        return pool.with_part("no_sequels", -float(arguments["penalty"]) * pool.column("no_sequels:is"))


TOOL = NoSequels()
