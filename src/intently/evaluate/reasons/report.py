"""The report of reasons: a table a set, paired comparisons of the rows, verdicts on the bars, and what a judge says."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Group
from rich.text import Text

from intently.evaluate.cells import interval_text, null_where_nan, rich_table
from intently.evaluate.metrics import Interval, mean_interval, paired_ratio
from intently.evaluate.reasons.judged import MARK, JudgedLines
from intently.evaluate.reasons.making import ItemLines
from intently.evaluate.reasons.measures import MEASURES, matched_lengths, values
from intently.evaluate.reasons.rows import NAMES
from intently.explain.clauses import Checker

__all__ = ["ReasonsReport", "Table", "judged_title", "title"]

BAR_DIVERSITY, BAR_FALLBACKS = 1.073, 0.20
GROUPS = (MEASURES[:4], MEASURES[4:8], MEASURES[8:])


@dataclass(frozen=True)
class Table:
    """One set: rows over the same items, `n` of those drawn. `judged`: None where no judge was asked for."""

    ground: str
    drawn: int
    rows: Mapping[str, tuple[ItemLines, ...]]
    checker: Checker
    seed: int
    judged: JudgedLines | None = None

    @property
    def n(self) -> int:
        return len(next(iter(self.rows.values()), ()))

    @cached_property
    def measured(self) -> dict[str, dict[str, npt.NDArray[np.float64]]]:
        """Row -> measure -> one number an item."""
        lengths = matched_lengths(list(self.rows.values()))
        return {
            row: {name: values(name, items, lengths, self.checker) for name in MEASURES}
            for row, items in self.rows.items() if items
        }  # fmt: skip

    def interval(self, row: str, name: str) -> Interval:
        numbers = self.measured[row][name]
        return mean_interval(numbers[~np.isnan(numbers)], self.seed)

    def groups(self) -> list[list[list[str]]]:
        """Head and rows of each group of measures."""
        return [
            [["row", *names], *([NAMES[row], *(_shown(name, self.interval(row, name)) for name in names)]
                                for row in self.measured)]
            for names in GROUPS
        ]  # fmt: skip

    def ratios(self) -> dict[str, Interval]:
        """Diversity of each row over each row before it, paired by item."""
        rows = list(self.measured)
        return {
            f"{name}: {NAMES[row]} / {NAMES[other]}": paired_ratio(
                self.measured[row][name], self.measured[other][name], self.seed
            )
            for name in ("diversity, matched", "diversity")
            for place, row in enumerate(rows)
            for other in rows[:place]
        }

    def verdicts(self) -> list[str]:
        """On the bars: diversity of V2 over V1, and fall-backs of V2."""
        if not self.n or not {"v1", "v2"} <= self.measured.keys():
            return []
        name = f"diversity, matched: {NAMES['v2']} / {NAMES['v1']}"
        ratio, fallbacks = self.ratios()[name], self.interval("v2", "fall-backs")
        return [
            f"diversity of V2 at least {BAR_DIVERSITY:g} times V1's: {interval_text(ratio)}, n = {self.n}: "
            + _met(ratio.mean >= BAR_DIVERSITY, ratio.low >= BAR_DIVERSITY),
            f"fall-backs of V2 at most {BAR_FALLBACKS:.0%}: {interval_text(fallbacks)}, n = {self.n}: "
            + _met(fallbacks.mean <= BAR_FALLBACKS, fallbacks.high <= BAR_FALLBACKS),
        ]

    def numbers(self) -> dict[str, Any]:
        """Everything, for programs."""
        rows = {row: {"name": NAMES[row], **{name: asdict(self.interval(row, name)) for name in MEASURES}}
                for row in self.measured}  # fmt: skip
        return {
            "ground": self.ground, "n": self.n, "drawn": self.drawn, "rows": rows,
            "ratios": {name: asdict(one) for name, one in self.ratios().items()}, "verdicts": self.verdicts(),
            **({"judged": self.judged.numbers()} if self.judged is not None else {}),
        }  # fmt: skip


@dataclass(frozen=True)
class ReasonsReport:
    """What `intently evaluate reasons` prints."""

    tables: tuple[Table, ...]
    seed: int
    commit: str
    seconds: float

    def table(self) -> Group:
        """For a terminal."""
        parts: list[Any] = []
        for table in self.tables:
            parts += [rich_table(title(table), cells) for cells in table.groups()]
            parts += [Text(f"{name}: {interval_text(ratio)}") for name, ratio in table.ratios().items()]
            parts += [Text(verdict) for verdict in table.verdicts()]
            if (judged := table.judged) is not None:
                parts += [rich_table(judged_title(judged), cells) for cells in judged.groups()]
                parts += [
                    Text(f"{name}: {interval_text(one, signed=True)}") for name, one in judged.differences().items()
                ]
        parts.append(Text(f"seed {self.seed}, commit {self.commit}, {self.seconds:.0f} s"))
        return Group(*parts)

    def json(self) -> dict[str, Any]:
        """One object, for programs; a figure of nothing is null."""
        tables = [null_where_nan(table.numbers()) for table in self.tables]
        return {"seed": self.seed, "commit": self.commit, "seconds": self.seconds, "tables": tables}


def title(table: Table) -> str:
    cut_off = "" if table.n == table.drawn else f" of {table.drawn}: run again to go on"
    return f"{table.ground}, n = {table.n} items{cut_off}, 5 lines each"


def judged_title(judged: JudgedLines) -> str:
    cut_off = "" if judged.n == judged.drawn else f" of {judged.drawn}: run again to go on"
    return f"Judged on {judged.n} items{cut_off}; {MARK}"


def _shown(name: str, value: Interval) -> str:
    if name.startswith(("tokens", "seconds", "words")):
        return "-" if np.isnan(value.mean) else f"{value.mean:.1f} [{value.low:.1f}, {value.high:.1f}]"
    return interval_text(value) or "-"


def _met(by_mean: bool, by_interval: bool) -> str:
    return "met" if by_interval else "met by the mean, not by the interval" if by_mean else "not met"
