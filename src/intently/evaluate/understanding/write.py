"""The report as files, for docs/results: understanding.md and understanding.json."""

import json
from pathlib import Path

from intently.evaluate.cells import markdown_table
from intently.evaluate.understanding.report import Table, UnderstandingReport, phi_cells, title, unusable

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
    parts += [markdown_table(cells) for cells in table.groups()]
    if len(cells := table.whole_cells()) > 1:
        parts.append(markdown_table(cells))
    parts += [f"- {name}: {ratio:.2f}" for name, ratio in table.ratios().items()]
    parts += [f"- {verdict}" for verdict in table.verdicts()]
    phi = markdown_table(phi_cells(table.phi))
    parts.append(f"\nTag to category, held-out texts ({table.phi.way} is used):\n\n{phi}")
    return parts
