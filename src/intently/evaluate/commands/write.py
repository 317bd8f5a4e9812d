"""The report as files: Markdown tables and plots, for docs/results.

Plots need matplotlib: `pip install 'intently[evaluate]'`.
"""

import json
from pathlib import Path
from typing import Any

from intently.errors import BadRequest
from intently.evaluate.cells import interval_text, markdown_table
from intently.evaluate.commands.measures import measure
from intently.evaluate.commands.report import CUTS, CommandsReport, Table, cut_cells, table_columns

__all__ = ["markdown", "write_report"]


def write_report(report: CommandsReport, folder: Path) -> None:
    """Write commands.md, commands.json and one plot a table. Raises BadRequest without matplotlib."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "commands.json").write_text(json.dumps(report.json(), indent=1) + "\n", "utf-8")
    for table in report.tables:
        if table.n:
            _plot(table, folder / plot_name(table), report.seed)
    (folder / "commands.md").write_text(markdown(report), "utf-8")


def plot_name(table: Table) -> str:
    return f"commands-{table.ground}-{table.scenario}.svg"


def markdown(report: CommandsReport) -> str:
    """All tables with their ratios and cuts."""
    parts: list[str] = []
    for table in report.tables:
        parts.append(f"## {table.ground}, {table.scenario}, n = {table.n} of {table.drawn}\n")
        parts.append(markdown_table([list(cells) for cells in zip(*table_columns(table, report.seed), strict=True)]))
        parts += [f"- {name}: {interval_text(value)}" for name, value in table.ratios(report.seed).items()]
        if table.n:
            parts.append(f"\n![Pass rate by row]({plot_name(table)})\n")
        for by in CUTS if table.n else ():
            parts.append(f"\nPass rate by {by}:\n\n{markdown_table(cut_cells(table, by))}")
    parts.append(f"\nSeed {report.seed}, commit {report.commit}.\n")
    return "\n".join(parts)


def _plot(table: Table, path: Path, seed: int) -> None:
    try:
        import matplotlib

        matplotlib.use("svg")
        from matplotlib import pyplot
    except ImportError as error:
        raise BadRequest("plots need matplotlib; install it: pip install 'intently[evaluate]'") from error
    names = list(table.names().values())[::-1]
    passed = [measure(sessions, "pass", seed) for sessions in table.rows.values()][::-1]
    colours = [_colour(sessions[0].kind if sessions else "") for sessions in table.rows.values()][::-1]
    figure, axes = pyplot.subplots(figsize=(7, 0.35 * len(names) + 1.2))
    around: Any = [[max(p.mean - p.low, 0) for p in passed], [max(p.high - p.mean, 0) for p in passed]]
    axes.barh(names, [p.mean for p in passed], xerr=around, color=colours, error_kw={"elinewidth": 1, "capsize": 2})
    axes.set_xlabel(f"pass rate, {table.ground}, {table.scenario}, n = {table.n}")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _colour(kind: str) -> str:
    return {"ours": "#2a6f97", "ablation": "#89c2d9", "ceiling": "#adb5bd", "reads": "#e07a5f"}.get(kind, "#f2cc8f")
