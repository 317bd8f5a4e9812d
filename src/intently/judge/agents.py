"""V2's judge: one evaluator a criterion, then the senior reviewer."""

import hashlib
import json
from pathlib import Path

from intently.judge.checks import checks_version
from intently.judge.criteria import Criteria, load_criteria
from intently.judge.evaluator import ask_verdict, check_by_code, questions
from intently.judge.pieces import prompt_version
from intently.judge.reviewer import rank_of, score_of
from intently.judge.verdict import Judgement, Subject, Verdict
from intently.language import Budget, Model, Prompt

__all__ = ["AgenticJudge", "version_of"]


class AgenticJudge:
    """All checks by code come first; a defect that they find is B, and the model is not asked.

    quotes: verdicts that are not "acceptable" are shown by words of the text or the facts, for a second question each.
    """

    name = "agentic"

    def __init__(
        self, model: Model, *, criteria: Criteria | None = None, home: Path | None = None, quotes: bool = True
    ) -> None:
        self._model, self._home, self._quotes = model, home, quotes
        self._criteria = criteria or load_criteria(home)

    @property
    def version(self) -> str:
        prompt, checks = prompt_version(self._home), checks_version()
        return version_of(self.name, self._criteria.version, prompt, checks, self._quotes, self._model.digest)

    def judge(self, subject: Subject, budget: Budget | None = None) -> Judgement:
        criteria = self._criteria.of(subject.task)
        coded = {one.name: verdict for one in criteria if (verdict := check_by_code(one, subject))}
        if any(verdict.grade == "negative" for verdict in coded.values()):
            return self._judgement(subject, tuple(coded.values()))
        verdicts = tuple(
            coded.get(one.name)
            or ask_verdict(one, subject, self._model, home=self._home, quotes=self._quotes, budget=budget)
            for one in criteria
        )
        return self._judgement(subject, verdicts)

    def questions(self, subject: Subject) -> list[Prompt]:
        """At most what `judge` asks, what shows the verdicts apart: for an estimate of the cost."""
        criteria = self._criteria.of(subject.task)
        coded = [check_by_code(one, subject) for one in criteria]
        if any(verdict and verdict.grade == "negative" for verdict in coded):
            return []
        return [prompt for one in criteria for prompt in questions(one, subject, self._home)]

    def _judgement(self, subject: Subject, verdicts: tuple[Verdict, ...]) -> Judgement:
        rank = rank_of(verdicts, self._criteria.of(subject.task), self._criteria.superior)
        return Judgement(subject, verdicts, rank, score_of(verdicts), self.name, self.version)


def version_of(*parts: object) -> str:
    """The hash of all that decides a judgement: only judgements of equal versions compare."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()[:12]
