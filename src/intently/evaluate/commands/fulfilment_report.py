"""What a judge of fulfilment found, and beside it how far to trust it: a table for people, an object for programs.

From which chance on the model's answer is a yes is learnt from the declared values of the same items, whose truth is in
the columns: no label of anybody is used for it. The checks themselves are judged by the cut of their other half.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from intently.evaluate.commands.shown_pairs import Played
from intently.evaluate.commit import commit
from intently.judge.agreement import Agreement, Calibration, Figure, Rated, agreement, best_cut, calibration, share
from intently.judge.fulfilment import PairVerdict
from intently.judge.sheet import Label

__all__ = ["FulfilmentReport", "report_of"]

PEOPLE, MODEL = "people", "a language model's labels"


@dataclass(frozen=True)
class FulfilmentReport:
    """`fulfilled`: name of a share -> (pairs, figure); `open_pairs`: how many no code decides, of which `asked` were
    drawn; `unanswered`: drawn, asked, and without a usable answer; `unsure`: labels that decide nothing; `cut`: the
    chance from which the model's answer is a yes."""

    ground: str
    systems: tuple[str, ...]
    sessions: int
    pairs: int
    open_pairs: int
    asked: int
    answered: int
    unanswered: int
    unsure: int
    cut: float
    fulfilled: Mapping[str, tuple[int, Figure]]
    agreements: tuple[Agreement, ...]
    calibration: Calibration
    model: str
    seed: int
    commit: str

    def json(self) -> dict[str, Any]:
        body = asdict(self)
        body["fulfilled"] = {name: {"n": n, **asdict(figure)} for name, (n, figure) in self.fulfilled.items()}
        return {"format": "fulfilment-report", "version": 1, **_without_nan(body)}

    def table(self) -> Group:
        verdicts = Table(title=f"{self.ground}, {', '.join(self.systems)}: fulfilled, of what is shown last",
                         title_justify="left")  # fmt: skip
        for column in ("", "pairs", "fulfilled", "verdict"):
            verdicts.add_column(column)
        for name, (n, figure) in self.fulfilled.items():
            trust = "by code" if name == BY_CODE else self.calibration.text
            verdicts.add_row(name, f"{n:,}", _told(figure), trust)
        agreed = Table(title="Agreement", title_justify="left")
        for column in ("", "n", "says yes", "truth is yes", "majority", "accuracy", "kappa", "area"):
            agreed.add_column(column)
        for one in self.agreements:
            agreed.add_row(one.name, f"{one.n:,}", f"{one.judged_yes:.2f}", f"{one.truth_yes:.2f}",
                           f"{one.majority:.2f}", _told(one.accuracy), _told(one.kappa),
                           _told(one.area))  # fmt: skip
        ends = (
            f"{self.sessions:,} sessions, {self.answered:,} of {self.asked:,} drawn pairs judged by the model, "
            f"{self.unanswered:,} without a usable answer, {self.unsure:,} labels unsure; yes from a chance of "
            f"{self.cut:.2f}; intervals over sessions; model {self.model}, seed {self.seed}, commit {self.commit}"
        )
        return Group(verdicts, agreed, Text(ends))


BY_CODE, BY_MODEL, TOGETHER = "bounds and declared values", "wishes of the text, by the model", "together, weighted"


def report_of(
    played: Played, verdicts: Sequence[PairVerdict], checks: Sequence[PairVerdict], labels: Mapping[str, Label],
    model: str, seed: int,
) -> FulfilmentReport:  # fmt: skip
    """verdicts: of pairs; checks: the model's on declared values of the same items, whose truth is in the columns."""
    asked = [one for one in verdicts if one.by == "model"]
    answered = {one.pair.key: one for one in asked if one.chance is not None}
    known = {one.pair.key: played.oracle.meets(one.pair.item_id, one.condition) for one in played.checks}
    checked = [Rated(one.pair.session, one.chance, known[one.pair.key]) for one in checks if one.chance is not None]
    cut = best_cut([(one.chance, one.truth) for one in checked])
    open_pairs = sum(not one.by_code for one in played.pairs)
    agreements = _agreements(played, answered, checked, labels, cut, seed)
    people = next((one for one in agreements if one.name == f"model against {PEOPLE}"), None)
    return FulfilmentReport(
        ground=played.name, systems=played.systems, sessions=played.sessions, pairs=len(played.pairs),
        open_pairs=open_pairs, asked=len(played.asked), answered=len(answered), unanswered=len(asked) - len(answered),
        unsure=sum(labels[key].fulfilled is None for key in answered if key in labels), cut=cut,
        fulfilled=_fulfilled(verdicts, open_pairs, cut, seed), agreements=agreements,
        calibration=calibration(people, sum(label.by_model for label in labels.values())), model=model, seed=seed,
        commit=commit(),
    )  # fmt: skip


def _fulfilled(
    verdicts: Sequence[PairVerdict], open_pairs: int, cut: float, seed: int
) -> dict[str, tuple[int, Figure]]:
    """The drawn wishes stand for all of them when both kinds are put together."""
    told = [(one.pair.session, float(one.chance >= cut), one.by) for one in verdicts if one.chance is not None]
    by_code = [(session, value, 1.0) for session, value, by in told if by == "code"]
    by_model = [(session, value, 1.0) for session, value, by in told if by == "model"]
    each = open_pairs / len(by_model) if by_model else 0.0
    weighted = by_code + [(session, value, each) for session, value, _ in by_model]
    parts = {BY_CODE: by_code, BY_MODEL: by_model, TOGETHER: weighted}
    return {name: (len(values), share(values, seed)) for name, values in parts.items()}


def _agreements(
    played: Played, answered: Mapping[str, PairVerdict], checked: Sequence[Rated], labels: Mapping[str, Label],
    cut: float, seed: int,
) -> tuple[Agreement, ...]:  # fmt: skip
    truths = {one.pair.key: played.oracle.meets(one.pair.item_id, one.condition) for one in played.asked}
    found = [agreement("model against words of the text", _rated(answered, truths, cut), seed)]
    if checked:
        name = played.checks[0].condition.field
        found.append(agreement(f"model against the declared {name}", _by_other_half(checked), seed))
    for who, by_model in ((PEOPLE, False), (MODEL, True)):
        theirs = {key: label.fulfilled for key, label in labels.items() if label.by_model == by_model}
        if rated := _rated(answered, theirs, cut):
            found.append(agreement(f"model against {who}", rated, seed))
            columns = [Rated(answered[key].pair.session, float(truths[key]), told) for key, told in theirs.items()
                       if key in answered and told is not None]  # fmt: skip
            found.append(agreement(f"words of the text against {who}", columns, seed))
    return tuple(found)


def _rated(answered: Mapping[str, PairVerdict], truths: Mapping[str, bool | None], cut: float) -> list[Rated]:
    """The verdicts that have a truth beside them."""
    found: list[Rated] = []
    for key, verdict in answered.items():
        truth = truths.get(key)
        if truth is not None and verdict.chance is not None:
            found.append(Rated(verdict.pair.session, verdict.chance, truth, cut))
    return found


def _by_other_half(checked: Sequence[Rated]) -> list[Rated]:
    """Each half of the sessions by the cut that the other one teaches: no check is judged by itself."""
    names = sorted({one.group for one in checked})
    halves = [[one for one in checked if names.index(one.group) % 2 == half] for half in (0, 1)]
    cuts = [best_cut([(one.chance, one.truth) for one in half]) for half in reversed(halves)]
    return [replace(one, cut=cut) for half, cut in zip(halves, cuts, strict=True) for one in half]


def _told(figure: Figure) -> str:
    if math.isnan(figure.value):
        return "not defined"
    ends = "" if math.isnan(figure.low) else f" [{figure.low:.2f}, {figure.high:.2f}]"
    return f"{figure.value:.2f}{ends}"


def _without_nan(body: Any) -> Any:
    """JSON has no NaN: a figure that is not defined is null."""
    if isinstance(body, dict):
        return {name: _without_nan(value) for name, value in body.items()}
    if isinstance(body, list | tuple):
        return [_without_nan(value) for value in body]
    return None if isinstance(body, float) and math.isnan(body) else body
