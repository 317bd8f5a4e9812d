"""The tables of an evaluation: every method with its intervals and its paired difference to recent popularity."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Group
from rich.table import Table
from rich.text import Text

from intently.evaluate.cells import interval_text, rich_table
from intently.evaluate.metrics import Interval, hit, mean_interval, ndcg, paired_difference, reciprocal_rank
from intently.evaluate.protocols import Outcome
from intently.evaluate.rankings import DEPTH

__all__ = ["FeedReport", "MethodRow", "ProtocolTable", "table_of"]

K = 10  # places of a slate
NAMES: Mapping[str, str] = {
    "popularity": "recent popularity ({half_life:g}-day half-life)", "trend": "trend (shorter half-life)",
    "fresh": "new since the last visit", "lasting": "popularity, all events", "neighbours": "item-kNN",
    "plain-knn": "item-kNN, plain cosine of the last five", "semantic": "semantic (text vectors)",
    "repeats": "own purchases again", "fused": "fused sources", "feed": "the feed as served",
}  # fmt: skip
JOINT = {"fused", "feed"}  # made of several sources
BASELINES = {"time": "popularity", "llo": "lasting"}


@dataclass(frozen=True)
class MethodRow:
    """One method over all people of a table. `gain` is the paired difference of HR@10 to the baseline, `gain_90` its
    90% interval, on which "no lower" is judged (lower end above -3 points); `over_best` the paired difference of
    NDCG@10 to the best single source by that metric."""

    method: str
    name: str
    hr10: Interval
    ndcg10: Interval
    mrr: Interval
    gain: Interval
    gain_90: Interval
    over_best: Interval


@dataclass(frozen=True)
class ProtocolTable:
    """`n` people of `people`; complete when all were asked before the budget ended."""

    protocol: str
    baseline: str
    best: str  # the single source with the highest NDCG@10
    n: int
    people: int
    rows: tuple[MethodRow, ...]
    weights: Mapping[str, float]  # in force for the last person

    @property
    def complete(self) -> bool:
        return self.n == self.people

    def row(self, method: str) -> MethodRow:
        return next(row for row in self.rows if row.method == method)


@dataclass(frozen=True)
class FeedReport:
    """What `intently evaluate feed` prints."""

    store: str
    seed: int
    commit: str
    digest: str  # of the pack
    encoded: float  # share of items with a vector
    seconds: float
    tables: tuple[ProtocolTable, ...]
    notices: tuple[str, ...] = ()

    def table(self) -> Group:
        """For a terminal."""
        parts: list[Any] = [_rich(table) for table in self.tables]
        parts += [Text(f"sources' weights at the end: {_weights(t)}") for t in self.tables if t.weights]
        parts += [Text(notice) for notice in self.notices]
        parts.append(Text(f"{self.store}, seed {self.seed}, commit {self.commit}, data {self.digest[:12]}, "
                          f"{self.encoded:.0%} of items have vectors, {self.seconds:.0f} s"))  # fmt: skip
        return Group(*parts)

    def json(self) -> dict[str, Any]:
        """One object, for programs."""
        return asdict(self)


def table_of(
    protocol: str, outcomes: Sequence[Outcome], people: int, seed: int, half_life_days: float
) -> ProtocolTable:
    """Metrics and intervals of every method that ranked for all of these people."""
    baseline = BASELINES[protocol]
    methods = list(outcomes[0].ranks) if outcomes else []
    hits = {method: _each(outcomes, method, hit) for method in methods}
    gains = {method: _each(outcomes, method, ndcg) for method in methods}
    best = max((method for method in methods if method not in JOINT), key=lambda one: gains[one].mean(), default="")
    rows = tuple(
        MethodRow(
            method,
            NAMES[method].format(half_life=half_life_days),
            mean_interval(hits[method], seed),
            mean_interval(gains[method], seed),
            mean_interval(_each(outcomes, method, reciprocal_rank, DEPTH), seed),
            paired_difference(hits[method], hits[baseline], seed),
            paired_difference(hits[method], hits[baseline], seed, 0.90),
            paired_difference(gains[method], gains[best], seed),
        )
        for method in methods
    )
    return ProtocolTable(
        protocol, baseline, best, len(outcomes), people, rows, outcomes[-1].weights if outcomes else {}
    )


def _each(outcomes: Sequence[Outcome], method: str, metric: Any, k: int = K) -> npt.NDArray[np.float64]:
    return np.array([metric(outcome.ranks[method], k) for outcome in outcomes], dtype=np.float64)


def _rich(table: ProtocolTable) -> Table:
    share = "" if table.complete else f" of {table.people:,}: the earliest; run again to go on"
    head = ("method", "HR@10", "NDCG@10", "MRR@100", f"HR@10 against {table.baseline}", f"NDCG@10 against {table.best}")
    body = [
        (
            row.name, interval_text(row.hr10), interval_text(row.ndcg10), interval_text(row.mrr),
            "" if row.method == table.baseline else interval_text(row.gain, signed=True),
            "" if row.method == table.best else interval_text(row.over_best, signed=True),
        )
        for row in table.rows
    ]  # fmt: skip
    return rich_table(f"{table.protocol.upper()}, n = {table.n:,} people{share}", [head, *body])


def _weights(table: ProtocolTable) -> str:
    return ", ".join(f"{name} {weight:.2f}" for name, weight in table.weights.items())
