"""The final score of many items at once, in single precision: what Matcher, Attenuator and Aggregator make of columns.

    score = TASTE (below + sum over columns of weight x column / its highest) / (1 + below + above) + met wishes

with less of the taste where an item was passed over. The tools divide each column by its highest, so the highest are
found first; then all is added up block by block, in memory that stays in the processor's cache. Items that are not
allowed are scored as if they did not exist: that costs less than to take the others out of every column.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from intently.feed.tools.aggregator import TASTE
from intently.feed.tools.matcher import question_of
from intently.feed.tools.nearness import Highest, alike_of, nearness_of
from intently.feed.tools.searcher import SEARCHES, WEIGHT, searched
from intently.feed.wishes import Meaning, Wishes
from intently.feed.world import FeedRequest, World
from intently.retrieve.blocks import blocks
from intently.retrieve.fusion import base_of_many
from intently.retrieve.products import products_of
from intently.retrieve.ranking import distinct, looked_up
from intently.retrieve.request import Allowed, Floats, Mask, RetrievalRequest, Rows
from intently.retrieve.semantic import Semantic

__all__ = ["Asked", "Scored", "score_rows"]


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


@dataclass(frozen=True)
class Scored:
    """`rows` (m,) ascending and their `scores` (m,), -inf where one is not allowed. `held`: those that have, or may
    have, the highest of a column."""

    rows: Rows
    scores: Floats
    held: Rows


def score_rows(asked: Asked, rows: Rows, near: Floats, errors: Floats | None = None) -> Scored:
    """The final score of `rows` (m,), ascending: taste, and what met wishes are worth. `near` (q, m): their cosines
    with what is asked by meaning; `errors` (q,): how far these may be from the exact ones, where they are rough."""
    columns = _Columns(asked, rows, near, errors)
    likes, avoids, searched_for = columns.likes(), columns.avoids(), columns.searched()
    alpha = asked.world.config.feed.alpha if likes else 0.0
    below, above = (sum(part.weight * part.most for part in parts) for parts in (avoids, searched_for))
    told = [part.times(1.0 - alpha) for part in columns.history()]
    told += [part.times(alpha / len(likes)) for part in likes]
    told += [*(part.times(-1.0) for part in avoids), *searched_for]
    scale = TASTE / (1.0 + below + above)
    told = [part.times(scale) for part in told]
    total = np.empty(len(rows), np.float32)
    for block in blocks(len(rows)):
        scores = total[block]
        scores[:] = below * scale
        for part in told:
            part.add(scores, block)
    for place, left in _passed(asked, rows):
        total[place] *= left
    for block in blocks(len(rows)):
        _add_worth(total[block], asked, rows, block)
        if columns.keep is not None:
            total[block][~columns.keep[block]] = -np.inf
    return Scored(rows, total, columns.held)


def _add_worth(scores: Floats, asked: Asked, rows: Rows, block: slice) -> None:
    """What the met wishes of the items of a block are worth."""
    for wish in asked.wishes.grounded:
        if len(rows) == len(asked.allowed.mask):
            wish.degrees.add(scores, wish.worth, block)
        else:
            scores += np.float32(wish.worth) * wish.degrees.of(rows[block])


def _passed(asked: Asked, rows: Rows) -> Iterator[tuple[int, float]]:
    """Of what was passed over: the places of those in `rows`, and what is left of their taste."""
    share = asked.world.config.feed.passed
    for item_id, times in asked.request.passed.items():
        row = asked.world.snapshot.row_of(item_id)
        place = int(np.searchsorted(rows, row)) if row is not None else len(rows)
        if place < len(rows) and rows[place] == row:
            yield place, (1.0 - share) ** times


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the score: `weight` times how near the items are by `cosine`, `words`, `alike` (m,), each of which may
    be missing. `most`: the largest of that, before the weight."""

    cosine: Floats | None
    highest: Highest
    words: Floats | None = None
    alike: Floats | None = None
    words_weight: float = 0.0
    weight: float = 1.0
    most: float = 1.0

    def times(self, factor: float) -> "_Part":
        return replace(self, weight=self.weight * factor)

    @property
    def plain(self) -> bool:
        """Whether the cosine tells alone."""
        return self.cosine is not None and self.words is None and self.alike is None

    def of(self, block: slice) -> Floats:
        """How near the items of a block are: new numbers in [0, 1]."""
        columns = (self.cosine, self.words, self.alike)
        cosine, words, alike = (None if column is None else column[block] for column in columns)
        cosine = np.zeros(1, np.float32) if cosine is None else cosine
        return nearness_of(cosine, words, alike, self.words_weight, self.highest)

    def add(self, scores: Floats, block: slice) -> None:
        """Add this part to the scores of a block."""
        if self.cosine is None or not self.plain:
            scores += np.float32(self.weight) * self.of(block)
        elif self.highest.cosine > 0:
            some = np.maximum(self.cosine[block], np.float32(0))
            some *= np.float32(self.weight / self.highest.cosine)
            scores += some


class _Columns:
    """The columns of some items, and which of them have the highest of one. `keep`: which are allowed; None: all."""

    def __init__(self, asked: Asked, rows: Rows, near: Floats, errors: Floats | None) -> None:
        self._asked, self._rows = asked, rows
        self.keep: Mask | None = None if len(rows) <= asked.allowed.count else asked.allowed.mask
        self._cosines: Mapping[str, Floats] = dict(zip(asked.names, near, strict=True))
        self._blocks = [*blocks(len(rows))]
        self._starts = np.array([block.start for block in self._blocks], np.intp)
        self._peaks = {name: self._peaks_of(column) for name, column in self._cosines.items()}
        self._slack = 0.0  # share of the highest within which a rough column may have it
        if errors is not None and len(errors):
            tops = np.array([peaks.max(initial=0.0) for peaks in self._peaks.values()], np.float32)
            self._slack = float((2 * errors / np.maximum(tops, errors)).max())
        self._held: list[Rows] = []

    def history(self) -> list[_Part]:
        """The base score of the sources, and what the reader of the history says."""
        base, steer = self._plain(self._base()), self._asked.world.config.feed.steer
        name = "steer" if "steer" in self._cosines else ""
        steered = self._steered()
        return [base] if steered is None else [base.times(1.0 - steer), self._plain(steered, name).times(steer)]

    def likes(self) -> list[_Part]:
        """Each wish to have that anything can be near to."""
        wishes, world = self._asked.wishes.likes, self._asked.world
        return [
            self._near("like:", like)
            for like in wishes
            if f"like:{like.preference.id}" in self._cosines or len(like.words.rows) or _owns(world, like)
        ]

    def avoids(self) -> list[_Part]:
        """Of the wishes to avoid the nearest; none without any."""
        near = [self._near("avoid:", avoid) for avoid in self._asked.wishes.avoids]
        beta = self._asked.world.config.feed.beta
        if len(near) == 1 and near[0].plain:  # its highest is 1, if anything is near at all
            return [replace(near[0], weight=beta, most=1.0 if near[0].highest.cosine > 0 else 0.0)]
        if not near:
            return []
        worst = np.empty(len(self._rows), np.float32)
        for block in self._blocks:
            worst[block] = np.maximum.reduce([np.broadcast_to(one.of(block), worst[block].shape) for one in near])
        return [self._measured(worst, beta, 2.0 * self._slack)]  # each is divided by a highest that is rough too

    def searched(self) -> list[_Part]:
        """How much each item is what was searched for; none where nothing was."""
        asked = self._asked
        if asked.request.search not in SEARCHES:
            return []
        return [self._measured(searched(asked.world, asked.request, asked.retrieval, self._rows), WEIGHT, 0.0)]

    @property
    def held(self) -> Rows:
        """Who has, or may have, the highest of a column, ascending."""
        return distinct(*self._held) if self._held else self._rows[:0]

    def _highest(self, column: Floats | None, name: str = "", *, slack: float | None = None) -> float:
        """The highest of a column, 0 at least; who has it, or within `slack` may have it, is kept in mind. `name`: of a
        cosine."""
        if column is None:
            return 0.0
        slack = self._slack if slack is None else slack
        peaks = self._peaks[name] if name else self._peaks_of(column)
        top = float(peaks.max(initial=0.0))
        enough = np.float32((1.0 - slack) * top)
        for number in np.flatnonzero(peaks >= enough).tolist() if top > 0 else ():
            block = self._blocks[number]
            high = column[block] >= enough
            near = block.start + np.flatnonzero(high if self.keep is None else high & self.keep[block])
            self._held.append(self._rows[near if slack else near[:1]])
            if not slack:
                break  # the first that has it
        return top

    def _peaks_of(self, column: Floats) -> Floats:
        """(blocks,) the highest of each block, of what is allowed; what is below 0 may count as 0."""
        if self.keep is None:
            return np.asarray(np.maximum.reduceat(column, self._starts)) if len(column) else column
        return np.array([(column[block] * self.keep[block]).max() for block in self._blocks], np.float32)

    def _plain(self, column: Floats, name: str = "") -> _Part:
        return _Part(column, Highest(self._highest(column, name)))

    def _measured(self, column: Floats, weight: float, slack: float) -> _Part:
        """A column that counts as it is, not divided by its highest."""
        highest = self._highest(column, slack=slack)
        return _Part(column, Highest(highest), weight=weight * highest)

    def _near(self, kind: str, meaning: Meaning) -> _Part:
        """How near the items are to one wish, by meaning, by words and by their own vectors."""
        name = kind + meaning.preference.id
        cosine, alike = self._cosines.get(name), self._alike(meaning)
        words = looked_up(self._rows, meaning.words.rows, meaning.words.share) if len(meaning.words.rows) else None
        most_alike = 0.0 if alike is None else float(alike.max(initial=0.0))
        highest = Highest(self._highest(cosine, name), self._highest(words, slack=0.0), most_alike)
        return _Part(cosine, highest, words, alike, self._asked.world.config.feed.words)

    def _alike(self, meaning: Meaning) -> Floats | None:
        """(m,) likeness to an item that has a vector of its own; None where the wish names none."""
        held = self._asked.world.snapshot.own
        if not _owns(self._asked.world, meaning):
            return None
        alike = products_of(held, self._rows, held[meaning.seed or 0][np.newaxis])[0]
        self._highest(alike, slack=0.0)
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


def _owns(world: World, meaning: Meaning) -> bool:
    """Whether the wish is to be like an item that has a vector of its own."""
    own = world.snapshot.own
    return meaning.seed is not None and bool(own.shape[1]) and bool(own[meaning.seed].any())
