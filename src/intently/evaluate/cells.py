"""Tables of an evaluation as cells of text, the head first: for a terminal and for Markdown; figures for JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from intently.evaluate.metrics import Interval

__all__ = ["Cells", "interval_text", "markdown_table", "null_where_nan", "rich_table"]

Cells = Sequence[Sequence[str]]


def interval_text(value: Interval, *, signed: bool = False) -> str:
    """ "0.310 [0.294, 0.326]"; empty where there was nobody."""
    if np.isnan(value.mean):
        return ""
    form = "+.3f" if signed else ".3f"
    return f"{value.mean:{form}} [{value.low:{form}}, {value.high:{form}}]"


def markdown_table(cells: Cells) -> str:
    head, *body = cells
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def rich_table(title: str, cells: Cells) -> Table:
    """For a terminal."""
    found = Table(title=title, title_justify="left")
    head, *body = cells
    for column in head:
        found.add_column(column)
    for row in body:
        found.add_row(*row)
    return found


def null_where_nan(value: Any) -> Any:
    """The same JSON with null for figures of nothing."""
    if isinstance(value, Mapping):
        return {key: null_where_nan(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [null_where_nan(entry) for entry in value]
    return None if isinstance(value, float) and np.isnan(value) else value
