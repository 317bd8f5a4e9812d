"""The two supplies of a feed (RecGPT-V2, appendix on traffic allocation), and which of them a candidate belongs to.

    cognitive   what was understood of the person, in words: their tags, and their wishes by meaning
    utility     what people do: popularity, neighbours, buying again, a sequence model, likeness to the history, and
                the towers where the history says more in them than the tags do

What the two say of an item does not compare (a cosine beside a weighted sum of shares), but their rankings of the same
candidates do. A candidate is of the supply that ranks it higher; of the utility supply on a tie, and wherever no tag
and no wish is near to it. The label decides no order by itself: only the tool `allocate` reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.feed.candidates import Retrieved
from intently.feed.tools.nearness import cosines, has_vector
from intently.feed.tools.pool import CHANNEL, Array, Pool, Scene
from intently.feed.world import FeedRequest
from intently.nouns import Channel
from intently.retrieve.tags import COGNITIVE, TELLING
from intently.retrieve.towers import Towers

__all__ = ["Supply", "candidate_pool", "supply_of"]

DECIMALS = 4  # of a cosine: the last bits of a matrix product decide no label


@dataclass(frozen=True, slots=True)
class Supply:
    """`by`: the tag or the wish that a cognitive candidate is nearest to; empty for utility."""

    channel: Channel
    by: str = ""


def candidate_pool(scene: Scene, retrieved: Retrieved) -> Pool:
    """The candidates with what every source says of them, and the supply of each where the person's words are known."""
    ids = scene.world.snapshot.item_ids
    measured = {"base": retrieved.base, **{f"source:{name}": part for name, part in retrieved.parts.items()}}
    places = np.arange(len(retrieved.rows), dtype=np.int64)
    measured = {**measured, **_labels(scene, retrieved)}
    return Pool(tuple(map(ids.__getitem__, retrieved.rows.tolist())), places, measured)


def supply_of(request: FeedRequest, pool: Pool, place: int) -> Supply:
    """The supply of one candidate, as labelled."""
    column = pool.measured.get(CHANNEL)
    number = int(column[place]) if column is not None else 0
    if number == 0:
        return Supply("utility")
    wishes = [p.id for p in request.preferences if p.polarity == "want" and f"like:{p.id}" in pool.measured]
    return Supply("cognitive", [*wishes, *(tag.tag_id for tag in request.tags)][number - 1])


def _labels(scene: Scene, retrieved: Retrieved) -> Mapping[str, Array]:
    wishes = [like.vector for like in scene.wishes.likes if has_vector(like)]
    spoken = [*wishes, *(tag.vector for tag in retrieved.retrieval.tags)]
    if not spoken:
        return {}
    near = np.round(cosines(scene, np.stack(spoken)), DECIMALS)
    highest = near.max(axis=1)
    utility = _utility(scene, retrieved)
    higher = _ranks(highest, TELLING) < _ranks(np.round(utility, DECIMALS + 2), 0.0)
    return {CHANNEL: np.where(higher, near.argmax(axis=1) + 1, 0).astype(np.int16)}


def _utility(scene: Scene, retrieved: Retrieved) -> Array:
    """What people's doings say of each candidate. The towers hear both sides at once: their part belongs to the supply
    that says more in it."""
    parts = {name: part for name, part in retrieved.parts.items() if name not in COGNITIVE}
    for source in scene.world.sources:
        if isinstance(source, Towers) and source.name in parts:
            by_tags = source.said_by_tags(retrieved.retrieval, retrieved.rows)
            parts[source.name] = np.where(by_tags, 0.0, parts[source.name])
    weighted = (scene.world.weights.get(name, 0.0) * part for name, part in parts.items())
    return np.asarray(sum(weighted, np.zeros(len(retrieved.rows))))


def _ranks(scores: Array, floor: float) -> npt.NDArray[np.int64]:
    """How many candidates score higher than each; last, and equal, are those that do not pass the floor."""
    ranks = np.searchsorted(np.sort(-scores), -scores, side="left")
    return np.where(scores > floor, ranks, len(scores)).astype(np.int64)
