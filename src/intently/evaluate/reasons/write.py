"""The report as files, for docs/results: reasons.md, reasons.json, and lines for a reader to audit."""

import json
import random
from pathlib import Path

from intently.evaluate.cells import interval_text, markdown_table
from intently.evaluate.reasons.making import Line
from intently.evaluate.reasons.report import ReasonsReport, Table, judged_title, title

__all__ = ["write_audit", "write_report"]

AUDITED = 100


def write_report(report: ReasonsReport, folder: Path) -> None:
    """Write the tables as Markdown and the numbers as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reasons.json").write_text(json.dumps(report.json(), indent=1) + "\n", "utf-8")
    parts = [part for table in report.tables for part in _of(table)]
    parts.append(f"\nSeed {report.seed}, commit {report.commit}.\n")
    (folder / "reasons.md").write_text("\n".join(parts), "utf-8")


def write_audit(report: ReasonsReport, row: str, file: Path) -> int:
    """Lines of one row that a model wrote, drawn by the seed, with all that they may rest on: one JSON object a line,
    for a reader who says of each clause whether it is supported. Returns how many."""
    lines = [
        (table.ground, item.item_id, line)
        for table in report.tables for item in table.rows.get(row, ()) for line in item.lines if not line.fallback
    ]  # fmt: skip
    drawn = random.Random(report.seed).sample(lines, min(AUDITED, len(lines)))
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as out:
        for ground, item_id, line in drawn:
            out.write(json.dumps(_audited(ground, item_id, line), ensure_ascii=False) + "\n")
    return len(drawn)


def _audited(ground: str, item_id: str, line: Line) -> dict[str, object]:
    evidence = line.asked.evidence
    told = [[piece.kind, piece.key, piece.text] for piece in evidence.pieces if piece.kind != "title"]
    return {
        "ground": ground, "item_id": item_id, "title": evidence.title, "line": line.text, "style": line.style,
        "rests_on": [list(name) for name in line.evidence], "told": told, "unsupported": None,
    }  # fmt: skip


def _of(table: Table) -> list[str]:
    parts = [f"## {title(table)}\n", *(markdown_table(cells) for cells in table.groups())]
    parts += [f"- {name}: {interval_text(ratio)}" for name, ratio in table.ratios().items()]
    return [*parts, *(f"- {verdict}" for verdict in table.verdicts()), *_judged(table)]


def _judged(table: Table) -> list[str]:
    if (judged := table.judged) is None:
        return []
    told = [f"- {name}: {interval_text(one, signed=True)}" for name, one in judged.differences().items()]
    return [f"\n### {judged_title(judged)}\n", *(markdown_table(cells) for cells in judged.groups()), *told]
