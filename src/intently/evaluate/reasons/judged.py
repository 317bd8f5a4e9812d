"""What the agentic judge makes of the lines: item after item in the order of the draw, all rows of an item together.

The draw is by chance, so a run that was cut off has judged a fair sample, the same items in every row; an item that was
not judged whole is left out. The judge's answers are kept with the writers'. It was not held against people here: the
figures are by a model, uncalibrated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from intently.engine.outputs import facts_of_line
from intently.errors import BudgetSpent, ModelTimeout, ModelUnavailable
from intently.evaluate.cells import Cells, interval_text
from intently.evaluate.metrics import Interval, mean_interval, paired_difference
from intently.evaluate.reasons.making import ItemLines, Line
from intently.evaluate.reasons.rows import NAMES
from intently.judge.verdict import Judge, Judgement, Subject
from intently.language import Budget, Model
from intently.nouns import Item

__all__ = ["MARK", "JudgedLines", "announced", "judge_lines", "subject_of"]

MARK = "by model, uncalibrated"
TOTALS = ("passes", "S", "A", "no verdict", "ended by code")
Say = Callable[[str], None]


@dataclass(frozen=True)
class JudgedLines:
    """Row -> item -> judgements of its lines; the same items in every row, `drawn` of them were to be judged.

    dimensions: names of the criteria. stopped: why it ended before all were judged.
    """

    rows: Mapping[str, tuple[tuple[Judgement, ...], ...]]
    dimensions: tuple[str, ...]
    drawn: int
    seed: int
    stopped: str = ""

    @property
    def n(self) -> int:
        return len(next(iter(self.rows.values()), ()))

    @cached_property
    def measured(self) -> dict[str, dict[str, npt.NDArray[np.float64]]]:
        """Row -> measure -> one share an item; NaN where no line of the item has a verdict."""
        names = (*TOTALS, *self.dimensions)
        return {
            row: {name: np.array([_share(name, lines) for lines in items], np.float64) for name in names}
            for row, items in self.rows.items()
        }  # fmt: skip

    def interval(self, row: str, name: str) -> Interval:
        shares = self.measured[row][name]
        return mean_interval(shares[~np.isnan(shares)], self.seed)

    def groups(self) -> list[Cells]:
        """Head and rows: what the lines come to, then each dimension."""
        return [
            [["row", *names], *([NAMES[row], *(interval_text(self.interval(row, name)) or "-" for name in names)]
                                for row in self.rows)]
            for names in (TOTALS, self.dimensions)
        ]  # fmt: skip

    def differences(self) -> dict[str, Interval]:
        """Of the share that passes: each row less each row before it, paired by item."""
        rows = list(self.rows)
        return {
            f"passes: {NAMES[row]} - {NAMES[other]}": paired_difference(
                self.measured[row]["passes"], self.measured[other]["passes"], self.seed
            )
            for place, row in enumerate(rows)
            for other in rows[:place]
        }

    def numbers(self) -> dict[str, Any]:
        """Everything, for programs."""
        names = (*TOTALS, *self.dimensions)
        rows = {
            row: {"name": NAMES[row], "lines": sum(map(len, items)),
                  **{name: asdict(self.interval(row, name)) for name in names}}
            for row, items in self.rows.items()
        }  # fmt: skip
        versions = {one.version for items in self.rows.values() for lines in items for one in lines}
        differences = {name: asdict(one) for name, one in self.differences().items()}
        return {
            "by": MARK, "n": self.n, "drawn": self.drawn, "dimensions": list(self.dimensions), "rows": rows,
            "differences": differences, "judge": ", ".join(sorted(versions)), "stopped": self.stopped,
        }  # fmt: skip


def judge_lines(
    rows: Mapping[str, Sequence[ItemLines]], items: Mapping[str, Item], moment: str, judge: Judge,
    dimensions: tuple[str, ...], budget: Budget, *, seed: int = 0, say: Say = lambda text: None,
) -> JudgedLines:  # fmt: skip
    """Judge until the budget is spent, or the model is gone; what was asked is kept, so that the same command goes on.

    rows: of the same items in the same order. items: by id. moment: the key of the situation that lines were written
    for.
    """
    made: dict[str, list[tuple[Judgement, ...]]] = {row: [] for row in rows}
    drawn = len(next(iter(rows.values()), ()))
    stopped = ""
    for place in range(drawn):
        try:
            judged = {
                row: tuple(judge.judge(subject, budget) for subject in _subjects(lines[place], items, moment))
                for row, lines in rows.items()
            }
        except (BudgetSpent, ModelUnavailable, ModelTimeout) as error:
            stopped = str(error)
            say(f"judged {place} of {drawn} items: {error}")
            break
        for row, judgements in judged.items():
            made[row].append(judgements)
        say(f"judged {place + 1} of {drawn} items, {len(rows)} rows each")
    return JudgedLines({row: tuple(found) for row, found in made.items()}, dimensions, drawn, seed, stopped)


def announced(
    rows: Mapping[str, Sequence[ItemLines]], items: Mapping[str, Item], moment: str, judge: Judge, model: Model
) -> str:
    """What judging costs at most, kept answers counted in: asks no model."""
    subjects = {
        subject.key: subject
        for lines in rows.values() for one in lines for subject in _subjects(one, items, moment)
    }  # fmt: skip
    prompts = [prompt for subject in subjects.values() for prompt in judge.questions(subject)]
    return f"judging {len(subjects)} lines: at most {model.rough().estimate(prompts, 1)}; kept answers cost nothing"


def subject_of(line: Line, item: Item, moment: str) -> Subject:
    """A line with the facts that the judge of a store's lines has (`engine.outputs`); one item's lines are a group."""
    asked = line.asked
    texts = {piece.name: piece.text for piece in asked.evidence.pieces}
    texts["tag", asked.liking.interest_id] = asked.liking.text  # as the template names the interest
    told = [texts[name] for name in line.evidence if name in texts]
    facts = facts_of_line(item, asked.liking.text, moment, told)
    return Subject("reason", f"reason {item.item_id}/{asked.liking.interest_id}", line.text, facts, group=item.item_id)


def _subjects(lines: ItemLines, items: Mapping[str, Item], moment: str) -> Iterator[Subject]:
    return (subject_of(line, items[lines.item_id], moment) for line in lines.lines)


def _share(name: str, lines: Sequence[Judgement]) -> float:
    if name == "passes":
        return float(np.mean([one.rank in ("S", "A") for one in lines]))
    if name in ("S", "A"):
        return float(np.mean([one.rank == name for one in lines]))
    if name == "no verdict":
        return float(np.mean([one.rank is None for one in lines]))
    if name == "ended by code":
        return float(np.mean([_ended_by_code(one) for one in lines]))
    verdicts = [verdict for one in lines if (verdict := one.verdict(name)) is not None and verdict.grade is not None]
    return float(np.mean([verdict.grade != "negative" for verdict in verdicts])) if verdicts else float("nan")


def _ended_by_code(judgement: Judgement) -> bool:
    return any(verdict.by == "code" and verdict.grade == "negative" for verdict in judgement.verdicts)
