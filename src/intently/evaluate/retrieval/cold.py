"""New items: how many of those that nobody took yet are found for the people who take them.

A drawn part of the items is new: none of their events is learnt from. Asked are the people of the set's LLO whose
hidden event is on one of them. The towers know such an item by its features alone, `semantic` by its text; nothing that
lives on who took what (popularity, item-kNN) can find one. Places are counted among all items that the person may be
shown, where the new ones stand against all known ones, and among the new ones alone.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Group
from rich.text import Text

from intently.config import Config, RetrieveConfig, load_config
from intently.errors import BadRequest
from intently.evaluate.cells import Cells, interval_text, markdown_table, null_where_nan, rich_table
from intently.evaluate.commit import commit
from intently.evaluate.metrics import Interval, mean_interval
from intently.evaluate.retrieval.folds import Fold, Moment, Walk, folds_of
from intently.evaluate.retrieval.methods import Meaning, Method, Ranker
from intently.evaluate.retrieval.run import Asked, trainer_of
from intently.evaluate.retrieval.sequence import can_train
from intently.evaluate.retrieval.sets import RetrievalSet, encoding_of, open_set
from intently.evaluate.retrieval.tagged import FacetTagger
from intently.evaluate.retrieval.towers import TAG_TOWERS, TagTowerRow, TowersTrainer
from intently.retrieve.request import Allowed, Mask

__all__ = ["ColdReport", "ColdRow", "ColdTable", "cold_fold", "cold_table", "run_new_items"]

SHARE = 0.2  # of the items that are new
DEPTHS = (50, 200)
NUMBER = -2  # of the fold: LLO's own is 0, its rehearsal -1
Say = Callable[[str], None]


@dataclass(frozen=True)
class ColdRow:
    """Recall at DEPTHS, over people: `among_all` items, and `among_new` ones."""

    name: str
    title: str
    among_all: tuple[Interval, ...]
    among_new: tuple[Interval, ...]


@dataclass(frozen=True)
class ColdTable:
    """`n` people took one of the `new` items of `items`."""

    set_name: str
    n: int
    new: int
    items: int
    data: str
    rows: tuple[ColdRow, ...]

    @property
    def title(self) -> str:
        return (
            f"{self.set_name}, new items, n = {self.n:,} people, {self.new:,} of {self.items:,} items are new, "
            f"data {self.data[:12]}"
        )

    def cells(self) -> Cells:
        head = ("model", *(f"recall@{k}" for k in DEPTHS), *(f"recall@{k} among new" for k in DEPTHS))
        return [head, *((row.title, *map(interval_text, (*row.among_all, *row.among_new))) for row in self.rows)]


@dataclass(frozen=True)
class ColdReport:
    """What `intently evaluate retrieval --new-items` prints."""

    seed: int
    commit: str
    tables: tuple[ColdTable, ...]
    seconds: float

    def table(self) -> Group:
        """For a terminal."""
        parts = [part for table in self.tables for part in (Text(table.title), rich_table("", table.cells()))]
        return Group(*parts, Text(f"seed {self.seed}, commit {self.commit}, {self.seconds:.0f} s"))

    def json(self) -> dict[str, Any]:
        """One object, for programs; null for what could not be measured."""
        found: dict[str, Any] = null_where_nan(asdict(self))
        return found

    def markdown(self) -> str:
        """For docs/results."""
        parts = [f"### {table.title}\n\n{markdown_table(table.cells())}" for table in self.tables]
        return "\n".join([*parts, f"Seed {self.seed}, commit {self.commit}.\n"])

    def write(self, folder: Path) -> None:
        """new-items.md and new-items.json."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "new-items.json").write_text(json.dumps(self.json(), indent=1) + "\n", "utf-8")
        (folder / "new-items.md").write_text(self.markdown(), "utf-8")


def cold_fold(opened: RetrievalSet, seed: int) -> tuple[Fold, Mask]:
    """The LLO fold without any event of the new items, asked for people who took one; and which items are new."""
    (fold,) = folds_of(opened.pack, "llo", opened.refit_days)
    size = len(opened.pack.snapshot)
    new = np.zeros(size, np.bool_)
    new[np.random.default_rng(seed).permutation(size)[: round(SHARE * size)]] = True
    cases = tuple(case for case in fold.cases if new[list(case.taken)].any())
    return replace(fold, number=NUMBER, visible=fold.visible.only(~new[fold.visible.rows]), cases=cases), new


def run_new_items(asked: Asked, out: Path, config: Config | None = None, say: Say = lambda text: None) -> ColdReport:
    """Train without the new items of each set, or go on training, and ask for them. Raises as `open_set`, BadRequest
    without text encoder or torch, and BudgetSpent when a training does not end in time: run again to go on."""
    config, began = config or load_config(), time.monotonic()
    encode = encoding_of(config)
    if encode is None or not can_train():
        raise BadRequest(
            "new items are found by the towers, which need the text encoder (intently model get) and torch "
            "(pip install 'intently[train]')"
        )
    trainer = trainer_of(asked, out, began + asked.budget_minutes * 60, say, FacetTagger(encode))
    tables = []
    for name in asked.sets:
        opened = open_set(name, asked.data, config, say)
        tables.append(cold_table(opened, trainer, config.retrieve, asked.seed))
    return ColdReport(asked.seed, commit(), tuple(tables), round(time.monotonic() - began, 1))


def cold_table(opened: RetrievalSet, trainer: TowersTrainer, config: RetrieveConfig, seed: int) -> ColdTable:
    """Train without the new items and ask for them. Raises BudgetSpent when the training does not end in time."""
    fold, new = cold_fold(opened, seed)
    rows: list[Method] = [*(TagTowerRow(trainer, name) for name in TAG_TOWERS), Meaning()]
    rankers: Mapping[str, Ranker] = {row.name: row.fit(fold) for row in rows}
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in rankers}
    for moment in Walk(opened.pack, config, seed).moments(fold):
        for name, ranker in rankers.items():
            found[name].append(_recalls(ranker, moment, new))
    return ColdTable(
        opened.name, len(fold.cases), int(new.sum()), len(new), opened.pack.digest,
        tuple(_row(row.name, row.title, found[row.name], seed) for row in rows),
    )  # fmt: skip


def _recalls(ranker: Ranker, moment: Moment, new: Mask) -> tuple[float, ...]:
    """The share of the new items that the person took among the first of all, at each depth; then of the new ones."""
    wanted = [row for row in moment.case.taken if new[row]]
    among = (moment.allowed, Allowed(moment.allowed.mask & new))
    ranked = [ranker.rank(replace(moment.unread(), allowed=allowed), max(DEPTHS)) for allowed in among]
    return tuple(float(np.isin(wanted, rows[:k]).mean()) for rows in ranked for k in DEPTHS)


def _row(name: str, title: str, recalls: Sequence[tuple[float, ...]], seed: int) -> ColdRow:
    found = [mean_interval(np.array(column, np.float64), seed) for column in zip(*recalls, strict=True)]
    return ColdRow(name, title, tuple(found[: len(DEPTHS)]), tuple(found[len(DEPTHS) :]))
