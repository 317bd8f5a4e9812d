"""The report as files, for docs/results: retrieval.md and retrieval.json."""

import json
from pathlib import Path

from intently.evaluate.cells import markdown_table
from intently.evaluate.retrieval.report import RetrievalReport, remarks
from intently.evaluate.retrieval.tables import tables_of, title_of

__all__ = ["markdown", "write_report"]


def write_report(report: RetrievalReport, folder: Path) -> None:
    """Write the tables as Markdown and the numbers as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "retrieval.json").write_text(json.dumps(report.json(), indent=1) + "\n", "utf-8")
    (folder / "retrieval.md").write_text(markdown(report), "utf-8")


def markdown(report: RetrievalReport) -> str:
    """All tables."""
    parts = []
    for table in report.tables:
        parts.append(f"### {title_of(table)}\n")
        parts += [f"{title[0].upper()}{title[1:]}:\n\n{markdown_table(cells)}" for title, cells in tables_of(table)]
        parts.append("\n".join(f"- {line}" for line in remarks(table)) + "\n")
    parts.append(f"Seed {report.seed}, commit {report.commit}.\n")
    return "\n".join(parts)
