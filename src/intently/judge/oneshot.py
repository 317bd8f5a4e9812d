"""V1's judge: one question about an output as a whole, answered S, A or B at once."""

from dataclasses import replace
from pathlib import Path

from intently.errors import AnswerInvalid, ModelTimeout
from intently.judge.agents import version_of
from intently.judge.criteria import Criteria, load_criteria
from intently.judge.pieces import prompt_version, question_of, subject_prompt
from intently.judge.verdict import Criterion, Judgement, Rank, Subject, Verdict
from intently.language import Budget, Message, Model, Prompt

__all__ = ["OneShotJudge"]

WORDS: dict[str, Rank] = {"Superior": "S", "Average": "A", "Bad": "B"}
ASKED = "Judge it as a whole. Answer Superior, Average or Bad."
WHOLE = "whole"  # the one criterion of its verdict


class OneShotJudge:
    """The same subjects, criteria and model as the agentic judge, without checks by code and without evaluators."""

    name = "one-shot"

    def __init__(self, model: Model, *, criteria: Criteria | None = None, home: Path | None = None) -> None:
        self._model, self._home = model, home
        self._criteria = criteria or load_criteria(home)

    @property
    def version(self) -> str:
        frame = prompt_version(self._home), _worded(()), ASKED
        return version_of(self.name, self._criteria.version, *frame, self._model.digest)

    def judge(self, subject: Subject, budget: Budget | None = None) -> Judgement:
        (prompt,) = self.questions(subject)
        try:
            of = self._model.ask_choice(prompt, tuple(WORDS), user_id=subject.user_id, budget=budget).value.of
        except (AnswerInvalid, ModelTimeout) as error:
            failed = Verdict(WHOLE, None, "model", failed=f"{type(error).__name__}: {error}")
            return Judgement(subject, (failed,), None, None, self.name, self.version)
        rank = WORDS[max(of, key=lambda word: of[word])]
        score = of["Superior"] + of["Average"] / 2
        grade = {"S": "positive", "A": "acceptable", "B": "negative"}[rank]
        verdict = Verdict(WHOLE, grade, "model", score)  # type: ignore[arg-type]
        return Judgement(subject, (verdict,), rank, score, self.name, self.version)

    def questions(self, subject: Subject) -> list[Prompt]:
        """One prompt: the criteria first, which all subjects share, so that the server reads them once."""
        prompt = subject_prompt(subject, self._home)
        first, *others = prompt.messages
        told = Message(first.role, f"{first.text}\n{_worded(self._criteria.of(subject.task))}")
        return [question_of(replace(prompt, messages=(told, *others)), ASKED)]


def _worded(criteria: tuple[Criterion, ...]) -> str:
    bad = "; ".join(f"{one.name}: {one.grades['negative']}" for one in criteria)
    good = "; ".join(f"{one.name}: {one.grades['positive']}" for one in criteria)
    return f"The work is Bad if any of this holds: {bad}. It is Superior if most of this holds: {good}. Else Average."
