"""Results of floors in a file, by person and row: a run that was cut off goes on."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from intently.evaluate.understanding.found import Found, Spent, Told

__all__ = ["Kept", "whole_lines"]


class Kept:
    """(row, person) -> Found, in a file named by all that decides it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._found: dict[tuple[str, str], Found] = {}
        for body in whole_lines(file):
            self._found[body["row"], body["user_id"]] = _found_from(body["found"])

    def get(self, row: str, user_id: str) -> Found | None:
        return self._found.get((row, user_id))

    def put(self, row: str, user_id: str, found: Found) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"row": row, "user_id": user_id, "found": asdict(found)}) + "\n")
        self._found[row, user_id] = found


def whole_lines(file: Path) -> list[dict[str, Any]]:
    """The objects of a file, one a line; a last line that was cut off is dropped from it."""
    if not file.is_file():
        return []
    text = file.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, "utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def _found_from(body: dict[str, Any]) -> Found:
    told = {name: tuple(Told(**one) for one in body[name]) for name in ("tags", "pool")}
    routes = {route: tuple(items) for route, items in body["routes"].items()}
    lists = {name: tuple(body[name]) for name in ("categories", "items")}
    return Found(**{**body, **told, **lists, "routes": routes, "spent": Spent(**body["spent"])})
