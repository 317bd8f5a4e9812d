"""Write the tables of docs/results/words.md from reports: `python scripts/make_words_tables.py FOLDER`.

FOLDER holds what `intently evaluate words ... --json` printed, one file a set and reader, under any names ending in
.json. Of a set that was read twice by one reader the report with more turns counts. Text outside the markers stays.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent.parent / "docs" / "results" / "words.md"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
READERS = ("grammar", "full", "one-prompt")
SETS = ("annotated turns", "requests-iard", "requests-musicintent", "labels-recipempr", "requests-fashioniq",
        "requests-redial", "requests-inspired")  # fmt: skip
SKIPPED = ("studied", "held back")  # halves, where both are also counted together


def main() -> None:
    reports = _read(Path(sys.argv[1]))
    tables = "\n\n".join(_table(name, reports) for name in SETS if any(key[0] == name for key in reports))
    page = PAGE.read_text("utf-8")
    before, after = page[: page.index(BEGIN) + len(BEGIN)], page[page.index(END) :]
    PAGE.write_text(f"{before}\n\n{tables}\n\n{after}", "utf-8")


def _read(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for file in sorted(folder.glob("*.json")):
        report = json.loads(file.read_text("utf-8"))
        key = (report["set"], report["reader"])
        if key not in found or report["n"] > found[key]["n"]:
            found[key] = report
    return found


def _table(name: str, reports: Mapping[tuple[str, str], dict[str, Any]]) -> str:
    columns = [reports[name, reader] for reader in READERS if (name, reader) in reports]
    heads = [f"{one['reader']}, {one['n']:,} of {one['turns']:,} turns ({_made_by(one)})" for one in columns]
    lines = [f"### {name}", "", f"| of | figure | n | {' | '.join(heads)} |", "|---|---|---|" + "---|" * len(columns)]
    held = [{(one["part"], one["name"]): one for one in column["measures"]} for column in columns]
    for key in dict.fromkeys(key for column in held for key in column):
        if key[0] in SKIPPED and key[1] not in ("critique type accuracy", "kept still", "titles F1"):
            continue
        known = next(column[key] for column in held if key in column)
        cells = [_cell(column.get(key)) for column in held]
        lines.append(f"| {key[0]} | {key[1]} | {known['n']:,} {known['of']} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", columns[0]["note"]])


def _made_by(report: Mapping[str, Any]) -> str:
    return f"commit {report['commit']}" + (f", model {report['model']}" if report["model"] else "")


def _cell(measure: Mapping[str, Any] | None) -> str:
    if measure is None or measure["value"]["mean"] is None:
        return ""
    value = measure["value"]
    places = 1 if measure["name"].startswith(("ms", "seconds", "new tokens", "answered tokens")) else 3
    return f"{value['mean']:.{places}f} [{value['low']:.{places}f}, {value['high']:.{places}f}]"


if __name__ == "__main__":
    main()
