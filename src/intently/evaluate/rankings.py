"""What is compared: every source alone, their fusion, and the feed as it is served, on the same moment of the past."""

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from intently.config import Config
from intently.evaluate.baselines import PlainNeighbours
from intently.evaluate.pack import Pack
from intently.evaluate.split import Case
from intently.feed.request import FeedRequest, World, recommend
from intently.nouns import History
from intently.retrieve.fusion import fuse
from intently.retrieve.index import BehaviourIndex
from intently.retrieve.request import RetrievalRequest, Retriever, Rows
from intently.retrieve.sources import sources_of
from intently.retrieve.weights import allowed_for

__all__ = ["DEPTH", "feed_ranking", "history_before", "rank_all", "request_of"]

DEPTH = 100  # places that are looked at


def history_before(pack: Pack, case: Case) -> History:
    """The person's events before the case, named by their positions in the log."""
    own = np.array(case.own, dtype=np.int64)
    kinds = None if pack.log.kinds is None else pack.log.kinds[own]
    return History(pack.log.rows[own], pack.log.times[own], pack.log.liked[own], tuple(map(str, case.own)), kinds)


def request_of(pack: Pack, case: Case, seed: int) -> RetrievalRequest:
    return RetrievalRequest(pack.user_ids[case.user], case.time, history_before(pack, case), seed)


def rank_all(
    pack: Pack,
    case: Case,
    sources: tuple[Retriever, ...],
    weights: Mapping[str, float],
    plain: PlainNeighbours,
    config: Config,
    seed: int,
) -> dict[str, Rows]:
    """The first DEPTH places of every method, by name; all read one request, as when served."""
    request = request_of(pack, case, seed)
    allowed = allowed_for(pack.spec, len(pack.snapshot.item_ids), request.history.rows)
    ranked = {source.name: source.retrieve(request, allowed, DEPTH).rows for source in sources}
    ranked["plain-knn"] = plain.ranked(request, allowed, DEPTH)
    ranked["fused"] = fuse(request, sources, allowed, config.retrieve.candidates, weights).rows[:DEPTH]
    ranked["feed"] = feed_ranking(pack, case, sources, weights, config, seed)
    return ranked


def feed_ranking(
    pack: Pack,
    case: Case,
    sources: tuple[Retriever, ...],
    weights: Mapping[str, float],
    config: Config,
    seed: int,
) -> Rows:
    """The feed itself: one whole request without commands or tags, through every stage."""
    world = World(pack.spec, pack.snapshot, sources, weights, config=config)
    request = FeedRequest(
        feed_id=f"evaluate-{case.position}",
        user_id=pack.user_ids[case.user],
        as_of=datetime.fromtimestamp(case.time, UTC),
        seed=seed,
        history=history_before(pack, case),
    )
    rows = [pack.snapshot.row_of(item_id) for item_id in recommend(world, request).ranked[:DEPTH]]
    return np.array([row for row in rows if row is not None], dtype=np.int32)


def sources_at(pack: Pack, index: BehaviourIndex, config: Config) -> tuple[Retriever, ...]:
    """The sources that serve, over an index of the past."""
    return sources_of(pack.spec, pack.snapshot.vectors, index, config.retrieve)
