"""Judging what a store has made: which outputs, at what cost, and what came out; every judgement is kept.

The sample is drawn by a hash, so that a larger one contains a smaller one. What the same version of the judge has
judged is not asked again: a run that was cut off goes on when it is run again.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from intently.config import Config
from intently.engine.outputs import outputs_of
from intently.engine.services import Services
from intently.engine.store import Store
from intently.errors import BadRequest, BudgetSpent, ModelUnavailable
from intently.journal import JudgementRow
from intently.judge.agents import AgenticJudge
from intently.judge.agreement import Figure, share
from intently.judge.criteria import load_criteria
from intently.judge.oneshot import OneShotJudge
from intently.judge.verdict import Judge, Judgement, Subject
from intently.language import Budget, Estimate, Model

__all__ = ["JUDGES", "Judging", "JudgingPlan", "JudgingReport"]

JUDGES = ("agentic", "one-shot")
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class JudgingPlan:
    """`subjects`: the sample; `known`: what this version of the judge said of some of them before; `stored`: outputs
    that there are. `estimate`: of the rest, at most; what shows a verdict (`quotes`) is counted as a question more."""

    task: str
    judge: Judge
    stored: int
    subjects: tuple[Subject, ...]
    known: Mapping[tuple[str, str | None], JudgementRow]
    estimate: Estimate

    def __str__(self) -> str:
        rest = len(self.subjects) - len(self.known)
        return (
            f"{len(self.subjects):,} of {self.stored:,} stored outputs ({self.task}), {rest:,} not judged yet by "
            f"{self.judge.name} {self.judge.version}: {self.estimate}"
        )


@dataclass(frozen=True)
class JudgingReport:
    """Of a sample: how many have which rank, shares with their intervals over people, and by criterion."""

    task: str
    judge: str
    version: str
    drawn: int
    judged: int
    ranks: Mapping[str, int]  # S, A, B, none
    good: Figure  # the share of S and A
    superior: Figure  # the share of S
    criteria: Mapping[str, Mapping[str, int]]  # grades by criterion
    faults: Mapping[str, int]  # what code found, by its words
    stopped: str = ""


class Judging:
    """The judge of one store."""

    def __init__(self, store: Store, services: Services, config: Config) -> None:
        self._store, self._services, self._config = store, services, config

    def plan(
        self, task: str, sample: int, *, judge: str = "agentic", seed: int = 0, quotes: bool = True
    ) -> JudgingPlan:
        """What would be judged, and its cost; asks no model. Raises BadRequest for an unknown task or judge or where
        nothing is stored, ModelUnavailable."""
        made = self._judge(judge, quotes)
        stored = outputs_of(self._store.journal, task)
        if not stored:
            raise BadRequest(f"no {task} is stored yet: {_MAKES[task]}")
        order = sorted(stored, key=lambda one: hashlib.sha256(f"{seed} {one.key} {one.user_id}".encode()).digest())
        chosen = tuple(order[:sample])
        keys = {(one.key, one.user_id) for one in chosen}
        rows = self._store.journal.judgements.all(task=task, judge=made.name, version=made.version)
        known = {key: row for row in rows if (key := (row.subject_key, row.user_id)) in keys}
        prompts = [
            prompt for one in chosen if (one.key, one.user_id) not in known for prompt in made.questions(one)
        ]  # fmt: skip
        estimate = self._model().estimate(prompts * (2 if quotes and judge == "agentic" else 1), 1)
        return JudgingPlan(task, made, len(stored), chosen, known, estimate)

    def run(self, plan: JudgingPlan, budget: Budget | None = None, tell: Tell = lambda done, of: None) -> JudgingReport:
        """Judge the sample, and keep each judgement before the next. A budget that is spent stops it cleanly."""
        found: list[tuple[Subject, JudgementRow]] = []
        stopped = ""
        for subject in plan.subjects:
            row = plan.known.get((subject.key, subject.user_id))
            try:
                row = row or self._kept(plan.judge.judge(subject, budget))
            except BudgetSpent as spent:
                stopped = str(spent)
                break
            found.append((subject, row))
            tell(len(found), len(plan.subjects))
        return report_of(plan, found, stopped)

    def _kept(self, judgement: Judgement) -> JudgementRow:
        """The row of a judgement. One with an answer that could not be used is not kept, so that it is asked again."""
        subject = judgement.subject
        row = JudgementRow(
            subject.key, subject.subject_id, subject.user_id, subject.task, judgement.judge, judgement.version,
            judgement.rank or "", judgement.score, {"text": subject.text, "facts": [*map(list, subject.facts)]},
            [asdict(verdict) for verdict in judgement.verdicts], datetime.now(UTC),
        )  # fmt: skip
        if judgement.rank is not None:
            self._store.journal.judgements.put(row)
        return row

    def _judge(self, name: str, quotes: bool) -> Judge:
        criteria = load_criteria(self._config.home)
        if name == "agentic":
            return AgenticJudge(self._model(), criteria=criteria, home=self._config.home, quotes=quotes)
        if name == "one-shot":
            return OneShotJudge(self._model(), criteria=criteria, home=self._config.home)
        raise BadRequest(f"there is no judge {name!r}; there are {', '.join(JUDGES)}")

    def _model(self) -> Model:
        model = self._services.patient_model(self._store.journal)
        if model is None or not model.ready():
            status = self._services.status().text
            raise ModelUnavailable(f"{status}. A judge needs a language model: intently model get")
        return model


def report_of(plan: JudgingPlan, found: Sequence[tuple[Subject, JudgementRow]], stopped: str) -> JudgingReport:
    """What the judgements of a sample come to. Those without a rank are in no share."""
    ranked = [(subject.group or subject.key, row) for subject, row in found if row.rank]
    grades: dict[str, Counter[str]] = {}
    for _, row in found:
        for verdict in row.verdicts:
            grades.setdefault(verdict["criterion"], Counter())[verdict["grade"] or "none"] += 1
    return JudgingReport(
        plan.task, plan.judge.name, plan.judge.version, len(plan.subjects), len(found),
        {rank: sum((row.rank or "none") == rank for _, row in found) for rank in ("S", "A", "B", "none")},
        share([(group, float(row.rank in ("S", "A")), 1.0) for group, row in ranked]),
        share([(group, float(row.rank == "S"), 1.0) for group, row in ranked]),
        {criterion: dict(counts) for criterion, counts in grades.items()},
        dict(Counter(verdict["why"] for _, row in found for verdict in row.verdicts if verdict["why"]).most_common()),
        stopped,
    )  # fmt: skip


_MAKES = {
    "tag": "let people be understood (intently understand --sample 20)",
    "reason": "let lines be written (intently reasons)",
    "slate": "make feeds under wishes (intently say)",
}
