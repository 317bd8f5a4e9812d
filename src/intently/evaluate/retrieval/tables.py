"""The tables as cells of text: accuracy and cost, what slates are like, and whom exposure and hits go to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from intently.evaluate.cells import Cells, interval_text
from intently.evaluate.metrics import Interval
from intently.evaluate.retrieval.fused import FUSED
from intently.evaluate.retrieval.methods import BASELINE
from intently.evaluate.retrieval.slates import WINDOW_DAYS

if TYPE_CHECKING:
    from intently.evaluate.retrieval.report import ModelRow, RetrievalTable

__all__ = ["tables_of", "title_of"]

ACCURACY = ("model", "HR@10", "NDCG@10", "MRR@100", f"HR@10 against {BASELINE}", "s to train", "ms to score")
GROUP_NAMES = ("head", "2nd fifth", "3rd fifth", "4th fifth", "tail")


def title_of(table: "RetrievalTable") -> str:
    """The line above the tables of a set and protocol."""
    folds = (
        "" if table.protocol == "llo" else f", models made anew {table.folds} times (every {table.refit_days:g} days)"
    )
    return (
        f"{table.set_name}, {table.protocol.upper()}, n = {table.n:,} people, {table.items:,} items, "
        f"{table.events:,} events{folds}, data {table.data[:12]}"
    )


def tables_of(table: "RetrievalTable") -> list[tuple[str, Cells]]:
    """Titles and cells; the head of each table first."""
    if not table.rows:
        return [("what is found", [ACCURACY])]
    return [
        ("what is found", _accuracy(table.rows)),
        ("what the slates of ten are like", _slates(table)),
        ("shown, in percent of all exposures, and hits for each hundred shown, by fifths of events", _groups(table)),
    ]


def _accuracy(rows: Sequence["ModelRow"]) -> Cells:
    leader = next((row for row in reversed(rows) if row.name in FUSED), None)  # of the most sources
    *head, train, score = ACCURACY
    body = []
    for row in rows:
        lead = row.lead(leader.name) if leader else None
        gain = "" if row.name == BASELINE else interval_text(row.gain, signed=True)
        ahead = ("" if lead is None else interval_text(lead.ndcg10, signed=True),) if leader else ()
        body.append((row.title, interval_text(row.hr10), interval_text(row.ndcg10), interval_text(row.mrr), gain,
                     *ahead, f"{row.fit_seconds:.1f}", f"{row.score_ms:.2f}"))  # fmt: skip
    return [(*head, *([f"NDCG@10, {leader.title} above it"] if leader else []), train, score), *body]


def _slates(table: "RetrievalTable") -> Cells:
    category = table.category or "category"
    head = (
        "model", f"{category}: distinct", "novelty, bits", f"new items ({WINDOW_DAYS:g} days)",
        f"new by {category}", "coverage", "Gini", "no slate",
    )  # fmt: skip
    body = [
        (
            row.title, _short(row.beyond.categories, 2), _short(row.beyond.novelty, 2), _short(row.beyond.new_items, 3),
            _short(row.beyond.new_categories, 3), f"{row.beyond.exposure.coverage:.3f}",
            _number(row.beyond.exposure.gini), f"{row.beyond.unserved:.1%}",
        )
        for row in table.rows
    ]  # fmt: skip
    return [head, *body]


def _groups(table: "RetrievalTable") -> Cells:
    taken = ("what people took", *(f"{100 * share.mean:.1f}" for share in table.taken))
    body = [
        (row.title, *(f"{_percent(group.shown)} / {_percent(group.hits)}" for group in row.beyond.exposure.groups))
        for row in table.rows
    ]
    return [("model", *GROUP_NAMES), taken, *body]


def _short(value: Interval, decimals: int) -> str:
    if np.isnan(value.mean):
        return ""
    return f"{value.mean:.{decimals}f} [{value.low:.{decimals}f}, {value.high:.{decimals}f}]"


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3f}"


def _percent(value: Interval) -> str:
    return "-" if np.isnan(value.mean) else f"{100 * value.mean:.1f}"
