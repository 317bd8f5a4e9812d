"""How results look: JSON for programs, rich tables for people. Options that several verbs share."""

import json
import math
import sys
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel

from intently.nouns import Preference, Slate

if TYPE_CHECKING:
    from intently.engine import Difference, Engine

__all__ = [
    "HomeOption",
    "JsonOption",
    "StoreOption",
    "UserOption",
    "open_engine",
    "print_difference",
    "print_json",
    "print_memory",
    "print_notices",
    "print_slate",
    "to_json",
    "without_nan",
]

StoreOption = Annotated[str, typer.Option("--store", help="Which store; `films` and `shop` are the demos.")]
HomeOption = Annotated[Path | None, typer.Option("--home", help="Where stores live; default INTENTLY_HOME.")]
UserOption = Annotated[str, typer.Option("--user", help="The person's id; an unknown one gets a cold-start feed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def open_engine(store: str, home: Path | None, *, model: bool = True) -> "Engine":
    """The engine of one store, as the command line uses it; the demos are imported on first use."""
    from intently.config import load_config
    from intently.engine import Engine

    return Engine(store, config=load_config(home=home), model=model)


def to_json(value: Any) -> Any:
    """Nouns and containers of them as plain JSON data; times as RFC 3339."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: to_json(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(entry) for entry in value]
    return value


def without_nan(value: Any) -> Any:
    """Plain JSON data in which a figure that is not defined is null: JSON has no NaN."""
    body = to_json(value)
    if isinstance(body, dict):
        return {key: without_nan(entry) for key, entry in body.items()}
    if isinstance(body, list):
        return [without_nan(entry) for entry in body]
    return None if isinstance(body, float) and math.isnan(body) else body


def print_json(value: Any) -> None:
    json.dump(to_json(value), sys.stdout, ensure_ascii=False, indent=None, allow_nan=False)
    sys.stdout.write("\n")


def print_notices(notices: Iterable[str]) -> None:
    from rich.console import Console

    console = Console(stderr=True)
    for notice in notices:
        console.print(f"· {notice}", style="yellow", markup=False, highlight=False)


def print_slate(slate: Slate, memory: Iterable[Preference] = ()) -> None:
    """The slate as a table for people; `memory` gives the words of the preferences that removed items."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name, justify in (("", "right"), ("item", "left"), ("title", "left"), ("why", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for item in slate.items:
        table.add_row(
            str(item.position), Text(item.item_id, "dim"), Text(item.title, "bold"), Text(item.reason.text, "cyan")
        )
    Console().print(table)
    words = {f"filter:{preference.id}": f"“{preference.quote}”" for preference in memory}
    removed = ", ".join(f"{count:,} by {words.get(by, by)}" for by, count in slate.removed.counts.items() if count)
    if removed:
        Console(stderr=True).print(f"left out: {removed}", style="dim", markup=False, highlight=False)
    for relaxation in slate.relaxations:
        Console(stderr=True).print(f"could: {relaxation.text}", style="green", markup=False, highlight=False)
    print_notices(slate.notices)


def print_difference(would: "Difference") -> None:
    """What a preview would change, before the memory and the slate that it would make."""
    from rich.console import Console

    console = Console()
    console.print("this would change:" if would.come or would.go else "this would change nothing", markup=False)
    for sign, preferences in (("+", would.come), ("-", would.go)):
        for preference in preferences:
            console.print(f"  {sign} {preference.polarity} “{preference.quote}”", markup=False, highlight=False)
    for words, items in (("would come", would.items_come), ("would leave", would.items_leave)):
        if items:
            titles = ", ".join(title for _, title in items)
            console.print(f"  {len(items)} {words}: {titles}", markup=False, highlight=False)


def print_memory(memory: Iterable[Preference], version: int) -> None:
    """The preferences in force as one line each: those of this session, then those that belong to the person."""
    from rich.console import Console

    console = Console()
    console.print(f"memory, version {version}", style="dim", markup=False)
    for preference in sorted(memory, key=lambda held: held.scope.kind in ("until", "always")):
        sign = "+" if preference.polarity == "want" else "-"
        place = preference.facet or "meaning"
        line = f"{sign} {preference.id}  “{preference.quote}”  {place} {preference.relation} {preference.value}"
        tail = f"{preference.strength}, {preference.scope.kind}"
        console.print(f"{line}  ({tail})", style="green" if sign == "+" else "red", markup=False, highlight=False)
