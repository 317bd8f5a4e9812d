"""Attenuator: s_atten = -beta sim(item, what is avoided) (RecBot, Attenuator).

Negative wishes are a penalty of their own and never part of the positive query: an embedding ignores negation. Of
several wishes to avoid the nearest counts. Near is, as for the Matcher, by cosine and by words (`nearness`).
"""

from collections.abc import Mapping

import numpy as np

from intently.feed.tools.nearness import cosines, has_vector, measure_own, measure_words, near
from intently.feed.tools.pool import Arguments, Array, Pool, Scene, Stage
from intently.feed.world import FeedRequest, World

__all__ = ["Attenuator"]


class Attenuator:
    name = "attenuate"
    stage: Stage = "score"

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        avoids = [p for p in request.preferences if p.relation == "like" and p.polarity == "avoid"]
        if not avoids:
            return None
        said = ", ".join(f"“{avoid.quote}”" for avoid in avoids)
        feed = world.config.feed
        return f"less of: {said}", {"beta": feed.beta, "words": feed.words, "avoids": [avoid.id for avoid in avoids]}

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        held = {**measure_words(scene, scene.wishes.avoids), **measure_own(scene, scene.wishes.avoids)}
        avoids = [avoid for avoid in scene.wishes.avoids if has_vector(avoid)]
        if not avoids:
            return held
        found = cosines(scene, np.stack([avoid.vector for avoid in avoids]))
        return {**held, **{f"avoid:{avoid.preference.id}": found[:, i] for i, avoid in enumerate(avoids)}}

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        worst = np.zeros(len(pool.ids))
        for avoid in arguments["avoids"]:
            worst = np.maximum(worst, near(pool, f"avoid:{avoid}", avoid, float(arguments.get("words", 0.0))))
        return pool.with_part("attenuate", -float(arguments["beta"]) * worst)
