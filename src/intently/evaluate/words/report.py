"""The table of one set under one reader."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from intently.evaluate.words.metrics import Measure

__all__ = ["WordsReport"]


@dataclass(frozen=True)
class WordsReport:
    """What `intently evaluate words` prints. `n` turns of `turns` were read before the limit or the budget ended."""

    set: str
    reader: str
    n: int
    turns: int
    seed: int
    commit: str
    model: str  # first characters of the weights' digest; empty where none was asked
    seconds: float
    measures: tuple[Measure, ...]
    note: str

    def value(self, name: str, part: str = "") -> Measure:
        """The figure of that name, of the first part that has it where none is named. Raises KeyError."""
        for measure in self.measures:
            if measure.name == name and part in ("", measure.part):
                return measure
        raise KeyError(f"{self.set} has no figure {name!r} of {part!r}")

    def table(self) -> Group:
        """For a terminal."""
        title = f"{self.set}, {self.reader}: {self.n:,} of {self.turns:,} turns"
        shown = Table(title=title, title_justify="left")
        for column in ("of", "figure", "value", "n"):
            shown.add_column(column, justify="right" if column == "n" else "left")
        part = ""
        for one in self.measures:
            shown.add_row("" if one.part == part else one.part, one.name, _value(one), f"{one.n:,} {one.of}")
            part = one.part
        cost = f"seed {self.seed}, commit {self.commit}, {self.seconds:.0f} s"
        model = f", model {self.model}" if self.model else ""
        return Group(shown, Text(self.note), Text(cost + model))

    def json(self) -> dict[str, Any]:
        """One object, for programs; a figure of nothing is null."""
        return {**asdict(self), "measures": [_plain(one) for one in self.measures]}


def _plain(measure: Measure) -> Mapping[str, Any]:
    value = {name: None if math.isnan(number) else number for name, number in asdict(measure.value).items()}
    return {**asdict(measure), "value": value}


def _value(measure: Measure) -> str:
    mean, low, high = measure.value.mean, measure.value.low, measure.value.high
    if math.isnan(mean):
        return "nothing to count"
    places = 1 if measure.name.startswith(("ms", "new tokens", "answered tokens", "seconds")) else 3
    return f"{mean:.{places}f} [{low:.{places}f}, {high:.{places}f}]"
