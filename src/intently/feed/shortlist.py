"""Which allowed items can come onto a slate: the score that is finally used, of all of them, in single precision.

All that is asked by meaning (the person's fused vector, each wish to have and to avoid, the history in the light of the
wish) is stacked and multiplied with the item vectors at once; what the other sources say is added, and Matcher,
Attenuator and Aggregator's formula is followed. The best by it are then scored again by the tools, in double precision.
Both agree to about 1e-6, so the first hundred of a slate are those of the whole catalogue: what decides the cut is what
decides the order.

The tools divide each column by its highest among the candidates. So the items that have it are candidates too, however
bad they are otherwise. Not foreseen are the scorers of third parties, which order what is on the list, and, under a
wish to be like an item with a vector of its own, what items without one get: the mean of the candidates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from intently.feed.tools.aggregator import TASTE
from intently.feed.tools.matcher import question_of
from intently.feed.tools.nearness import by_highest, has_vector, nearness_of
from intently.feed.tools.searcher import SEARCHES, WEIGHT, searched
from intently.feed.wishes import Meaning, Wishes, wish_totals
from intently.feed.world import FeedRequest, World
from intently.retrieve.fusion import base_of_many
from intently.retrieve.products import GATHER_BELOW, products, products_of
from intently.retrieve.ranking import distinct, looked_up, top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows
from intently.retrieve.semantic import Semantic

__all__ = ["shortlist"]


@dataclass(frozen=True)
class _Field:
    """The allowed items as columns: `rows` (m,) ascending. `highest`: places that have the highest of a column."""

    world: World
    request: FeedRequest
    retrieval: RetrievalRequest
    wishes: Wishes
    rows: Rows
    near: Mapping[str, Floats]  # {what was asked by meaning: (m,) cosines}
    highest: list[int] = field(default_factory=list)

    def marked(self, column: Floats) -> Floats:
        """The column as it is; its highest is kept in mind."""
        place = int(column.argmax())
        if column[place] > 0:
            self.highest.append(place)
        return column


def shortlist(
    world: World, request: FeedRequest, retrieval: RetrievalRequest, allowed: Allowed, wishes: Wishes, k: int,
    beside: Rows,
) -> Rows:  # fmt: skip
    """At most `k` allowed rows, ascending: the highest of each column and of `beside` what half of the room holds, and
    the best by the final score."""
    rows: Rows = allowed.rows.astype(np.intp)  # numpy converts an index of any other type at every look-up
    of = _Field(world, request, retrieval, wishes, rows, _nearness_of_all(world, request, retrieval, rows, wishes))
    scores = _taste(of)
    if wishes.grounded:
        scores = scores + wish_totals(wishes, len(allowed.mask))[rows]
    best, _ = top(rows, scores, k)
    highest = distinct(rows[of.highest])[: k // 2]
    held = distinct(highest, beside[~np.isin(beside, highest)][: k // 2 - len(highest)])
    others = best[~np.isin(best, held)]
    return distinct(others[: k - len(held)], held)


def _nearness_of_all(
    world: World, request: FeedRequest, retrieval: RetrievalRequest, rows: Rows, wishes: Wishes
) -> Mapping[str, Floats]:
    """Cosines of all rows with all that is asked by meaning, from one product."""
    vectors = world.snapshot.vectors
    asked = {f"like:{like.preference.id}": like.vector for like in wishes.likes if has_vector(like)}
    asked |= {f"avoid:{avoid.preference.id}": avoid.vector for avoid in wishes.avoids if has_vector(avoid)}
    for source in world.sources:
        if isinstance(source, Semantic) and source.query(retrieval).any():
            asked[source.name] = source.query(retrieval)
    question = question_of(world, request, wishes)
    direction = None if question is None else question.direction(vectors)
    asked |= {} if direction is None else {"steer": direction}
    if not asked:
        return {}
    queries = np.stack([*asked.values()]).astype(np.float32)
    if len(rows) < GATHER_BELOW * len(vectors):
        return dict(zip(asked, products_of(vectors, rows, queries), strict=True))
    whole = dict(zip(asked, products(vectors, queries), strict=True))
    for source in world.sources:
        if isinstance(source, Semantic) and source.name in whole:
            source.keep_products(retrieval, whole[source.name])
    return whole if len(rows) == len(vectors) else {name: column[rows] for name, column in whole.items()}


def _taste(of: _Field) -> Floats:
    """(m,) as the Aggregator makes it of the parts, 0 to TASTE."""
    total, below, above = _match(of), 0.0, 0.0
    if of.wishes.avoids:
        beta = of.world.config.feed.beta
        worst = of.marked(np.maximum.reduce([_near(of, "avoid:", avoid) for avoid in of.wishes.avoids]))
        total, below = total - beta * worst, beta * float(worst.max())
    if of.request.search in SEARCHES:
        found = of.marked(searched(of.world, of.request, of.retrieval, of.rows))
        total, above = total + WEIGHT * found, WEIGHT * float(found.max())
    taste = (TASTE / (1.0 + below + above)) * (total + below)
    passed, share = of.request.passed, of.world.config.feed.passed
    rows = {of.world.snapshot.row_of(item_id): times for item_id, times in passed.items()}
    for row, times in rows.items():
        place = int(np.searchsorted(of.rows, row)) if row is not None else len(of.rows)
        if place < len(of.rows) and of.rows[place] == row:
            taste[place] *= (1.0 - share) ** times
    return taste


def _match(of: _Field) -> Floats:
    """(m,) as the Matcher makes it: alpha s_sem + (1 - alpha) s_aia."""
    feed = of.world.config.feed
    aia = by_highest(of.marked(_base(of)))
    steered = _steered(of)
    if steered is not None:
        aia = (1.0 - feed.steer) * aia + feed.steer * by_highest(of.marked(steered))
    likes = [like for like in of.wishes.likes if has_vector(like) or len(like.words.rows) or _owns(of, like)]
    if not likes:
        return aia
    sem = sum((_near(of, "like:", like) for like in likes[1:]), _near(of, "like:", likes[0]))
    return np.asarray((feed.alpha / len(likes)) * sem + (1.0 - feed.alpha) * aia, np.float32)


def _base(of: _Field) -> Floats:
    """(m,) the fused score of the sources."""
    known = {
        source.name: np.maximum(of.near[source.name], 0)
        for source in of.world.sources
        if isinstance(source, Semantic) and source.name in of.near
    }
    return base_of_many(of.retrieval, of.world.sources, of.rows, of.world.weights, of.world.prior, known)


def _steered(of: _Field) -> Floats | None:
    """(m,) what the reader of the history says; None where it says nothing."""
    question = None if "steer" in of.near else question_of(of.world, of.request, of.wishes)
    if question is None:
        return of.near.get("steer")
    return question.answer(of.world.snapshot.vectors, of.rows)


def _near(of: _Field, kind: str, meaning: Meaning) -> Floats:
    """(m,) how near the items are to one wish, by meaning, by words and by their own vectors."""
    nothing = np.zeros(len(of.rows), np.float32)
    cosine = of.near.get(kind + meaning.preference.id)
    words = looked_up(of.rows, meaning.words.rows, meaning.words.share) if len(meaning.words.rows) else nothing
    own = None
    if _owns(of, meaning):
        held = of.world.snapshot.own
        alike = products_of(held, of.rows, held[meaning.seed or 0][np.newaxis])[0]
        own = (of.marked(alike), np.asarray(held.any(axis=1))[of.rows])
    cosine = nothing if cosine is None else of.marked(cosine)
    return nearness_of(cosine, of.marked(words), own, of.world.config.feed.words)


def _owns(of: _Field, meaning: Meaning) -> bool:
    """Whether the wish is to be like an item that has a vector of its own."""
    own = of.world.snapshot.own
    return meaning.seed is not None and bool(own.shape[1]) and bool(own[meaning.seed].any())
