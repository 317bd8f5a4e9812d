"""The report of simulated sessions: one table a ground and scenario, with its cuts, for a terminal or for programs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Group
from rich.text import Text

from intently.evaluate.cells import interval_text, null_where_nan, rich_table
from intently.evaluate.commands.draw import NAMES
from intently.evaluate.commands.measures import MEASURES, latency, measure, ratio_of
from intently.evaluate.commands.play import Session
from intently.evaluate.metrics import Interval

__all__ = ["CUTS", "CommandsReport", "Table", "cut_cells", "table_columns"]

SHOWN = (
    "pass",
    "rounds",
    "recall@10",
    "ndcg@10",
    "hard CSR",
    "soft CSR",
    "soft CSR, facets",
    "empty of 10",
    "violations",
    "grammar",
)
DRIFT = ("stale", "recovery")
CUTS: Mapping[str, Callable[[Session], str]] = {
    "pool": lambda session: session.bucket,
    "templates": lambda session: session.split,
    "behaviour": lambda session: session.behaviour,
}


@dataclass(frozen=True)
class Table:
    """All rows of one scenario on one ground, over the same `n` of `drawn` cases."""

    ground: str
    scenario: str
    drawn: int
    rows: Mapping[str, tuple[Session, ...]]

    @property
    def n(self) -> int:
        return len(next(iter(self.rows.values()), ()))

    def names(self) -> dict[str, str]:
        return {row: sessions[0].system if sessions else row for row, sessions in self.rows.items()}

    def best_reader(self) -> str | None:
        """The row that passes most often among the baselines that read commands."""
        reading = [row for row, sessions in self.rows.items() if sessions and sessions[0].kind == "reads"]
        return max(reading, key=lambda row: measure(self.rows[row], "pass").mean, default=None)

    def ratios(self, seed: int = 0) -> dict[str, Interval]:
        """Pass rate of ours over the best baseline that reads, and over the ceiling with our ranker."""
        ours = next((row for row in ("ours-model", "ours") if self.rows.get(row)), None)
        if ours is None:
            return {}
        others = {"best baseline that reads": self.best_reader(), "true conditions + our ranker": "true-ranker"}
        return {
            f"{ours} / {name} ({row})": ratio_of(self.rows[ours], self.rows[row], "pass", seed)
            for name, row in others.items()
            if row is not None and self.rows.get(row)
        }

    def cut(self, by: str) -> dict[str, dict[str, tuple[Session, ...]]]:
        """value of the cut -> row -> its sessions."""
        key = CUTS[by]
        values = sorted({key(s) for sessions in self.rows.values() for s in sessions}, key=_order)
        return {
            value: {row: tuple(s for s in sessions if key(s) == value) for row, sessions in self.rows.items()}
            for value in values
        }

    def numbers(self, seed: int = 0) -> dict[str, Any]:
        """All measures of all rows and cuts, for programs."""
        cuts = {
            by: {
                value: {row: _numbers(found, seed) for row, found in rows.items()}
                for value, rows in self.cut(by).items()
            }
            for by in CUTS
        }
        return {
            "ground": self.ground, "scenario": self.scenario, "n": self.n, "drawn": self.drawn,
            "rows": {row: {"name": self.names()[row], **_numbers(found, seed)} for row, found in self.rows.items()},
            "ratios": {name: asdict(value) for name, value in self.ratios(seed).items()}, "cuts": cuts,
        }  # fmt: skip


@dataclass(frozen=True)
class CommandsReport:
    """What `intently evaluate commands` prints."""

    tables: tuple[Table, ...]
    seed: int
    commit: str
    seconds: float

    def table(self) -> Group:
        """For a terminal."""
        parts: list[Any] = []
        for table in self.tables:
            parts.append(rich_table(title(table), list(zip(*table_columns(table, self.seed), strict=True))))
            parts += [Text(f"{name}: {interval_text(value)}") for name, value in table.ratios(self.seed).items()]
            for by in CUTS if table.n else ():
                parts.append(rich_table(f"{table.ground}, {table.scenario}: pass rate by {by}", cut_cells(table, by)))
        parts.append(Text(f"seed {self.seed}, commit {self.commit}, {self.seconds:.0f} s"))
        return Group(*parts)

    def json(self) -> dict[str, Any]:
        """One object, for programs; a figure of nothing (a drift where nobody drifts) is null."""
        tables = [table.numbers(self.seed) for table in self.tables]
        return {"seed": self.seed, "commit": self.commit, "seconds": self.seconds, "tables": null_where_nan(tables)}


def title(table: Table) -> str:
    cut_off = "" if table.n == table.drawn else f" of {table.drawn}: run again to go on"
    return f"{table.ground}, {table.scenario}, n = {table.n} sessions{cut_off}"


def table_columns(table: Table, seed: int) -> list[list[str]]:
    """Heads and cells by column: the row's name, each measure with its interval, latency and tokens."""
    measures = [*SHOWN, *(DRIFT if table.scenario == "MRID" else ())]
    filled = [(row, sessions) for row, sessions in table.rows.items() if sessions]
    columns = [["row", *(table.names()[row] for row, _ in filled)]]
    for name in measures:
        columns.append([name, *(interval_text(measure(sessions, name, seed)) for _, sessions in filled)])
    spent = [latency(sessions) for _, sessions in filled]
    columns.append(["ms p50 / p95", *(f"{low * 1000:.0f} / {high * 1000:.0f}" for low, high in spent)])
    if any(one.tokens[0] for _, sessions in filled for s in sessions for one in s.rounds):
        columns.append(["tokens", *(f"{measure(sessions, 'new tokens', seed).mean:.0f}" for _, sessions in filled)])
    return columns


def cut_cells(table: Table, by: str) -> list[list[str]]:
    """Pass rate of every row by one cut."""
    cuts = table.cut(by)
    heads = ["row", *(f"{value} (n = {len(next(iter(rows.values())))})" for value, rows in cuts.items())]
    body = [
        [name, *(interval_text(measure(rows[row], "pass")) for rows in cuts.values())]
        for row, name in table.names().items()
    ]
    return [heads, *body]


def _numbers(sessions: Sequence[Session], seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {name: asdict(measure(sessions, name, seed)) for name in MEASURES} if sessions else {}
    return {"n": len(sessions), **found, "seconds": dict(zip(("p50", "p95"), latency(sessions), strict=True))}


def _order(value: str) -> tuple[int, str]:
    return (NAMES.index(value) if value in NAMES else len(NAMES), value)
