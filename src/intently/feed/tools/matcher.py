"""Matcher: s_match = alpha s_sem + (1 - alpha) s_aia (RecBot, Matcher; SEMANTICS 4).

s_sem is the mean, over the wishes by meaning, of how near item and wish are, by cosine and by words (`nearness`).
s_aia is the fused ranking of the sources (base) steered by the active intent: (1 - steer) base + steer g, where g is
what an `IntentReader` makes of the history and the wishes (`intent`), and steer is `feed.steer`. Without an intent or
a history it is the base ranking, and without an intent alpha is 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from intently.feed.tools.intent import Attention, IntentReader, MeanOfHistory
from intently.feed.tools.nearness import by_highest, cosines, has_vector, measure_own, measure_words, near
from intently.feed.tools.pool import Arguments, Array, Pool, Scene, Stage
from intently.feed.wishes import Wishes
from intently.feed.world import FeedRequest, World
from intently.retrieve.request import Floats, Rows

__all__ = ["Matcher", "Question", "question_of"]

VALUES = 2  # of one wish that are read where any of several will do
HALF = 0.5  # the weight of g in traces that do not tell it: they were made before it was a setting


class Matcher:
    name = "match"
    stage: Stage = "score"

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        likes = [p for p in request.preferences if p.relation == "like" and p.polarity == "want"]
        alpha = world.config.feed.alpha if likes else 0.0
        said = ", ".join(f"“{like.quote}”" for like in likes)
        reason = f"by meaning: {said}" if likes else "by what the person does"
        feed = world.config.feed
        told = {"alpha": alpha, "words": feed.words, "steer": feed.steer, "likes": [like.id for like in likes]}
        return reason, told

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        measured = {**measure_words(scene, scene.wishes.likes), **measure_own(scene, scene.wishes.likes)}
        asked = {f"like:{like.preference.id}": like.vector for like in scene.wishes.likes if has_vector(like)}
        question = question_of(scene.world, scene.request, scene.wishes)
        direction = None if question is None else question.direction(scene.world.snapshot.vectors)
        asked |= {} if direction is None else {"steer": direction}
        if asked:
            measured |= zip(asked, cosines(scene, np.stack([*asked.values()])).T, strict=True)
        steered = None if question is None else question.answer(scene.world.snapshot.vectors, scene.rows)
        return measured if steered is None else {**measured, "steer": steered}

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        base = by_highest(pool.column("base"))
        kinds = ("like:", "words:", "own:")
        likes = [like for like in arguments["likes"] if any(kind + like in pool.measured for kind in kinds)]
        alpha = float(arguments["alpha"]) if likes else 0.0
        steer = float(arguments.get("steer", HALF)) if "steer" in pool.measured else 0.0
        aia = (1.0 - steer) * base + steer * by_highest(pool.column("steer"))
        sem = np.zeros(len(pool.ids))
        for like in likes:
            sem += near(pool, f"like:{like}", like, float(arguments.get("words", 0.0))) / len(likes)
        pool = pool.with_part("sem", sem).with_part("aia", aia) if likes else pool
        return pool.with_part("match", alpha * sem + (1.0 - alpha) * aia)


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader is asked of this request, whichever the candidates. `history`: rows; `intents`: (q, dim)."""

    reader: IntentReader
    history: Rows
    intents: Floats

    def direction(self, vectors: Floats) -> Floats | None:
        """Where the answer is a cosine with one vector, that vector, (dim,): it is asked beside others. None else."""
        if not isinstance(self.reader, Attention | MeanOfHistory):
            return None
        return self.reader.direction(vectors, self.history, self.intents)

    def answer(self, vectors: Floats, rows: Rows) -> Floats | None:
        """What a reader without a direction says of these rows; None where it has one, or has nothing to say."""
        if isinstance(self.reader, Attention | MeanOfHistory):
            return None
        return self.reader.score(vectors, self.history, self.intents, rows)


def question_of(world: World, request: FeedRequest, wishes: Wishes) -> Question | None:
    """None where nothing is wanted by meaning, unless the reader is asked anyway."""
    history = request.history
    reader = Attention() if world.intent is None else world.intent
    meant = [like.vector for like in wishes.likes if has_vector(like)]
    if reader.whole:
        intents = np.concatenate([*(vector[np.newaxis] for vector in meant), _named(world, request)])
        return Question(reader, history.rows, intents)
    return Question(reader, history.rows[history.liked], np.stack(meant)) if meant else None


def _named(world: World, request: FeedRequest) -> Floats:
    """Vectors of the facet values that are wanted, must or wish, one of each preference; none without an encoder."""
    spec = world.spec
    wanted = [
        ", ".join(p.value[:VALUES])
        for p in request.preferences
        if p.polarity == "want" and p.relation == "is" and isinstance(p.value, list) and p.facet in spec.facets
    ]
    if not wanted or world.encode is None:
        return np.empty((0, world.snapshot.vectors.shape[1]), np.float32)
    return world.encode(wanted)
