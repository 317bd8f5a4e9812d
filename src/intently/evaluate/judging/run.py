"""`intently evaluate judge`: how far judges agree with people, beside floors; and what they make of known cheats.

Cases are drawn by a hash in groups, so that a run that was cut off has judged a fair sample, and a longer run goes on
from there: the model's answers are kept in the folder of partial results. All rows are measured on the cases that every
row has judged.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intently.catalog.encode import Encoder
from intently.config import Config
from intently.engine import Services
from intently.errors import BadRequest, ModelUnavailable
from intently.evaluate.asked_model import asked_model
from intently.evaluate.commit import commit
from intently.evaluate.judging.cases import Case, drawn, read_cases
from intently.evaluate.judging.ceilings import ceilings_of
from intently.evaluate.judging.golden import load_golden
from intently.evaluate.judging.mapping import Mapped, load_mapping, mapped
from intently.evaluate.judging.measures import figures_of
from intently.evaluate.judging.report import GoldenTable, JudgeReport, SetTable
from intently.evaluate.judging.rows import FLOORS, JUDGES, Judged, floor_scores, judge_cases, make_judge, row_names
from intently.evaluate.judging.weighed import WEIGHED, weighed_scores
from intently.evaluate.words.kept import KeptCalls
from intently.judge.criteria import load_criteria
from intently.language import Budget, Model, Prompt

__all__ = ["GOLDEN", "Asked", "run_judge_evaluation"]

GOLDEN = "golden"
OURS = "agentic"
COUNTED = 60  # cases whose questions are counted for the announcement
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure. `sets`: of the mapping, and golden; `limit`: groups (or cases) of each set, in place of the
    mapping's number; `budget_minutes`: of each row of each set that asks the model."""

    sets: tuple[str, ...]
    rows: tuple[str, ...] = ()
    seed: int = 0
    limit: int | None = None
    model: bool = False
    budget_minutes: float = 60.0
    data: Path | None = None


def run_judge_evaluation(asked: Asked, folder: Path, config: Config, say: Say) -> JudgeReport:
    """Measure. Raises BadRequest for an unknown set or row, or a set without its folder; ModelUnavailable."""
    names = row_names(asked.rows, asked.model)
    if unknown := [name for name in asked.sets if name not in (*load_mapping(), GOLDEN)]:
        raise BadRequest(f"there is no set {unknown[0]!r}; there are {', '.join(load_mapping())} and {GOLDEN}")
    if asked.sets == (GOLDEN,) and not asked.model:
        raise BadRequest("the golden set is judged by rows that ask the language model: pass --model")
    opened = nullcontext(None) if set(names) <= set(FLOORS) else asked_model(config, KeptCalls(folder / "judge.jsonl"))
    with Services(config, model=False) as services, opened as model:
        runner = _Runner(asked, names, services.encoder, model, config, say)
        tables = tuple(runner.table(name, mapped(name)) for name in asked.sets if name != GOLDEN)
        golden = runner.golden() if GOLDEN in asked.sets and model is not None else None
        return JudgeReport(tables, golden, asked.seed, commit(), model.digest[:12] if model else "")


@dataclass(frozen=True)
class _Runner:
    asked: Asked
    names: tuple[str, ...]
    encoder: Encoder | None
    model: Model | None
    config: Config
    say: Say

    def table(self, name: str, how: Mapped) -> SetTable:
        stored = read_cases(name, how, self.asked.data)
        cases = drawn(stored, how, self.asked.seed, self.asked.limit)
        asked = [row for row in JUDGES if row in self.names or (row == OURS and WEIGHED in self.names)]
        judged = {row: self._judged(row, cases, how, name) for row in asked}
        n = _whole(cases, min([len(one.judgements) for one in judged.values()], default=len(cases)), how)
        kept = cases[:n]
        rows = {}
        for row in self.names:
            cut = 0.0 if row == WEIGHED else None  # it learns its own, with its weights
            rows[row] = figures_of(kept, self._scores(row, kept, judged), how, self.asked.seed, cut)
        notes = {row: note for row, one in judged.items() if (note := _note(one, n))}
        groups = len({case.subject.group for case in kept})
        good = float(np.mean([case.good for case in kept]))
        ceilings, whole = (ceilings_of(name, some, how, self.asked.seed) for some in (kept, stored))
        return SetTable(
            name, how.named, how.decides, len(cases), n, groups, good, rows, notes, self.asked.seed, ceilings, whole,
            len(stored),
        )  # fmt: skip

    def _scores(self, row: str, kept: Sequence[Case], judged: Mapping[str, Judged]) -> Sequence[float]:
        if row in FLOORS:
            return floor_scores(row, kept, self.encoder)
        if row == WEIGHED:
            likeness = floor_scores("similarity", kept, self.encoder)
            return weighed_scores(kept, judged[OURS].judgements[: len(kept)], likeness)
        return judged[row].scores[: len(kept)]

    def golden(self) -> GoldenTable:
        cases = [Case(one.subject, float(not one.form), not one.form) for one in load_golden()]
        return GoldenTable({row: _ranks(cases, self._judged(row, cases, None, GOLDEN))
                            for row in self.names if row in JUDGES})  # fmt: skip

    def _judged(self, row: str, cases: Sequence[Case], how: Mapped | None, name: str) -> Judged:
        if self.model is None:
            raise ModelUnavailable(f"the row {row} asks the language model: pass --model")
        judge = make_judge(row, self.model, load_criteria(self.config.home), how)
        some = cases[:COUNTED]
        prompts: list[Prompt] = [prompt for case in some for prompt in judge.questions(case.subject)]
        cost = self.model.estimate(prompts, 1)
        self.say(f"{name}, {row}: {len(cases):,} cases; the first {len(some):,}: {cost}, less what is kept")
        return judge_cases(judge, cases, Budget(seconds=60 * self.asked.budget_minutes), self.say)


def _whole(cases: Sequence[Case], judged: int, how: Mapped) -> int:
    """How many of the first cases are judged, of a set that is judged by groups without the group that was cut off.
    Raises BadRequest where that leaves none."""
    if judged < len(cases) and how.decides == "right":
        cut = cases[judged].subject.group
        judged = next(at for at, case in enumerate(cases) if case.subject.group == cut)
    if not judged:
        raise BadRequest("the budget of minutes ended before anything was judged; run again with more --budget-minutes")
    return judged


def _note(judged: Judged, n: int) -> str:
    """What as-it-comes verdicts were, how many had no answer, and why it stopped."""
    some = judged.judgements[:n]
    ranks = Counter(one.rank or "none" for one in some)
    parts = ["ranks " + ", ".join(f"{rank} {ranks[rank]}" for rank in ("S", "A", "B", "none") if ranks[rank])]
    if judged.unanswered:
        parts.append(f"{judged.unanswered} without an answer count as undecided")
    if judged.stopped:
        parts.append(f"stopped after {len(judged.judgements):,}: the budget of minutes is used up; run again to go on")
    return "; ".join(parts)


def _ranks(cases: Sequence[Case], judged: Judged) -> Mapping[str, Mapping[str, int]]:
    counts: dict[str, dict[str, int]] = {
        kind: dict.fromkeys(("S", "A", "B", "none"), 0) for kind in ("cheats", "references")
    }
    for case, judgement in zip(cases, judged.judgements, strict=False):
        counts["references" if case.good else "cheats"][judgement.rank or "none"] += 1
    return counts
