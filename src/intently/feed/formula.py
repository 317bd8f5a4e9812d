"""The final score of many items at once, in single precision: what Matcher, Attenuator and Aggregator make of columns.

The tools divide each column by its highest, so the highest are found first; then the columns are added up block by
block, in memory that stays in the processor's cache: a pass over a million items waits for memory, and the formula
takes a dozen of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from intently.feed.tools.aggregator import TASTE
from intently.feed.tools.matcher import question_of
from intently.feed.tools.nearness import Highest, alike_of, nearness_of
from intently.feed.tools.searcher import SEARCHES, WEIGHT, searched
from intently.feed.wishes import Meaning, Wishes, wish_totals
from intently.feed.world import FeedRequest, World
from intently.retrieve.fusion import base_of_many
from intently.retrieve.products import products_of
from intently.retrieve.ranking import distinct, looked_up
from intently.retrieve.request import Allowed, Floats, Mask, RetrievalRequest, Rows
from intently.retrieve.semantic import Semantic

__all__ = ["Asked", "Scored", "owns", "score_rows"]

BLOCK = 16_384  # items that are added up at once: some columns of so many stay in the cache


@dataclass(frozen=True)
class Asked:
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

    def places(self, rows: Rows) -> Iterator[tuple[int, float]]:
        """Of what was passed over: the places of those in `rows`, and what is left of their taste."""
        share = self.world.config.feed.passed
        for item_id, times in self.request.passed.items():
            row = self.world.snapshot.row_of(item_id)
            place = int(np.searchsorted(rows, row)) if row is not None else len(rows)
            if place < len(rows) and rows[place] == row:
                yield place, (1.0 - share) ** times


@dataclass(frozen=True)
class Scored:
    """`rows` (m,) ascending and their `scores` (m,), -inf where one is not allowed. `held`: those that have, or may
    have, the highest of a column."""

    rows: Rows
    scores: Floats
    held: Rows


def score_rows(asked: Asked, rows: Rows, near: Floats, errors: Floats | None = None) -> Scored:
    """The final score of `rows` (m,), ascending: taste, and what met wishes are worth. `near` (q, m): their cosines
    with what is asked by meaning; `errors` (q,): how far these may be from the exact ones, where they are rough.

    Rows that are not allowed are scored as if they did not exist: it costs less than to leave a few out.
    """
    columns = _Columns(asked, rows, near, errors)
    wishes, feed = asked.wishes, asked.world.config.feed
    likes = [columns.near("like:", like) for like in wishes.likes if columns.says("like:", like)]
    avoids = [columns.near("avoid:", avoid) for avoid in wishes.avoids]
    alpha = feed.alpha if likes else 0.0
    aia = columns.history(1.0 - alpha)
    found = columns.searched()
    total = np.zeros(len(rows), np.float32)
    worst = np.zeros(len(rows) if avoids else 0, np.float32)
    spare = np.empty(min(BLOCK, len(rows)), np.float32)
    for part in _parts(len(rows)):
        for one, weight in (*aia, *((like, alpha / len(likes)) for like in likes)):
            one.add(total[part], weight, part, spare)
        for avoid in avoids:
            np.maximum(worst[part], avoid.of(part), out=worst[part])
        if avoids:
            total[part] -= np.multiply(worst[part], feed.beta, out=spare[: len(worst[part])])
    below = feed.beta * columns.highest(worst) if avoids else 0.0
    above = 0.0
    if found is not None:
        above = WEIGHT * columns.highest(found)
        total += WEIGHT * found
    for place, left in asked.places(rows):
        total[place] = (total[place] + below) * left - below
    _finish(total, below, TASTE / (1.0 + below + above), asked, rows, columns.keep)
    return Scored(rows, total, columns.held)


def _finish(total: Floats, below: float, scale: float, asked: Asked, rows: Rows, keep: Mask | None) -> None:
    """As the Aggregator does: taste from 0 to TASTE, and what met wishes are worth; in place."""
    worth = asked.worth if asked.wishes.grounded else None
    whole = worth is not None and len(worth) == len(rows)
    for part in _parts(len(rows)):
        block = total[part]
        block += np.float32(below)
        block *= np.float32(scale)
        if worth is not None:
            block += worth[part] if whole else worth[rows[part]]
        if keep is not None:
            block[~keep[part]] = -np.inf


def _parts(count: int) -> Iterator[slice]:
    for first in range(0, count, BLOCK):
        yield slice(first, min(first + BLOCK, count))


@dataclass(frozen=True)
class _Near:
    """How near the items are to one wish. `cosine`, `words`, `alike`: (m,) or None; `words_weight`: feed.words."""

    cosine: Floats | None
    words: Floats | None
    alike: Floats | None
    highest: Highest
    words_weight: float = 0.0

    def of(self, part: slice) -> Floats:
        """Of a block: new numbers in [0, 1]."""
        columns = (self.cosine, self.words, self.alike)
        cosine, words, alike = (None if column is None else column[part] for column in columns)
        cosine = np.zeros(1, np.float32) if cosine is None else cosine
        return nearness_of(cosine, words, alike, self.words_weight, self.highest)

    def add(self, total: Floats, weight: float, part: slice, spare: Floats) -> None:
        """Add `weight` times as much to `total`, that of a block; `spare`: memory of a block."""
        if self.cosine is None or self.words is not None or self.alike is not None:
            total += np.float32(weight) * self.of(part)
        elif self.highest.cosine > 0:
            some = np.maximum(self.cosine[part], 0.0, out=spare[: len(total)])
            some *= np.float32(weight / self.highest.cosine)
            total += some


class _Columns:
    """The columns of some items, and which of them have the highest of one. `keep`: which are allowed; None: all."""

    def __init__(self, asked: Asked, rows: Rows, near: Floats, errors: Floats | None) -> None:
        self._asked, self._rows = asked, rows
        self.keep: Mask | None = None if len(rows) <= asked.allowed.count else asked.allowed.mask
        self._cosines: Mapping[str, Floats] = dict(zip(asked.names, near, strict=True))
        self._starts = np.arange(0, len(rows), BLOCK)
        self._peaks = {name: self._peaks_of(column) for name, column in self._cosines.items()}
        tops = np.array([peaks.max(initial=0.0) for peaks in self._peaks.values()], np.float32)
        rough = errors is not None and len(errors) > 0
        self._slack = float((2 * errors / np.maximum(tops, errors)).max()) if errors is not None and rough else 0.0
        self._held: list[Rows] = []

    def highest(self, column: Floats, name: str = "") -> float:
        """The highest of a column, 0 at least; who has it, or may have it, is kept in mind. `name`: of a cosine."""
        peaks = self._peaks[name] if name else self._peaks_of(column)
        top = float(peaks.max(initial=0.0))
        if top > 0:
            enough = np.float32((1.0 - self._slack) * top)
            for block in np.flatnonzero(peaks >= enough).tolist():
                part = slice(block * BLOCK, (block + 1) * BLOCK)
                high = column[part] >= enough
                near = part.start + np.flatnonzero(high if self.keep is None else high & self.keep[part])
                self._held.append(self._rows[near if self._slack else near[:1]])
                if not self._slack:
                    break
        return top

    def _peaks_of(self, column: Floats) -> Floats:
        """(blocks,) the highest of each block, of what is allowed; what is below 0 may count as 0."""
        if self.keep is None or not len(column):
            return np.asarray(np.maximum.reduceat(column, self._starts)) if len(column) else column
        return np.array([(column[part] * self.keep[part]).max() for part in _parts(len(column))], np.float32)

    @property
    def held(self) -> Rows:
        """Who has, or may have, the highest of a column, ascending."""
        return distinct(*self._held) if self._held else self._rows[:0]

    def history(self, weight: float) -> list[tuple[_Near, float]]:
        """The base score of the sources, and what the reader of the history says, with their weights."""
        base, steered = self._base(), self._steered()
        steer = 0.0 if steered is None else self._asked.world.config.feed.steer
        told = [(self._plain(base), weight * (1.0 - steer))]
        name = "steer" if "steer" in self._cosines else ""
        return told if steered is None else [*told, (self._plain(steered, name), weight * steer)]

    def searched(self) -> Floats | None:
        """(m,) how much each is what was searched for; None where nothing was."""
        asked = self._asked
        if asked.request.search not in SEARCHES:
            return None
        return searched(asked.world, asked.request, asked.retrieval, self._rows)

    def says(self, kind: str, meaning: Meaning) -> bool:
        """Whether anything can be near to the wish."""
        known = kind + meaning.preference.id in self._cosines
        return known or bool(len(meaning.words.rows)) or owns(self._asked.world, meaning)

    def near(self, kind: str, meaning: Meaning) -> _Near:
        """How near the items are to one wish, by meaning, by words and by their own vectors."""
        name = kind + meaning.preference.id
        cosine = self._cosines.get(name)
        words = looked_up(self._rows, meaning.words.rows, meaning.words.share) if len(meaning.words.rows) else None
        alike = self._alike(meaning)
        highest = Highest(
            0.0 if cosine is None else self.highest(cosine, name),
            0.0 if words is None else self.highest(words),
            0.0 if alike is None else float(alike.max(initial=0.0)),
        )
        return _Near(cosine, words, alike, highest, self._asked.world.config.feed.words)

    def _plain(self, column: Floats, name: str = "") -> _Near:
        return _Near(column, None, None, Highest(self.highest(column, name)))

    def _alike(self, meaning: Meaning) -> Floats | None:
        """(m,) likeness to an item that has a vector of its own; None where the wish names none."""
        held = self._asked.world.snapshot.own
        if not owns(self._asked.world, meaning):
            return None
        alike = products_of(held, self._rows, held[meaning.seed or 0][np.newaxis])[0]
        self.highest(alike)
        owned = np.asarray(held.any(axis=1))[self._rows]
        if self.keep is not None:
            alike, owned = alike * self.keep, owned & self.keep
        return alike_of(alike, owned)

    def _base(self) -> Floats:
        """(m,) the fused score of the sources."""
        asked, world = self._asked, self._asked.world
        names = {source.name for source in world.sources if isinstance(source, Semantic)}
        known = {name: cosines for name, cosines in self._cosines.items() if name in names}
        return base_of_many(asked.retrieval, world.sources, self._rows, world.weights, world.prior, known)

    def _steered(self) -> Floats | None:
        """(m,) what the reader of the history says; None where it says nothing."""
        asked = self._asked
        question = None if "steer" in self._cosines else question_of(asked.world, asked.request, asked.wishes)
        if question is None:
            return self._cosines.get("steer")
        return question.answer(asked.world.snapshot.vectors, self._rows)


def owns(world: World, meaning: Meaning) -> bool:
    """Whether the wish is to be like an item that has a vector of its own."""
    own = world.snapshot.own
    return meaning.seed is not None and bool(own.shape[1]) and bool(own[meaning.seed].any())
