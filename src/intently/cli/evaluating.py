"""What the verbs of `intently evaluate` share: their group, their options, and how a report is shown."""

import sys
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from intently.cli.shown import print_json

__all__ = [
    "BudgetOption", "DataOption", "OutOption", "Report", "RowsOption", "WriteOption", "evaluate_app", "names_of", "say",
    "show",
]  # fmt: skip

evaluate_app = typer.Typer(help="Measure the product; each verb makes one table of docs/results.", no_args_is_help=True)


BudgetOption = Annotated[float, typer.Option("--budget-minutes", help="Stop cleanly after this; run again to go on.")]
DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of the data sets that do not ship.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Folder of answers and partial results; default in the home.")
]
WriteOption = Annotated[Path | None, typer.Option("--write", help="Folder for Markdown tables, numbers and plots.")]
RowsOption = Annotated[
    str, typer.Option("--rows", help="Names of rows, with commas; default all that may run. An unknown one lists them.")
]


class Report(Protocol):
    """What an evaluation gives."""

    def json(self) -> dict[str, Any]: ...
    def table(self) -> Any:
        """For a terminal."""


def names_of(rows: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in rows.split(",") if name.strip())


def say(text: str) -> None:
    """What goes on, beside the result."""
    print(text, file=sys.stderr, flush=True)


def show(report: Report, json_out: bool) -> None:
    from rich.console import Console

    if json_out:
        print_json(report.json())
    else:
        Console().print(report.table())
