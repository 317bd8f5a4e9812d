"""Asking the sources for candidates, best tiers of met wishes first, so that nothing that outranks is missed.

One more met wish always outranks taste, and taste is all that the sources know. So items are put in tiers by what their
met wishes are worth (from posting lists, no scoring), and the sources are asked inside the highest tiers, until nothing
below can reach the best `ENOUGH`: taste is worth at most 0.9, less than four steps of a quarter. A set that is small
enough is taken whole. Source scores are on one scale for all rows, so the tiers' answers compare.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from intently.feed.eligibility import Eligible
from intently.feed.tools.searcher import SEARCHES, searched
from intently.feed.wishes import Wishes, wish_totals
from intently.feed.world import FeedRequest, World
from intently.retrieve.fusion import base_scores, fuse
from intently.retrieve.ranking import distinct, looked_up, top
from intently.retrieve.request import Allowed, Floats, IntentQuery, RetrievalRequest, Rows, TagQuery, no_rows
from intently.retrieve.words import HeldWords

__all__ = ["Retrieved", "ask_sources", "retrieval_of", "scored"]

STEPS = 4  # tiers in one met wish of worth 1.0; soft bounds fall between
BY_MEANING = "semantic"  # the source that answers wishes by meaning
BY_TAGS = "tags"  # the source of the cognitive supply, there where places are allocated
# Of a wish by meaning in the question to the sources: overlap@10 with exact scoring 0.98 -> 1.00 (random vectors).
LIKE_WEIGHT = 2.0
SMALL = 8  # times the candidates asked for: up to here every item is scored
ENOUGH = 200  # candidates above everything that was not asked for


@dataclass(frozen=True)
class Retrieved:
    """`rows` (k,) of the candidates; `base` (k,) the fused source score; `parts` {source: (k,)} before weighting."""

    retrieval: RetrievalRequest
    rows: Rows
    base: Floats
    parts: Mapping[str, Floats]


def ask_sources(world: World, request: FeedRequest, eligible: Eligible, wishes: Wishes) -> Retrieved:
    """At most `retrieve.candidates` rows, all of them eligible; all eligible items where they are that few."""
    retrieval = retrieval_of(world, request, wishes)
    room = world.config.retrieve.candidates
    if eligible.allowed.count <= room:
        return scored(world, retrieval, eligible.allowed.rows)
    tiers = _tiers(eligible.allowed, wishes, min(max(ENOUGH, request.limit), max(1, room // 2)))
    worded = _asked_for(world, request, retrieval, eligible.allowed, wishes)
    if len(tiers) == 1:
        return _best(world, retrieval, tiers[0], room, worded)
    top_tier, main, below = tiers
    under = min(below.count, room // 4)
    found = [top_tier.rows]
    for tier, share in ((main, room - top_tier.count - under), (below, under)):
        found.append(tier.rows if tier.count <= share else _best(world, retrieval, tier, share, worded).rows)
    return scored(world, retrieval, distinct(*found))


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


def _best(world: World, retrieval: RetrievalRequest, tier: Allowed, k: int, worded: HeldWords) -> Retrieved:
    """The `k` best of a tier by the base score; under a wish by meaning half of the room is for what is nearest to it,
    by words and by meaning, because the base score hardly knows the wish and the Matcher does."""
    spoken = bool(retrieval.seeds.size) or any(intent.weight > 0 for intent in retrieval.intents)
    held = worded.rows[tier.mask[worded.rows]]
    held, _ = top(held, looked_up(held, worded.rows, worded.share), k // 4)
    held = distinct(held, _supplied(world, retrieval, tier, k // 8))
    if tier.count <= SMALL * k:
        return _best_of_few(world, retrieval, tier.rows, k, spoken, held)
    fused = fuse(retrieval, world.sources, tier, k, world.weights)
    nearest = fused.proposed[BY_MEANING] if spoken and BY_MEANING in fused.proposed else no_rows()
    if len(held) or len(nearest):
        rows = _joined(held, nearest, fused.rows, k)
        return scored(world, retrieval, rows[tier.mask[rows]])
    inside = tier.mask[fused.rows]  # a source that does not keep to the mask is not let through
    parts = {name: part[inside] for name, part in fused.parts.items()}
    return Retrieved(retrieval, fused.rows[inside], fused.base[inside], parts)


def _supplied(world: World, retrieval: RetrievalRequest, tier: Allowed, k: int) -> Rows:
    """What the cognitive supply proposes, where places are allocated: the base score has no room for it."""
    found = [source.retrieve(retrieval, tier, k).rows for source in world.sources if source.name == BY_TAGS]
    return found[0] if found else no_rows()


def _best_of_few(world: World, retrieval: RetrievalRequest, rows: Rows, k: int, spoken: bool, held: Rows) -> Retrieved:
    """The same where every item is scored: cheaper than asking each source for its best, and exact."""
    every = scored(world, retrieval, rows)
    known = spoken and BY_MEANING in every.parts
    nearest = top(rows, every.parts[BY_MEANING], k // 2)[0] if known else no_rows()
    best = top(rows, every.base, k)[0]
    if len(held) or len(nearest):
        best = _joined(held, nearest, best, k)
    places = np.searchsorted(rows, best)
    parts = {name: part[places] for name, part in every.parts.items()}
    return Retrieved(retrieval, best.astype(np.int32), every.base[places], parts)


def _joined(held: Rows, nearest: Rows, best: Rows, k: int) -> Rows:
    """At most `k` rows, ascending: those that hold the words, then what is nearest by meaning up to half of the room,
    then the best by the base score."""
    near = distinct(held, nearest[: max(0, k // 2 - len(held))])
    rest = best[np.isin(best, near, assume_unique=True, invert=True)][: k - len(near)]
    return distinct(near, rest)


def _asked_for(
    world: World, request: FeedRequest, retrieval: RetrievalRequest, allowed: Allowed, wishes: Wishes
) -> HeldWords:
    """What all wishes to have find by their words and by the items' own vectors, and what was searched for; their
    shares added."""
    found = [like.words for like in wishes.likes if len(like.words.rows)]
    found += [_alike(world, allowed, like.seed) for like in wishes.likes if like.seed is not None]
    if request.search in SEARCHES:
        found.append(HeldWords(allowed.rows, searched(world, request, retrieval, allowed.rows)))
    if not found:
        return HeldWords(no_rows(), np.empty(0, np.float32))
    found = [HeldWords(words.rows[words.share > 0], words.share[words.share > 0]) for words in found]
    rows, places = np.unique(np.concatenate([words.rows for words in found]), return_inverse=True)
    shares = np.bincount(places, weights=np.concatenate([words.share for words in found]))
    return HeldWords(rows, shares.astype(np.float32))


def _alike(world: World, allowed: Allowed, seed: int) -> HeldWords:
    """How much every allowed item is like this one by the items' own vectors; nothing where it has none."""
    own = world.snapshot.own
    if not own.shape[1] or not own[seed].any():
        return HeldWords(no_rows(), np.empty(0, np.float32))
    near = np.maximum(own[allowed.rows] @ own[seed], 0.0)
    return HeldWords(allowed.rows, np.asarray(near, np.float32))


def _tags(world: World, request: FeedRequest) -> tuple[TagQuery, ...]:
    if not request.tags or world.encode is None:
        return ()
    vectors = world.encode([tag.text for tag in request.tags])
    if vectors.shape[1] != world.snapshot.vectors.shape[1]:
        return ()  # no item is encoded yet, or not by this encoder
    return tuple(TagQuery(tag.tag_id, tag.text, vector) for tag, vector in zip(request.tags, vectors, strict=True))


def _tiers(allowed: Allowed, wishes: Wishes, enough: int) -> list[Allowed]:
    """Three masks, best first: the tiers that together hold fewer than `enough` items, the tier that passes it, and
    those below that a better taste could still lift over it. One mask when wishes do not tell items apart."""
    if not wishes.grounded:
        return [allowed]
    levels = np.rint(wish_totals(wishes, len(allowed.mask)) * STEPS).astype(np.int16)
    lowest = int(levels.min())
    counts = np.bincount((levels - lowest)[allowed.mask])
    above = np.cumsum(counts[::-1])[::-1]  # items at this level or higher
    reached = int(np.flatnonzero(above >= min(enough, allowed.count))[-1]) + lowest
    bands = [levels > reached, levels == reached, (levels < reached) & (levels > reached - STEPS)]
    tiers = [Allowed(band & allowed.mask) for band in bands]
    return tiers if tiers[0].count or tiers[2].count else [tiers[1]]
