"""The report as files, for docs/results: judge.md and judge.json."""

import json
from pathlib import Path

from intently.evaluate.judging.report import JudgeReport

__all__ = ["write_report"]


def write_report(report: JudgeReport, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "judge.json").write_text(json.dumps(report.json(), indent=1) + "\n", "utf-8")
    (folder / "judge.md").write_text(report.markdown(), "utf-8")
