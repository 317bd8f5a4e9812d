"""Judging what a store has made: which outputs, at what cost, and what came out; every judgement is kept.

The sample is drawn by a hash, so that a larger one contains a smaller one. What the same version of the judge has
judged is not asked again: a run that was cut off goes on when it is run again.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from intently.config import Config
from intently.engine.judged import JudgingReport, report_of
from intently.engine.outputs import drawn_of, outputs_of, round_of
from intently.engine.services import Services
from intently.engine.store import Store
from intently.errors import BadRequest, BudgetSpent, ModelUnavailable
from intently.journal import JudgementRow
from intently.judge.agents import AgenticJudge
from intently.judge.criteria import load_criteria
from intently.judge.oneshot import OneShotJudge
from intently.judge.question import asked_of
from intently.judge.trust import trust_of
from intently.judge.verdict import Judge, Judgement, Subject
from intently.language import Budget, Estimate, Model

__all__ = ["JUDGES", "Judging", "JudgingPlan"]

JUDGES = ("agentic", "one-shot")
SAMPLE = 50  # stored outputs that are judged, unless more are asked for
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class JudgingPlan:
    """`subjects`: the sample; `known`: what this version of the judge said of some of them before; `stored`: outputs
    that there are, of the round `batch` where one was named. `estimate`: of the rest, at most; what shows a verdict
    (`quotes`) is counted as a question more."""

    task: str
    judge: Judge
    stored: int
    subjects: tuple[Subject, ...]
    known: Mapping[tuple[str, str | None], JudgementRow]
    estimate: Estimate
    batch: str | None = None

    def __str__(self) -> str:
        rest = len(self.subjects) - len(self.known)
        kind = "stored outputs" if self.batch is None else f"outputs of the round {self.batch}"
        return (
            f"{len(self.subjects):,} of {self.stored:,} {kind} ({self.task}), {rest:,} not judged yet by "
            f"{self.judge.name} {self.judge.version}: {self.estimate}"
        )


class Judging:
    """The judge of one store."""

    def __init__(self, store: Store, services: Services, config: Config) -> None:
        self._store, self._services, self._config = store, services, config

    def plan(
        self, task: str, sample: int | None = None, *, judge: str = "agentic", seed: int = 0, quotes: bool = True,
        batch: str | None = None,
    ) -> JudgingPlan:  # fmt: skip
        """What would be judged, and its cost; asks no model. batch: a round of labelling, which is judged whole unless
        a sample is asked for. Raises BadRequest for an unknown task or judge or where nothing is stored, NotFound for a
        round that there is not, ModelUnavailable."""
        made = self._judge(judge, quotes)
        stored = outputs_of(self._store.journal, task) if batch is None else round_of(self._store.journal, task, batch)
        if not stored:
            raise BadRequest(f"no {task} is stored yet: {_MAKES[task]}")
        chosen = tuple(drawn_of(stored, sample or (SAMPLE if batch is None else len(stored)), seed))
        keys = {(one.key, one.user_id) for one in chosen}
        rows = self._store.journal.judgements.all(task=task, judge=made.name, version=made.version)
        known = {key: row for row in rows if (key := (row.subject_key, row.user_id)) in keys}
        prompts = [
            prompt for one in chosen if (one.key, one.user_id) not in known for prompt in made.questions(one)
        ]  # fmt: skip
        estimate = self._model().estimate(prompts * (2 if quotes and judge == "agentic" else 1), 1)
        return JudgingPlan(task, made, len(stored), chosen, known, estimate, batch)

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
        return self._report(plan, found, stopped)

    def _report(self, plan: JudgingPlan, found: list[tuple[Subject, JudgementRow]], stopped: str) -> JudgingReport:
        """With what people's labels say of each score."""
        journal, task, judge = self._store.journal, plan.task, plan.judge
        questions = asked_of(task, load_criteria(self._config.home))
        judged = journal.judgements.all(task=task, judge=judge.name, version=judge.version)
        trust = trust_of(
            journal.labels.subjects(task=task), journal.labels.labels(task=task), judged, questions,
            [row for _, row in found],
        )  # fmt: skip
        return report_of(
            (task, judge.name, judge.version), len(plan.subjects), found, questions, trust, stopped
        )  # fmt: skip

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


_MAKES = {
    "tag": "let people be understood (intently understand --sample 20)",
    "reason": "let lines be written (intently reason)",
    "slate": "make feeds under wishes (intently say)",
}
