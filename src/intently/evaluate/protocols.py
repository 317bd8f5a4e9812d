"""TIME and LLO (docs/semantics.md, 7): two ways to ask the same sources about everybody's last event.

TIME walks the log once, in order. At each event to be predicted, every count, neighbour and weight comes from earlier
events alone; the weights are searched on the last-but-one events of people (never on what is predicted), as far as they
have passed. LLO hides only the predicted events, so other people's later ones are visible: comparable with papers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from intently.config import Config
from intently.evaluate.baselines import PlainNeighbours
from intently.evaluate.metrics import ranks_of
from intently.evaluate.pack import Pack
from intently.evaluate.rankings import DEPTH, rank_all, request_of, sources_at
from intently.evaluate.split import Case, last_cases
from intently.retrieve.columns import Log
from intently.retrieve.index import index_log
from intently.retrieve.live import IndexBuilder
from intently.retrieve.weights import Example, allowed_for, example_of, search_weights

__all__ = ["Outcome", "leave_last_out", "time_ordered"]

LEARN_AT = (100, 200, 400, 800, 1600)  # validation examples after which weights are searched anew
NEWEST = 800  # examples that a search reads
LLO_SOURCES = ("lasting", "neighbours", "semantic", "repeats")  # the others read the time of events


@dataclass(frozen=True)
class Outcome:
    """One person: `ranks` of what they took by method, 0 beyond the first DEPTH; `weights` that were in force."""

    user: int
    ranks: Mapping[str, tuple[int, ...]]
    weights: Mapping[str, float]


def time_ordered(pack: Pack, config: Config, seed: int, done: frozenset[int] = frozenset()) -> Iterator[Outcome]:
    """Protocol TIME over all people, earliest first. People in `done` are passed over; the walk is the same."""
    log = pack.log
    builder = IndexBuilder(len(pack.snapshot.item_ids), pack.spec, config.retrieve, float(log.times[0]))
    learner = Learner()
    validation = _by_position(last_cases(log, pack.groups, nth=2))
    asked = _by_position(last_cases(log, pack.groups))
    for position in range(len(log)):
        for case in validation.get(position, ()):
            learner.learn(_example(pack, case, builder, config, seed))
        for case in asked.get(position, ()):
            if case.user not in done:
                yield _time_outcome(pack, case, builder, learner.weights, config, seed)
        builder.add(int(log.users[position]), int(log.rows[position]), float(log.times[position]))


class Learner:
    """Weights in force: equal until the first examples have passed, then searched on those that have, in steps."""

    def __init__(self) -> None:
        self.examples: list[Example] = []
        self.weights: dict[str, float] = {}

    def learn(self, example: Example | None) -> None:
        if example is None:
            return
        self.examples.append(example)
        if len(self.examples) in LEARN_AT:
            self.weights = search_weights(self.examples[-NEWEST:])


def _time_outcome(
    pack: Pack, case: Case, builder: IndexBuilder, weights: dict[str, float], config: Config, seed: int
) -> Outcome:
    sources = sources_at(pack, builder.view(), config)
    chosen = weights or {source.name: 1 / len(sources) for source in sources}
    plain = PlainNeighbours(builder.together, builder.people)
    ranked = rank_all(pack, case, sources, chosen, plain, config, seed)
    return Outcome(case.user, {name: ranks_of(rows, case.taken) for name, rows in ranked.items()}, chosen)


def _example(pack: Pack, case: Case, builder: IndexBuilder, config: Config, seed: int) -> Example | None:
    request = request_of(pack, case, seed)
    allowed = allowed_for(pack.spec, len(pack.snapshot.item_ids), request.history.rows)
    return example_of(request, sources_at(pack, builder.view(), config), allowed, case.taken)


def leave_last_out(pack: Pack, config: Config, seed: int, done: frozenset[int] = frozenset()) -> Iterator[Outcome]:
    """Protocol LLO over all people: one index of everything but the predicted events. Single sources only."""
    size = len(pack.snapshot.item_ids)
    cases = last_cases(pack.log, pack.groups)
    keep = np.ones(len(pack.log), dtype=np.bool_)
    keep[[position for case in cases for position in case.events]] = False
    visible = pack.log.only(keep)
    sources = [s for s in sources_at(pack, index_log(size, visible, pack.spec, config.retrieve), config)
               if s.name in LLO_SOURCES]  # fmt: skip
    plain = _plain_of(visible, size)
    for case in cases:
        if case.user in done:
            continue
        request = request_of(pack, case, seed)
        allowed = allowed_for(pack.spec, size, request.history.rows)
        ranked = {source.name: source.retrieve(request, allowed, DEPTH).rows for source in sources}
        ranked["plain-knn"] = plain.ranked(request, allowed, DEPTH)
        yield Outcome(case.user, {name: ranks_of(rows, case.taken) for name, rows in ranked.items()}, {})


def _plain_of(log: Log, size: int) -> PlainNeighbours:
    """Exact counts of people in common, as a dense matrix: for a demo's some thousand items."""
    from scipy import sparse

    ones = np.ones(len(log), dtype=np.float32)
    shape = (int(log.users.max(initial=-1)) + 1, size)
    matrix = sparse.csr_array((ones, (log.users, log.rows)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    together = np.asarray((matrix.T @ matrix).todense(), dtype=np.float32)
    people = together.diagonal().astype(np.float64)
    np.fill_diagonal(together, 0.0)
    return PlainNeighbours(together, people)


def _by_position(cases: list[Case]) -> dict[int, list[Case]]:
    found: dict[int, list[Case]] = {}
    for case in cases:
        found.setdefault(case.position, []).append(case)
    return found
