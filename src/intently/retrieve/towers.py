"""The user, item and tag towers as a source: one question that joins what a person did and what they may want.

An item's score is exp((y - best y) / temperature), its probability in the softmax that was trained as a share of the
most probable item's. y = beta y_col + (1 - beta) y_sem, asked by the fused vector; for a person without tags it is
y_col. All tags of a person are one vector, in the direction of the weighted mean of theirs. A person without a history
has a vector too: what first events were, in training.

What a score rests on is measured by leaving out: the tags and the newest events without which it would be lower.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from intently.nouns import Candidates, History
from intently.retrieve.neighbours import recent_items
from intently.retrieve.products import SCORING_LANE
from intently.retrieve.ranking import shares_of_best, top_shares
from intently.retrieve.request import Allowed, Floats, Mask, RetrievalRequest, Rows, TagQuery, no_rows
from intently.retrieve.tag_towers import TagTowers

__all__ = ["Towers", "fused_questions"]

ASKED = 8  # newest distinct items that are left out, one at a time, to know what a score rests on
_SHOWN = 3  # pieces of evidence


def fused_questions(person: Floats, tags: Floats, beta: float) -> Floats:
    """h_fuse = beta h_u + (1 - beta) h_t: (K, dim) and (dim,) -> (K, dim). Its best product with h_v over K is
    beta y_col + (1 - beta) y_sem."""
    return np.asarray(beta * person + (1 - beta) * tags, np.float32)


@dataclass(frozen=True)
class Towers:
    """`items` (n, dim): h_v of the snapshot's items. `beta`: what the user tower counts beside the tag tower, 0 to 1;
    at 0 a person without tags has no candidates. `temperature`: of the training."""

    towers: TagTowers
    items: Floats
    beta: float
    temperature: float
    name: str = "towers"

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        logits = self.logits(request)
        rows = allowed.rows[: np.searchsorted(allowed.rows, len(logits))]
        if not len(rows):
            return Candidates(self.name, no_rows(), np.empty(0, np.float32))
        return Candidates(self.name, *top_shares(rows, logits[rows], logits.max(), k))

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        logits, found = self.logits(request), np.zeros(len(rows), np.float32)
        inside = rows < len(logits)
        found[inside] = shares_of_best(logits[rows[inside]], logits.max(initial=-np.inf))
        return found

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        """The tags and events without which the item would be lower, the most telling first."""
        if row >= len(self.items):
            return ()
        whole = self._value(request.history, request.tags, row, request.user_id)
        lost = [
            (whole - self._value(history, tags, row, request.user_id), named)
            for named, history, tags in self._left_out(request)
        ]
        ordered = sorted(range(len(lost)), key=lambda place: (-lost[place][0], place))
        return tuple(lost[place][1] for place in ordered[:_SHOWN] if lost[place][0] > 0)

    def said_by_tags(self, request: RetrievalRequest, rows: Rows) -> Mask:
        """Of which rows the tags say more than the history does: (1 - beta) y_sem > beta y_col."""
        found, inside = np.zeros(len(rows), np.bool_), rows < len(self.items)
        if request.tags:
            near = self.items[rows[inside]]
            person = self.towers.person(self._known(request.history), self.items, request.user_id)
            of_tags = (1 - self.beta) * (near @ self._tags(request.tags))
            found[inside] = of_tags > self.beta * (near @ person.T).max(axis=1)
        return found

    def logits(self, request: RetrievalRequest) -> Floats:
        """Logits of all items, (n,); -inf where nothing is asked. Computed once a request."""
        if "towers" not in request.scratch:
            questions = self._questions(request.history, request.tags, request.user_id)
            with SCORING_LANE:
                products = self.items @ questions.T
            request.scratch["towers"] = products.max(axis=1, initial=-np.inf) / np.float32(self.temperature)
        logits: Floats = request.scratch["towers"]
        return logits

    def _questions(self, history: History, tags: tuple[TagQuery, ...], user_id: str) -> Floats:
        """(K, dim), or (0, dim) where nothing is asked."""
        if not tags and self.beta == 0:
            return np.empty((0, self.items.shape[1]), np.float32)
        person = self.towers.person(self._known(history), self.items, user_id)
        return fused_questions(person, self._tags(tags), self.beta) if tags else person

    def _value(self, history: History, tags: tuple[TagQuery, ...], row: int, user_id: str) -> float:
        """beta y_col + (1 - beta) y_sem of one item, where a part that is not there is 0."""
        person = self.towers.person(self._known(history), self.items, user_id) @ self.items[row]
        near = float(self._tags(tags) @ self.items[row]) if tags else 0.0
        return self.beta * float(person.max()) + (1 - self.beta) * near

    def _left_out(self, request: RetrievalRequest) -> Iterator[tuple[tuple[str, str], History, tuple[TagQuery, ...]]]:
        """Each tag, and the last event of each of the newest items, with what is left without it."""
        history, tags = request.history, request.tags
        for place, tag in enumerate(tags):
            yield ("tag", tag.tag_id), history, (*tags[:place], *tags[place + 1 :])
        for row, event in zip(*self._newest(request), strict=True):
            yield ("event", event), _only(history, history.rows != row), tags

    def _newest(self, request: RetrievalRequest) -> tuple[Rows, tuple[str, ...]]:
        rows, _, events = recent_items(request, ASKED)
        return rows[: len(events)], events

    def _tags(self, tags: tuple[TagQuery, ...]) -> Floats:
        """h_t of all tags together, (dim,), of length 1."""
        vectors = self.towers.tags(np.stack([tag.vector for tag in tags]).astype(np.float32))
        whole = np.array([tag.weight for tag in tags]) @ vectors
        return np.asarray(whole / max(float(np.linalg.norm(whole)), 1e-6), np.float32)

    def _known(self, history: History) -> History:
        """The part of a history whose items have a vector: those that came after `items` was made have none."""
        return _only(history, history.rows < len(self.items))


def _only(history: History, keep: Mask) -> History:
    if keep.all():
        return history
    ids = tuple(event for event, kept in zip(history.event_ids, keep, strict=False) if kept)
    kinds = None if history.kinds is None else history.kinds[keep]
    return replace(
        history, rows=history.rows[keep], times=history.times[keep], liked=history.liked[keep], event_ids=ids,
        kinds=kinds,
    )  # fmt: skip
