"""The gate: a trained model is asked about the newest events of people, beside what serves, and must be better.

A person is one question: what they took at their newest moment from the cut on, asked with their history up to then,
as in serving. Neither model was trained on anything of that moment or later (retrieve/cut.py). The rule: the mean over
people of the difference in NDCG@10 must be above 0 by its whole paired 95% interval, bootstrap over people; and there
must be enough people to say so.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.catalog.schema import CatalogSpec
from intently.evaluate.metrics import Interval, hit, ndcg, paired_difference, ranks_of
from intently.retrieve.columns import Log
from intently.retrieve.cut import moments_from, position_of
from intently.retrieve.request import Allowed, RetrievalRequest, Retriever, Rows
from intently.retrieve.weights import allowed_for, history_of

__all__ = ["LEAST", "Measured", "Question", "data_of", "measure", "questions_of"]

K = 10  # places that count
LEAST = 50  # people, from whom on an interval says something
MOST = 3000  # people who are asked


@dataclass(frozen=True)
class Question:
    """What did they take next? `taken`: rows of the items of that moment."""

    request: RetrievalRequest
    allowed: Allowed
    taken: Rows


@dataclass(frozen=True)
class Measured:
    """Means over the same people, and the candidate's lead in NDCG@10 over the rival."""

    people: int
    ndcg10: float
    hr10: float
    rival_ndcg10: float
    rival_hr10: float
    lead: Interval

    @property
    def passed(self) -> bool:
        return self.people >= LEAST and self.lead.low > 0


def questions_of(spec: CatalogSpec, size: int, log: Log, since: float, seed: int = 0) -> list[Question]:
    """One for each person with something to predict at `since` (seconds since 1970) or later; at most MOST, drawn by
    the seed. `size`: items of the catalogue."""
    newest = {int(log.users[position]): position for position in moments_from(log, position_of(log, since))}
    drawn = np.random.default_rng(seed).permutation(sorted(newest.values()))[:MOST]
    order = np.argsort(log.users, kind="stable")
    bounds = np.searchsorted(log.users[order], np.arange(int(log.users.max(initial=-1)) + 2))
    found = []
    for position in sorted(drawn.tolist()):
        user, time = log.users[position], float(log.times[position])
        own = order[bounds[user] : bounds[user + 1]]
        history = history_of(log, own[log.times[own] < time])
        taken = np.unique(log.rows[own[log.times[own] == time]])
        found.append(Question(RetrievalRequest("", time, history), allowed_for(spec, size, history.rows), taken))
    return found


def data_of(questions: Sequence[Question]) -> str:
    """SHA-256 of what is asked: histories, moments and answers."""
    whole = hashlib.sha256()
    for question in questions:
        whole.update(np.float64(question.request.as_of).tobytes())
        for rows in (question.request.history.rows, question.taken):
            whole.update(len(rows).to_bytes(8, "little") + np.ascontiguousarray(rows, dtype="<i4").tobytes())
    return whole.hexdigest()


def measure(candidate: Retriever, rival: Retriever, questions: Sequence[Question], seed: int = 0) -> Measured:
    """Both on the same questions. What was taken and is unknown to a model counts as not found by it."""
    ours, theirs = _asked(candidate, questions), _asked(rival, questions)
    lead = paired_difference(ours[0], theirs[0], seed) if questions else Interval(0.0, 0.0, 0.0)
    return Measured(len(questions), _mean(ours[0]), _mean(ours[1]), _mean(theirs[0]), _mean(theirs[1]), lead)


def _asked(model: Retriever, questions: Sequence[Question]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """NDCG@10 and HR@10 of each person."""
    ranks = []
    for question in questions:
        question.request.scratch.clear()  # of the model asked before
        ranks.append(ranks_of(model.retrieve(question.request, question.allowed, K).rows, question.taken.tolist()))
    return np.array([ndcg(one, K) for one in ranks]), np.array([hit(one, K) for one in ranks])


def _mean(values: npt.NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0
