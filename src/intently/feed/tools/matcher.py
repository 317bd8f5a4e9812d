"""Matcher: s_match = alpha s_sem + (1 - alpha) s_aia (RecBot, Matcher; SEMANTICS 4).

s_sem is the mean, over the wishes by meaning, of how near item and wish are, by cosine and by words (`nearness`).
s_aia is the fused ranking of the sources steered by the active intent: RecBot's own g(H, P+, i) was not published.
Training-free reconstruction: the person's items h_j are attended by softmax(intent . h_j / tau), u is their weighted
mean, and s_aia is half the sources' base score, half u . item. Without an intent or a history it is the base score, and
alpha is 0.
"""

from collections.abc import Mapping

import numpy as np

from intently.feed.tools.nearness import by_highest, cosines, has_vector, measure_own, measure_words, near
from intently.feed.tools.pool import Arguments, Array, Pool, Scene, Stage
from intently.feed.wishes import Meaning
from intently.feed.world import FeedRequest, World
from intently.retrieve.request import Floats

__all__ = ["Matcher"]

TAU = 0.1  # temperature of the attention over the history, in cosines
ATTENDED = 50  # newest liked items that the intent attends to


class Matcher:
    name = "match"
    stage: Stage = "score"

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        likes = [p for p in request.preferences if p.relation == "like" and p.polarity == "want"]
        alpha = world.config.feed.alpha if likes else 0.0
        said = ", ".join(f"“{like.quote}”" for like in likes)
        reason = f"by meaning: {said}" if likes else "by what the person does"
        return reason, {"alpha": alpha, "words": world.config.feed.words, "likes": [like.id for like in likes]}

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        held = {**measure_words(scene, scene.wishes.likes), **measure_own(scene, scene.wishes.likes)}
        likes = [like for like in scene.wishes.likes if has_vector(like)]
        if not likes:
            return held
        attended = _attended(scene, likes)
        queries = np.stack([like.vector for like in likes] + ([attended] if attended is not None else []))
        found = cosines(scene, queries)
        measured = {**held, **{f"like:{like.preference.id}": found[:, i] for i, like in enumerate(likes)}}
        return measured if attended is None else {**measured, "steer": found[:, -1]}

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        base = by_highest(pool.column("base"))
        kinds = ("like:", "words:", "own:")
        likes = [like for like in arguments["likes"] if any(kind + like in pool.measured for kind in kinds)]
        alpha = float(arguments["alpha"]) if likes else 0.0
        aia = 0.5 * base + 0.5 * by_highest(pool.column("steer")) if "steer" in pool.measured else base
        sem = np.zeros(len(pool.ids))
        for like in likes:
            sem += near(pool, f"like:{like}", like, float(arguments.get("words", 0.0))) / len(likes)
        pool = pool.with_part("sem", sem).with_part("aia", aia) if likes else pool
        return pool.with_part("match", alpha * sem + (1.0 - alpha) * aia)


def _attended(scene: Scene, likes: list[Meaning]) -> Floats | None:
    """The person's items as the intent sees them, a unit vector; None without a history of encoded items."""
    history = scene.request.history
    rows = history.rows[history.liked][-ATTENDED:]
    if not len(rows):
        return None
    items = scene.world.snapshot.vectors[rows]
    intent = np.mean([like.vector for like in likes], axis=0)
    logits = (items @ intent / TAU).astype(np.float64)
    weights = np.exp(logits - logits.max())
    user = (weights / weights.sum()) @ items.astype(np.float64)
    length = float(np.linalg.norm(user))
    return (user / length).astype(np.float32) if length > 0 else None
