"""Tokens of each pipeline over many people, by the tokenizer alone (docs/semantics.md, 7): no model is asked.

A row's calls are counted as if it ran alone over these people in order. People whose answers are kept are counted with
those, beside what the server counted when it was asked; all others with stand-ins of the length that this row's answers
had, or, where it was never asked, those of other rows in the same form.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Group
from rich.text import Text

from intently.config import Config
from intently.errors import AnswerInvalid, ModelUnavailable
from intently.evaluate.cells import interval_text, rich_table
from intently.evaluate.metrics import Interval, mean_interval, paired_ratio
from intently.evaluate.understanding.answers import Answers, spent_on
from intently.evaluate.understanding.cases import Case
from intently.evaluate.understanding.counting import Counted, Memory, Tokens
from intently.evaluate.understanding.found import Spent
from intently.evaluate.understanding.ground import Ground
from intently.evaluate.understanding.reasoning import Cues, Reasoner
from intently.evaluate.understanding.report import shown
from intently.evaluate.understanding.rows import NAMES
from intently.evaluate.understanding.standin import Recorded, StandIn

__all__ = ["COUNTABLE", "Tally", "tally_rows"]

COUNTABLE = tuple(name for name in NAMES if name.startswith(("routes", "v2", "one-prompt")))  # answered in lists
COLUMNS = ("calls", "uncached in", "cached in", "out", "uncached in + out")


@dataclass(frozen=True)
class Tally:
    """`rows`: what each person costs; `first`: tokens of the row's first prompt, which docs/semantics.md, 8 bounds for
    V1's routes (no longer than V2's planner's and a tenth); `real`: of the people whose answers are kept, counted, and
    `measured` by the server."""

    ground: str
    rows: Mapping[str, tuple[Spent, ...]]
    first: Mapping[str, tuple[int, ...]]
    real: Mapping[str, tuple[Spent, ...]]
    measured: Mapping[str, tuple[Spent, ...]]
    seed: int

    @property
    def n(self) -> int:
        return len(next(iter(self.rows.values()), ()))

    def cells(self) -> list[list[str]]:
        body = [
            [NAMES[row], f"{np.mean(self.first[row]):,.0f}",
             *(shown(self._mean(spent, name), True) for name in COLUMNS),
             _told(self.real[row]), _told(self.measured[row])]
            for row, spent in self.rows.items()
        ]  # fmt: skip
        return [["row", "first prompt", *COLUMNS, "kept answers, counted", "kept answers, by the server"], *body]

    def ratios(self) -> dict[str, Interval]:
        """Uncached tokens of V2 as a share of every other row's: over the same people, and over those of them whose
        real answers are kept for both rows."""
        told = [("", self.rows), (", kept answers", self.real)]
        return {
            f"uncached tokens, V2 / {NAMES[row]}{which}": paired_ratio(
                _numbers(rows["v2"], "uncached in + out"), _numbers(spent, "uncached in + out"), self.seed
            )
            for which, rows in told
            for row, spent in rows.items()
            if row != "v2" and spent and len(rows.get("v2", ())) == len(spent)
        }

    def table(self) -> Group:
        """For a terminal. Of kept answers: uncached in / cached in / out."""
        head = f"{self.ground}: tokens a person, counted by the tokenizer, n = {self.n} people"
        told = [Text(f"{name}: {interval_text(one)}") for name, one in self.ratios().items()]
        return Group(rich_table(head, self.cells()), *told)

    def json(self) -> dict[str, Any]:
        rows = {row: {name: asdict(self._mean(spent, name)) for name in COLUMNS} for row, spent in self.rows.items()}
        ratios = {name: asdict(one) for name, one in self.ratios().items()}
        first = {row: float(np.mean(lengths)) for row, lengths in self.first.items()}
        return {"ground": self.ground, "n": self.n, "rows": rows, "first_prompt": first, "ratios": ratios}

    def _mean(self, spent: Sequence[Spent], name: str) -> Interval:
        return mean_interval(_numbers(spent, name), self.seed)


def tally_rows(
    ground: Ground,
    rows: Sequence[str],
    cases: Sequence[Case],
    answers: Answers,
    tokenizer: Tokens,
    config: Config,
    *,
    seed: int = 0,
    cues: Cues | None = None,
) -> Tally:
    """cases: who is counted, by the time of their cuts. Raises BadRequest when no answer of a row was kept."""
    asked = {row.user_id for row in answers.rows()}
    kept = [case for case in cases if case.user_id in asked]
    recorded = {row: Recorded(answers) for row in rows}
    real, measured = _real(ground, rows, kept, recorded, answers, tokenizer, config, cues)
    models = {row: StandIn(answers, (recorded[row], *recorded.values()), seed) for row in rows}
    memories = {row: Memory(tokenizer) for row in rows}
    found: dict[str, list[Spent]] = {row: [] for row in rows}
    first: dict[str, list[int]] = {row: [] for row in rows}
    with Reasoner(ground, config, cues) as reasoner:
        for case in cases:
            reasoner.begin([case])
            for row, model in models.items():
                model.calls.clear()
                reasoner.reason(row, case, model)
                found[row].append(memories[row].count(model.calls))
                first[row].append(len(tokenizer.prompt(model.calls[0].messages)))
    spent = {row: tuple(one) for row, one in found.items()}
    return Tally(ground.name, spent, {row: tuple(one) for row, one in first.items()}, real, measured, seed)


Costs = dict[str, tuple[Spent, ...]]


def _real(
    ground: Ground, rows: Sequence[str], kept: Sequence[Case], recorded: Mapping[str, Recorded],
    answers: Answers, tokenizer: Tokens, config: Config, cues: Cues | None,
) -> tuple[Costs, Costs]:  # fmt: skip
    """By row, of the people whose answers are kept for every row: counted, and as the server counted."""
    found: dict[str, list[tuple[Spent, Spent]]] = {row: [] for row in rows}
    memories = {row: Memory(tokenizer) for row in rows}
    with Reasoner(ground, config, cues) as reasoner:
        for case in kept:
            reasoner.begin([case])
            whole = {row: _answered(row, case, reasoner, recorded[row], answers) for row in rows}
            for row, told in whole.items():
                if told is not None and None not in whole.values():
                    found[row].append((memories[row].count(told[0]), told[1]))
    return ({row: tuple(counted for counted, _ in spent) for row, spent in found.items()},
            {row: tuple(measured for _, measured in spent) for row, spent in found.items()})  # fmt: skip


def _answered(
    row: str, case: Case, reasoner: Reasoner, recorded: Recorded, answers: Answers
) -> tuple[list[Counted], Spent] | None:
    """The calls of a row for a person, and what they cost; None where one of them is not kept."""
    recorded.calls.clear()
    try:
        with answers.counted() as calls:
            reasoner.reason(row, case, recorded)
    except AnswerInvalid:
        pass  # what failed was paid for too
    except ModelUnavailable:
        return None
    return list(recorded.calls), spent_on(calls)


READ: Mapping[str, Callable[[Spent], int]] = {
    "calls": lambda one: one.calls,
    "uncached in": lambda one: one.uncached,
    "cached in": lambda one: one.cached,
    "out": lambda one: one.out,
    "uncached in + out": lambda one: one.uncached + one.out,
}


def _numbers(spent: Sequence[Spent], name: str) -> npt.NDArray[np.float64]:
    return np.array([READ[name](one) for one in spent], dtype=np.float64)


def _told(spent: Sequence[Spent]) -> str:
    """Uncached in, cached in and out of a person, in the mean."""
    if not spent:
        return "-"
    parts = [float(_numbers(spent, name).mean()) for name in ("uncached in", "cached in", "out")]
    return " / ".join(f"{part:,.0f}" for part in parts) + f" (n = {len(spent)})"
