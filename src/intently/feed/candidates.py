"""The question to the sources, and the candidates that they are asked about: all that can come onto a slate.

Where more items are eligible than are scored exactly, `shortlist` tells which: by the score that is finally used, of
every eligible item. Where places of a page are allocated, what the cognitive supply proposes is among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from intently.feed.eligibility import Eligible
from intently.feed.shortlist import shortlist
from intently.feed.wishes import Wishes
from intently.feed.world import FeedRequest, World
from intently.retrieve.fusion import base_scores
from intently.retrieve.request import Allowed, Floats, IntentQuery, RetrievalRequest, Rows, TagQuery, no_rows

__all__ = ["Retrieved", "ask_sources", "retrieval_of", "scored"]

BY_TAGS = "tags"  # the source of the cognitive supply, there where places are allocated
SUPPLIED = 8  # one of so many candidates is proposed by it
# Of a wish by meaning in the question to the sources, beside 1.0 of tags and history (docs/results/speed.md)
LIKE_WEIGHT = 2.0


@dataclass(frozen=True)
class Retrieved:
    """`rows` (k,) of the candidates; `base` (k,) the fused source score; `parts` {source: (k,)} before weighting."""

    retrieval: RetrievalRequest
    rows: Rows
    base: Floats
    parts: Mapping[str, Floats]


def ask_sources(world: World, request: FeedRequest, eligible: Eligible, wishes: Wishes) -> Retrieved:
    """At most `retrieve.candidates` rows, all of them eligible; all eligible items where they are that few."""
    retrieval, allowed = retrieval_of(world, request, wishes), eligible.allowed
    room = world.config.retrieve.candidates
    if allowed.count <= room:
        return scored(world, retrieval, allowed.rows)
    beside = _supplied(world, retrieval, allowed, room // SUPPLIED)
    return scored(world, retrieval, shortlist(world, request, retrieval, allowed, wishes, room, beside))


def retrieval_of(world: World, request: FeedRequest, wishes: Wishes) -> RetrievalRequest:
    """The question to the sources: history, tags, and the wishes by meaning (those to avoid with negative weight)."""
    beta = world.config.feed.beta
    intents = [(m, LIKE_WEIGHT) for m in wishes.likes] + [(m, -beta) for m in wishes.avoids]
    disliked = [m.seed for m in wishes.avoids if m.seed is not None]
    return RetrievalRequest(
        user_id=request.user_id,
        as_of=request.as_of.timestamp(),
        seed=request.seed,
        history=request.history,
        tags=_tags(world, request),
        intents=tuple(
            IntentQuery(m.preference.id, m.text, m.vector, weight)
            for m, weight in intents
            if m.seed is None and m.vector.any()
        ),
        seeds=np.array([m.seed for m in wishes.likes if m.seed is not None], np.int32),
        dislikes=np.concatenate([request.dislikes, np.array(disliked, np.int32)]).astype(np.int32),
    )


def scored(world: World, retrieval: RetrievalRequest, rows: Rows) -> Retrieved:
    """These rows with what every source says of them."""
    base, parts = base_scores(retrieval, world.sources, rows, world.weights)
    return Retrieved(retrieval, rows, base, parts)


def _supplied(world: World, retrieval: RetrievalRequest, allowed: Allowed, k: int) -> Rows:
    """What the cognitive supply proposes, where places are allocated: the base score has no room for it."""
    found = [source.retrieve(retrieval, allowed, k).rows for source in world.sources if source.name == BY_TAGS]
    return found[0] if found else no_rows()


def _tags(world: World, request: FeedRequest) -> tuple[TagQuery, ...]:
    if not request.tags or world.encode is None:
        return ()
    vectors = world.encode([tag.text for tag in request.tags])
    if vectors.shape[1] != world.snapshot.vectors.shape[1]:
        return ()  # no item is encoded yet, or not by this encoder
    return tuple(TagQuery(tag.tag_id, tag.text, vector) for tag, vector in zip(request.tags, vectors, strict=True))
