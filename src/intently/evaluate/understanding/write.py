"""The report as files, for docs/results: understanding.md and understanding.json."""

import json
from collections.abc import Sequence
from pathlib import Path

from intently.evaluate.understanding.report import COLUMNS, Table, UnderstandingReport, phi_cells, title, unusable

__all__ = ["markdown", "write_report"]


def write_report(report: UnderstandingReport, folder: Path) -> None:
    """Write the tables as Markdown and the numbers as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "understanding.json").write_text(json.dumps(report.json(), indent=1) + "\n", "utf-8")
    (folder / "understanding.md").write_text(markdown(report), "utf-8")


def markdown(report: UnderstandingReport) -> str:
    """All tables with ratios and verdicts."""
    parts = [part for table in report.tables for part in _of(table)]
    parts.append(f"Seed {report.seed}, commit {report.commit}.\n")
    return "\n".join(parts)


def _of(table: Table) -> list[str]:
    parts = [f"## {title(table)}\n"]
    if not table.usable:
        parts.append(f"{unusable(table)}.\n")
    parts += [_rows(cells) for columns in COLUMNS.values() if len(cells := table.cells(columns)) > 1]
    if len(cells := table.whole_cells()) > 1:
        parts.append(_rows(cells))
    parts += [f"- {name}: {ratio:.2f}" for name, ratio in table.ratios().items()]
    parts += [f"- {verdict}" for verdict in table.verdicts()]
    parts.append(f"\nTag to category, held-out texts ({table.phi.way} is used):\n\n{_rows(phi_cells(table.phi))}")
    return parts


def _rows(cells: Sequence[Sequence[str]]) -> str:
    head, *body = cells
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
