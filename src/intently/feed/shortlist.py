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

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from intently.catalog.coarse import Coarse
from intently.feed.tools.aggregator import TASTE
from intently.feed.tools.matcher import question_of
from intently.feed.tools.nearness import by_highest, has_vector, nearness_of
from intently.feed.tools.searcher import SEARCHES, WEIGHT, searched
from intently.feed.wishes import Meaning, Wishes, wish_totals
from intently.feed.world import FeedRequest, World
from intently.retrieve.fusion import base_of_many
from intently.retrieve.products import GATHER_BELOW, SCORING_LANE, gathered, products, products_of
from intently.retrieve.ranking import distinct, looked_up, top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows
from intently.retrieve.semantic import Semantic

__all__ = ["shortlist"]

ROUGHLY = 2  # times the room: so many of the best by the rough score are scored exactly
SAFE = 2.0  # times the largest error of a rough score that was seen, for those that were not


@dataclass(frozen=True)
class _Asked:
    """The request as the formula reads it. `names`, `queries` (q, dim): what is asked by meaning."""

    world: World
    request: FeedRequest
    retrieval: RetrievalRequest
    wishes: Wishes
    allowed: Allowed
    names: tuple[str, ...]
    queries: Floats

    @cached_property
    def worth(self) -> Floats:
        """(n,) what the met wishes of every item are worth."""
        return wish_totals(self.wishes, len(self.allowed.mask))


@dataclass(frozen=True)
class _Field:
    """Some allowed items as columns: `rows` (m,) ascending. `highest`: places that have the highest of a column, or may
    have it: where the columns are rough, within the share `slack` of it."""

    asked: _Asked
    rows: Rows
    near: Mapping[str, Floats]  # {what was asked by meaning: (m,) cosines}
    slack: float = 0.0
    highest: list[Rows] = field(default_factory=list)

    def marked(self, column: Floats) -> Floats:
        """The column as it is; its highest is kept in mind."""
        place = int(column.argmax())
        if column[place] > 0:
            near = np.flatnonzero(column >= (1.0 - self.slack) * column[place]) if self.slack else [place]
            self.highest.append(np.asarray(near, np.int32))
        return column

    @property
    def held(self) -> Rows:
        """The rows that have, or may have, the highest of a column, ascending."""
        return distinct(*[self.rows[places] for places in self.highest]) if self.highest else self.rows[:0]


def shortlist(
    world: World, request: FeedRequest, retrieval: RetrievalRequest, allowed: Allowed, wishes: Wishes, k: int,
    beside: Rows,
) -> Rows:  # fmt: skip
    """At most `k` allowed rows, ascending: the highest of each column and of `beside` what half of the room holds, and
    the best by the final score."""
    asked = _asked(world, request, retrieval, allowed, wishes)
    found, scores = _in_two_steps(asked, k) or _exactly(asked)
    best, _ = top(found.rows, scores, k)
    highest = found.held[: k // 2]
    taken = np.zeros(len(allowed.mask), np.bool_)
    taken[highest] = True
    held = np.concatenate([highest, beside[~taken[beside]][: k // 2 - len(highest)]])
    taken[held] = True
    return distinct(best[~taken[best]][: k - len(held)], held)


def _asked(world: World, request: FeedRequest, retrieval: RetrievalRequest, allowed: Allowed, wishes: Wishes) -> _Asked:
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
    return _Asked(world, request, retrieval, wishes, allowed, tuple(asked), queries)


def _in_two_steps(asked: _Asked, k: int) -> tuple[_Field, Floats] | None:
    """The allowed items that may be among the `k` best or hold the highest of a column, with their exact scores. None
    where a second step saves nothing, or where it is in doubt whether others may."""
    coarse, count = asked.world.snapshot.coarse, asked.allowed.count
    if coarse is None or not asked.names or asked.allowed.share < GATHER_BELOW or count <= 2 * ROUGHLY * k:
        return None
    rough = _roughly(asked, coarse)
    guessed = _scores(rough)
    places = np.argpartition(guessed, count - ROUGHLY * k)
    least = float(guessed[places[count - ROUGHLY * k]])  # all others are guessed at this or below
    rows: Rows = distinct(rough.rows[places[count - ROUGHLY * k :]], rough.held).astype(np.intp)
    if len(rows) > 2 * ROUGHLY * k:
        return None
    near = gathered(asked.world.snapshot.vectors, rows, asked.queries)
    exact = _Field(asked, rows, dict(zip(asked.names, near, strict=True)))
    scores = _scores(exact)
    error = float(np.abs(scores - guessed[np.searchsorted(rough.rows, rows)]).max())
    enough = float(np.partition(scores, len(scores) - k)[len(scores) - k])
    return (exact, scores) if least + SAFE * error <= enough else None


def _roughly(asked: _Asked, coarse: Coarse) -> _Field:
    """All allowed items, with cosines that are near."""
    rows: Rows = asked.allowed.rows.astype(np.intp)
    with SCORING_LANE:
        found, errors = coarse.products(asked.queries)
    near = found if len(rows) == found.shape[1] else found[:, rows]
    tops = np.maximum(near.max(axis=1), errors)
    return _Field(asked, rows, dict(zip(asked.names, near, strict=True)), float((2 * errors / tops).max()))


def _exactly(asked: _Asked) -> tuple[_Field, Floats]:
    """All allowed items and their scores."""
    rows: Rows = asked.allowed.rows.astype(np.intp)  # numpy converts an index of any other type at every look-up
    of = _Field(asked, rows, _nearness_of_all(asked, rows) if asked.names else {})
    return of, _scores(of)


def _nearness_of_all(asked: _Asked, rows: Rows) -> Mapping[str, Floats]:
    """Cosines of all rows with all that is asked by meaning, from one product."""
    vectors = asked.world.snapshot.vectors
    if len(rows) < GATHER_BELOW * len(vectors):
        return dict(zip(asked.names, products_of(vectors, rows, asked.queries), strict=True))
    whole = dict(zip(asked.names, products(vectors, asked.queries), strict=True))
    for source in asked.world.sources:
        if isinstance(source, Semantic) and source.name in whole:
            source.keep_products(asked.retrieval, whole[source.name])
    return whole if len(rows) == len(vectors) else {name: column[rows] for name, column in whole.items()}


def _scores(of: _Field) -> Floats:
    """(m,) the final score: taste, and what met wishes are worth."""
    taste = _taste(of)
    if of.asked.wishes.grounded:
        worth = of.asked.worth
        taste += worth if len(worth) == len(of.rows) else worth[of.rows]
    return taste


def _taste(of: _Field) -> Floats:
    """(m,) as the Aggregator makes it of the parts, 0 to TASTE; in place, for each new column of a large catalogue has
    to be given memory."""
    total, below, above = _match(of), 0.0, 0.0
    if of.asked.wishes.avoids:
        beta = of.asked.world.config.feed.beta
        worst = of.marked(np.maximum.reduce([_near(of, "avoid:", avoid) for avoid in of.asked.wishes.avoids]))
        below = beta * float(worst.max())
        worst *= beta
        total -= worst
    if of.asked.request.search in SEARCHES:
        found = of.marked(searched(of.asked.world, of.asked.request, of.asked.retrieval, of.rows))
        above = WEIGHT * float(found.max())
        total += WEIGHT * found
    total += below
    total *= TASTE / (1.0 + below + above)
    passed, share = of.asked.request.passed, of.asked.world.config.feed.passed
    rows = {of.asked.world.snapshot.row_of(item_id): times for item_id, times in passed.items()}
    for row, times in rows.items():
        place = int(np.searchsorted(of.rows, row)) if row is not None else len(of.rows)
        if place < len(of.rows) and of.rows[place] == row:
            total[place] *= (1.0 - share) ** times
    return total


def _match(of: _Field) -> Floats:
    """(m,) as the Matcher makes it: alpha s_sem + (1 - alpha) s_aia."""
    feed = of.asked.world.config.feed
    aia = by_highest(of.marked(_base(of)))
    steered = _steered(of)
    if steered is not None:
        said = by_highest(of.marked(steered))
        said *= feed.steer
        aia *= 1.0 - feed.steer
        aia += said
    likes = [like for like in of.asked.wishes.likes if has_vector(like) or len(like.words.rows) or _owns(of, like)]
    if not likes:
        return aia
    sem = _near(of, "like:", likes[0])
    for like in likes[1:]:
        sem += _near(of, "like:", like)
    sem *= feed.alpha / len(likes)
    aia *= 1.0 - feed.alpha
    aia += sem
    return aia


def _base(of: _Field) -> Floats:
    """(m,) the fused score of the sources."""
    known = {
        source.name: np.maximum(of.near[source.name], 0)
        for source in of.asked.world.sources
        if isinstance(source, Semantic) and source.name in of.near
    }
    return base_of_many(
        of.asked.retrieval, of.asked.world.sources, of.rows, of.asked.world.weights, of.asked.world.prior, known
    )


def _steered(of: _Field) -> Floats | None:
    """(m,) what the reader of the history says; None where it says nothing."""
    question = None if "steer" in of.near else question_of(of.asked.world, of.asked.request, of.asked.wishes)
    if question is None:
        return of.near.get("steer")
    return question.answer(of.asked.world.snapshot.vectors, of.rows)


def _near(of: _Field, kind: str, meaning: Meaning) -> Floats:
    """(m,) how near the items are to one wish, by meaning, by words and by their own vectors; a column of its own."""
    cosine, owned = of.near.get(kind + meaning.preference.id), _owns(of, meaning)
    if cosine is not None and not owned and not len(meaning.words.rows):
        return by_highest(of.marked(cosine))
    nothing = np.zeros(len(of.rows), np.float32)
    words = looked_up(of.rows, meaning.words.rows, meaning.words.share) if len(meaning.words.rows) else nothing
    own = None
    if owned:
        held = of.asked.world.snapshot.own
        alike = products_of(held, of.rows, held[meaning.seed or 0][np.newaxis])[0]
        own = (of.marked(alike), np.asarray(held.any(axis=1))[of.rows])
    cosine = nothing if cosine is None else of.marked(cosine)
    return nearness_of(cosine, of.marked(words), own, of.asked.world.config.feed.words)


def _owns(of: _Field, meaning: Meaning) -> bool:
    """Whether the wish is to be like an item that has a vector of its own."""
    own = of.asked.world.snapshot.own
    return meaning.seed is not None and bool(own.shape[1]) and bool(own[meaning.seed].any())
