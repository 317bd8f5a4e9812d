"""The tables: models by rows, with intervals, the paired difference to popularity, and what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.console import Group
from rich.text import Text

from intently.evaluate.cells import interval_text, rich_table
from intently.evaluate.metrics import Interval, hit, mean_interval, ndcg, paired_difference, reciprocal_rank
from intently.evaluate.rankings import DEPTH
from intently.evaluate.retrieval.folds import Fold
from intently.evaluate.retrieval.kept import Answers
from intently.evaluate.retrieval.methods import BASELINE, Method

__all__ = ["K", "ModelRow", "RetrievalReport", "RetrievalTable", "cells", "table_of", "title_of"]

K = 10  # places of a slate
COLUMNS = ("model", "HR@10", "NDCG@10", "MRR@100", f"HR@10 against {BASELINE}", "s to train", "ms to score")
People = dict[int, tuple[int, ...]]


@dataclass(frozen=True)
class ModelRow:
    """One model over all people of a table. `gain`: the paired difference of HR@10 to the baseline; `fit_seconds` of
    all folds together; `score_ms`: median of one person's whole ranking."""

    name: str
    title: str
    hr10: Interval
    ndcg10: Interval
    mrr: Interval
    gain: Interval
    fit_seconds: float
    score_ms: float


@dataclass(frozen=True)
class RetrievalTable:
    """`n` people were asked by every row that is shown; `unfinished` rows lack folds and are not shown."""

    set_name: str
    protocol: str
    n: int
    items: int
    events: int
    data: str  # SHA-256 of the set's files
    folds: int
    rows: tuple[ModelRow, ...]
    unfinished: tuple[str, ...]

    def row(self, name: str) -> ModelRow:
        return next(row for row in self.rows if row.name == name)


@dataclass(frozen=True)
class RetrievalReport:
    """What `intently evaluate retrieval` prints."""

    seed: int
    commit: str
    tables: tuple[RetrievalTable, ...]
    seconds: float

    def table(self) -> Group:
        """For a terminal."""
        parts: list[Any] = [_rich(table) for table in self.tables]
        parts.append(Text(f"seed {self.seed}, commit {self.commit}, {self.seconds:.0f} s"))
        return Group(*parts)

    def json(self) -> dict[str, Any]:
        """One object, for programs."""
        return asdict(self)


def table_of(
    set_name: str,
    protocol: str,
    methods: Sequence[Method],
    folds: Sequence[Fold],
    answers: Mapping[tuple[str, int], Answers],
    seed: int,
) -> RetrievalTable:
    """Metrics of every row that answered all folds, over all people."""
    whole = [method for method in methods if all((method.name, fold.number) in answers for fold in folds)]
    found: dict[str, People] = {
        method.name: {user: ranks for fold in folds for user, ranks in answers[method.name, fold.number].ranks.items()}
        for method in whole
    }
    asked = [case.user for fold in folds for case in fold.cases]
    pack = folds[0].pack
    rows = tuple(_row(method, found, asked, [answers[method.name, fold.number] for fold in folds], seed)
                 for method in whole)  # fmt: skip
    return RetrievalTable(
        set_name, protocol, len(asked), len(pack.snapshot.item_ids), len(pack.log), pack.digest, len(folds),
        rows, tuple(method.name for method in methods if method not in whole),
    )  # fmt: skip


def title_of(table: RetrievalTable) -> str:
    """The line above a table."""
    folds = "" if table.protocol == "llo" else f", models made anew {table.folds} times"
    return (
        f"{table.set_name}, {table.protocol.upper()}, n = {table.n:,} people, {table.items:,} items, "
        f"{table.events:,} events{folds}, data {table.data[:12]}"
    )


def cells(table: RetrievalTable) -> list[tuple[str, ...]]:
    """The table as texts, the head first."""
    body = [
        (
            row.title, interval_text(row.hr10), interval_text(row.ndcg10), interval_text(row.mrr),
            "" if row.name == BASELINE else interval_text(row.gain, signed=True),
            f"{row.fit_seconds:.1f}", f"{row.score_ms:.2f}",
        )
        for row in table.rows
    ]  # fmt: skip
    return [COLUMNS, *body]


def _row(
    method: Method, found: Mapping[str, People], asked: Sequence[int], answers: Sequence[Answers], seed: int
) -> ModelRow:
    own = [found[method.name][user] for user in asked]
    base = [found[BASELINE][user] for user in asked] if BASELINE in found else own
    hits = np.array([hit(ranks, K) for ranks in own])
    return ModelRow(
        method.name,
        method.title,
        mean_interval(hits, seed),
        mean_interval(np.array([ndcg(ranks, K) for ranks in own]), seed),
        mean_interval(np.array([reciprocal_rank(ranks, DEPTH) for ranks in own]), seed),
        paired_difference(hits, np.array([hit(ranks, K) for ranks in base]), seed),
        sum(answer.fit_seconds for answer in answers),
        1000 * float(np.median([second for answer in answers for second in answer.score_seconds])),
    )


def _rich(table: RetrievalTable) -> Group:
    late = [Text(f"not finished, run again to go on: {', '.join(table.unfinished)}")] if table.unfinished else []
    return Group(rich_table(title_of(table), cells(table)), *late)
