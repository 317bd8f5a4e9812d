"""Aggregator: s_final = s_match + s_atten, rescaled to [0, 0.9], plus what the met wishes are worth (SEMANTICS 4).

The parts of other scorers (search, those of third parties) are added to the two. The rescaling is the same straight
line for every candidate: (sum - lowest) / (highest - lowest), where s_match may reach from 0 to 1 and every other part
as far below and above 0 as it does among the candidates (s_atten: from -beta to 0). Scores are rounded to 6 decimals
before they are ordered, ties by item id, so that the last bits of a matrix product decide nothing.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from intently.feed.tools.pool import Arguments, Array, Part, Pool, Scene, Stage
from intently.feed.world import FeedRequest, World

__all__ = ["TASTE", "Aggregator"]

TASTE = 0.9  # the most that taste is worth: less than one met wish
DECIMALS = 6


class Aggregator:
    name = "aggregate"
    stage: Stage = "combine"

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        passed = world.config.feed.passed
        if not request.passed or passed <= 0:
            return "order by met wishes, then taste", {"taste": TASTE}
        return "order by met wishes, then taste; new before passed over", {"taste": TASTE, "passed": passed}

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        measured: dict[str, Array] = {"passed": _times_passed(scene)} if scene.request.passed else {}
        for wish in scene.wishes.grounded:
            measured[f"wish:{wish.preference.id}"] = np.float32(wish.worth) * wish.degrees.of(scene.rows)
        return measured

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        total, below, above = pool.parts["match"], 0.0, 0.0
        for name in pool.scorers:
            if name != "match":
                total = total + pool.parts[name]
                below += max(0.0, -float(pool.parts[name].min(initial=0.0)))
                above += max(0.0, float(pool.parts[name].max(initial=0.0)))
        taste = float(arguments["taste"]) * (total + below) / (1.0 + below + above)
        if "passed" in arguments:
            kept = taste * (1.0 - float(arguments["passed"])) ** pool.column("passed")
            pool, taste = pool.with_part("passed", np.round(kept - taste, DECIMALS)), kept
        scores = taste
        for name in sorted(name for name in pool.measured if name.startswith("wish:")):  # sums depend on their order
            pool = pool.with_part(name, pool.column(name))
            scores = scores + pool.parts[name]
        scores = np.round(scores, DECIMALS)
        order = _by_score(pool, scores)
        return replace(pool.with_part("taste", np.round(taste, DECIMALS)), scores=scores, order=order)


def _by_score(pool: Pool, scores: Part) -> npt.NDArray[np.int64]:
    """The candidates by score, ties by item id."""
    order = pool.order[np.argsort(-scores[pool.order], kind="stable")]
    ranked = scores[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) + 1
    for first, end in (
        zip(np.append(0, ends[:-1]).tolist(), ends.tolist(), strict=True) if len(ends) < len(order) else ()
    ):
        if end - first > 1:
            order[first:end] = sorted(order[first:end].tolist(), key=pool.ids.__getitem__)
    return order


def _times_passed(scene: Scene) -> Array:
    """(k,) how often each candidate was shown and passed over, at most 127 times."""
    rows = {scene.world.snapshot.row_of(item_id): min(count, 127) for item_id, count in scene.request.passed.items()}
    times = np.zeros(len(scene.rows), np.int8)
    for place in np.flatnonzero(np.isin(scene.rows, [row for row in rows if row is not None])).tolist():
        times[place] = rows[int(scene.rows[place])]
    return times
