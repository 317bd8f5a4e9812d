"""Which allowed items can come onto a slate: the score that is finally used, of all of them, in single precision.

All that is asked by meaning (the person's fused vector, each wish to have and to avoid, the history in the light of the
wish) is stacked and multiplied with the item vectors at once; what the other sources say is added, and Matcher,
Attenuator and Aggregator's formula is followed. The best by it are then scored again by the tools, in double precision.
Both agree to about 1e-6, so the first hundred of a slate are those of the whole catalogue: what decides the cut is what
decides the order.

In a large catalogue the formula is followed twice: roughly for all items, with cosines of the vectors in 8 bits
(`catalog/coarse.py`), then exactly for those that may be among the best. Where the errors seen there leave in doubt
whether one of the others is, all are scored exactly.

The tools divide each column by its highest among the candidates. So the items that have it are candidates too, however
bad they are otherwise. Not foreseen are the scorers of third parties, which order what is on the list, and, under a
wish to be like an item with a vector of its own, what items without one get: the mean of the candidates.
"""

from functools import lru_cache

import numpy as np

from intently.catalog.coarse import Coarse
from intently.feed.formula import Asked, Scored, score_rows
from intently.feed.tools.matcher import question_of
from intently.feed.tools.nearness import has_vector
from intently.feed.wishes import Wishes
from intently.feed.world import FeedRequest, World
from intently.retrieve.products import GATHER_BELOW, SCORING_LANE, gathered, products, products_of
from intently.retrieve.ranking import distinct, highest_places, top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows
from intently.retrieve.semantic import Semantic

__all__ = ["shortlist"]

ROUGHLY = 2  # times the room: so many of the best by the rough score are scored exactly
TAKE_BELOW = 0.5  # share of the items under which the allowed ones alone are scored
SAFE = 2.0  # times the largest error of a rough score that was seen, for those that were not


def shortlist(
    world: World, request: FeedRequest, retrieval: RetrievalRequest, allowed: Allowed, wishes: Wishes, k: int,
    beside: Rows,
) -> Rows:  # fmt: skip
    """At most `k` allowed rows, ascending: the highest of each column and of `beside` what half of the room holds, and
    the best by the final score."""
    asked = _asked(world, request, retrieval, allowed, wishes)
    found = _in_two_steps(asked, k) or _exactly(asked)
    best, _ = top(found.rows, found.scores, k)
    highest = found.held[: k // 2]
    taken = np.zeros(len(allowed.mask), np.bool_)
    taken[highest] = True
    held = np.concatenate([highest, beside[~taken[beside]][: k // 2 - len(highest)]])
    taken[held] = True
    return distinct(best[~taken[best]][: k - len(held)], held)


def _asked(world: World, request: FeedRequest, retrieval: RetrievalRequest, allowed: Allowed, wishes: Wishes) -> Asked:
    """All that is asked by meaning, as one stack of questions."""
    asked = {f"like:{like.preference.id}": like.vector for like in wishes.likes if has_vector(like)}
    asked |= {f"avoid:{avoid.preference.id}": avoid.vector for avoid in wishes.avoids if has_vector(avoid)}
    for source in world.sources:
        if isinstance(source, Semantic) and source.query(retrieval).any():
            asked[source.name] = source.query(retrieval)
    question = question_of(world, request, wishes)
    direction = None if question is None else question.direction(world.snapshot.vectors)
    asked |= {} if direction is None else {"steer": direction}
    nothing = np.empty((0, world.snapshot.vectors.shape[1]), np.float32)
    queries = np.stack([*asked.values()]).astype(np.float32) if asked else nothing
    return Asked(world, request, retrieval, wishes, allowed, tuple(asked), queries)


def _in_two_steps(asked: Asked, k: int) -> Scored | None:
    """The allowed items that may be among the `k` best or hold the highest of a column, with their exact scores. None
    where a second step saves nothing, or where it is in doubt whether others may."""
    coarse, count = asked.world.snapshot.coarse, asked.allowed.count
    if coarse is None or not asked.names or asked.allowed.share < GATHER_BELOW or count <= 2 * ROUGHLY * k:
        return None
    rough = _roughly(asked, coarse)
    places = highest_places(rough.scores, ROUGHLY * k)
    least = float(rough.scores[places].min())  # all others are guessed at this or below
    rows: Rows = distinct(rough.rows[places], rough.held).astype(np.intp)
    if len(rows) > 2 * ROUGHLY * k:
        return None
    exact = score_rows(asked, rows, gathered(asked.world.snapshot.vectors, rows, asked.queries))
    whole = len(rough.rows) == len(asked.allowed.mask)
    guessed = rough.scores[rows if whole else np.searchsorted(rough.rows, rows)]
    error = float(np.abs(exact.scores - guessed).max())
    enough = float(np.partition(exact.scores, len(rows) - k)[len(rows) - k])
    return exact if least + SAFE * error <= enough else None


def _roughly(asked: Asked, coarse: Coarse) -> Scored:
    """All allowed items, by cosines that are near."""
    with SCORING_LANE:
        found, errors = coarse.products(asked.queries)
    rows = _rows_scored(asked)
    return score_rows(asked, rows, found if len(rows) == found.shape[1] else _taken(found, rows), errors)


def _exactly(asked: Asked) -> Scored:
    """All allowed items and their scores."""
    rows = _rows_scored(asked)
    return score_rows(asked, rows, _nearness_of_all(asked, rows))


def _rows_scored(asked: Asked) -> Rows:
    """The allowed rows; all rows where it costs less to score them all than to take the allowed ones of each column."""
    allowed = asked.allowed
    if allowed.share >= TAKE_BELOW:
        return _every_row(len(allowed.mask))
    return allowed.rows.astype(np.intp)  # numpy converts an index of any other type at every look-up


@lru_cache(maxsize=4)
def _every_row(count: int) -> Rows:
    rows: Rows = np.arange(count).astype(np.intp)
    rows.flags.writeable = False
    return rows


def _nearness_of_all(asked: Asked, rows: Rows) -> Floats:
    """(q, m) cosines of all rows with all that is asked by meaning, from one product."""
    vectors = asked.world.snapshot.vectors
    if not asked.names:
        return np.empty((0, len(rows)), np.float32)
    if len(rows) < GATHER_BELOW * len(vectors):
        return products_of(vectors, rows, asked.queries)
    whole = products(vectors, asked.queries)
    for source in asked.world.sources:
        if isinstance(source, Semantic) and source.name in asked.names:
            source.keep_products(asked.retrieval, whole[asked.names.index(source.name)])
    return whole if len(rows) == len(vectors) else _taken(whole, rows)


def _taken(columns: Floats, rows: Rows) -> Floats:
    """Some rows of each column, (q, m): one column after the other takes a third of the time of all at once."""
    found = np.empty((len(columns), len(rows)), np.float32)
    for column, into in zip(columns, found, strict=True):
        np.take(column, rows, out=into, mode="clip")
    return found
