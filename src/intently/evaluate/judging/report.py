"""The report: a table a set, rows beside each other, the agentic judge's paired differences, and the bars."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from rich.console import Group
from rich.text import Text

from intently.evaluate.cells import markdown_table, null_where_nan, rich_table
from intently.evaluate.judging.measures import FIGURES, RowFigures, paired
from intently.evaluate.judging.rows import FLOORS
from intently.evaluate.judging.weighed import WEIGHED
from intently.judge.agreement import Figure

__all__ = ["GoldenTable", "JudgeReport", "SetTable"]

OURS, RIVAL = "agentic", "one-shot"
NAMES = {"right": "right option", "accuracy": "accuracy"}


@dataclass(frozen=True)
class SetTable:
    """One set. `n` of `drawn` cases, on which every row was measured; `good`: the share of them that people call good;
    `notes`: what the rows have to say of themselves, by row; `ceilings`: people in a judge's place, on the same cases,
    and `whole`: on all `stored` cases of the set."""

    name: str
    named: bool
    decides: str
    drawn: int
    n: int
    groups: int
    good: float
    rows: Mapping[str, RowFigures]
    notes: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    ceilings: Mapping[str, RowFigures] = field(default_factory=dict)
    whole: Mapping[str, RowFigures] = field(default_factory=dict)
    stored: int = 0

    def cells(self) -> list[list[str]]:
        heads = [NAMES[self.decides], *FIGURES[1:]]
        kept = [at for at, name in enumerate(FIGURES) if not (name == "accuracy" and self.decides == "accuracy")]
        body = [[row, *(_text(found.of[FIGURES[at]]) for at in kept)]
                for row, found in (*self.rows.items(), *self.ceilings.items())]  # fmt: skip
        return [["row", *(heads[at] for at in kept)], *body]

    def best_floor(self) -> str | None:
        there = [name for name in FLOORS if name in self.rows]
        return max(there, key=lambda name: self.rows[name].of["decides"].value, default=None)

    def differences(self) -> dict[str, Figure]:
        """The agentic judge, and with its evaluators weighed, minus the one-shot judge and minus the best floor; of
        floors alone, similarity minus majority."""
        ours = [row for row in (OURS, WEIGHED) if row in self.rows]
        firsts, others = (ours, [RIVAL, self.best_floor()]) if ours else (["similarity"], ["majority"])
        return {
            f"{first} minus {other}": paired(self.rows[first], self.rows[other], self.seed)
            for first in firsts
            for other in others
            if other is not None and other in self.rows and first in self.rows
        }

    def title(self) -> str:
        kind = "named" if self.named else "reported"
        return (
            f"{self.name} ({kind}): {self.n:,} of {self.drawn:,} cases in {self.groups:,} groups, {self.good:.0%} good"
        )


@dataclass(frozen=True)
class GoldenTable:
    """Of each judge, how many known cheats and good references got which rank: {row: {"cheats": {"S": 0, ...}}}."""

    rows: Mapping[str, Mapping[str, Mapping[str, int]]]

    def cells(self) -> list[list[str]]:
        heads = ["row", "cheats", "S", "A", "B", "none", "references", "S", "A", "B", "none"]
        body = []
        for row, kinds in self.rows.items():
            counts = [[str(sum(kinds[kind].values())), *(str(kinds[kind][rank]) for rank in ("S", "A", "B", "none"))]
                      for kind in ("cheats", "references")]  # fmt: skip
            body.append([row, *counts[0], *counts[1]])
        return [heads, *body]


@dataclass(frozen=True)
class JudgeReport:
    sets: tuple[SetTable, ...]
    golden: GoldenTable | None
    seed: int
    commit: str
    model: str

    def json(self) -> dict[str, Any]:
        sets = [
            {
                "set": one.name, "named": one.named, "decides": one.decides, "drawn": one.drawn, "n": one.n,
                "groups": one.groups, "good": one.good, "notes": dict(one.notes),
                "rows": _figures(one.rows), "ceilings": _figures(one.ceilings), "stored": one.stored,
                "ceilings_of_all": _figures(one.whole),
                "differences": {name: asdict(figure) for name, figure in one.differences().items()},
            }
            for one in self.sets
        ]  # fmt: skip
        told = {"sets": sets, "golden": self.golden.rows if self.golden else None}
        return {**null_where_nan(told), "seed": self.seed, "commit": self.commit, "model": self.model}

    def table(self) -> Group:
        parts: list[Any] = []
        for one in self.sets:
            parts.append(rich_table(one.title(), one.cells()))
            parts += [Text(line) for line in _lines(one)]
        if self.golden:
            parts.append(rich_table("known cheats and good references", self.golden.cells()))
        return Group(*parts, Text(self._foot(), "dim"))

    def markdown(self) -> str:
        parts = []
        for one in self.sets:
            parts += [f"### {one.title()}\n", markdown_table(one.cells())]
            parts += [f"- {line}" for line in _lines(one)]
            parts.append("")
        if self.golden:
            parts += ["### Known cheats and good references\n", markdown_table(self.golden.cells())]
        return "\n".join([*parts, self._foot(), ""])

    def _foot(self) -> str:
        model = f", model {self.model}" if self.model else ", no model"
        return f"Seed {self.seed}, commit {self.commit}{model}."


def _lines(table: SetTable) -> list[str]:
    differences = [f"{name}: {_text(figure, signed=True)}" for name, figure in table.differences().items()]
    whole = [
        f"{name}, all {table.stored:,} cases: r {_text(found.of['r'])}, tau {_text(found.of['tau'])}"
        for name, found in table.whole.items()
    ]
    return [*differences, *whole, *(f"{row}: {note}" for row, note in table.notes.items())]


def _figures(rows: Mapping[str, RowFigures]) -> dict[str, Any]:
    return {row: {name: asdict(figure) for name, figure in found.of.items()} for row, found in rows.items()}


def _text(figure: Figure, *, signed: bool = False) -> str:
    """ "0.310 [0.294, 0.326]"; empty where it is not defined."""
    if np.isnan(figure.value):
        return ""
    form = "+.3f" if signed else ".3f"
    if np.isnan(figure.low):
        return f"{figure.value:{form}}"
    return f"{figure.value:{form}} [{figure.low:{form}}, {figure.high:{form}}]"
