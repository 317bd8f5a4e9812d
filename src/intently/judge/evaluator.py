"""One evaluator a criterion: code first, then one yes-or-no question by likelihood, then the words that show it.

A small model cannot score from 1 to 5, and says little by the one word that it would write; how likely it holds "Yes"
against "No" orders outputs well. Two cuts on that likelihood give the three grades. A positive verdict must be shown:
where the model can point at no piece of the text or the facts, it is acceptable at best.
"""

from dataclasses import replace
from pathlib import Path
from statistics import fmean

from intently.errors import AnswerInvalid, ModelTimeout
from intently.judge.checks import Finding, found
from intently.judge.pieces import LETTERS, pieces_of, question_of, subject_prompt
from intently.judge.verdict import Criterion, Grade, Subject, Verdict
from intently.language import Budget, Message, Model, Prompt

__all__ = ["ask_verdict", "check_by_code", "grade_of", "questions"]

WORDS = ("Yes", "No")
CHANCES: dict[Grade, float] = {"negative": 0.0, "acceptable": 0.5, "positive": 1.0}
SHOW = "Which line above shows it best? Answer with its letter alone."


def check_by_code(criterion: Criterion, subject: Subject) -> Verdict | None:
    """What the checks of a criterion find; of one without a question the whole verdict. None: ask the model."""
    finding = found(criterion.checks, subject)
    if finding is None and criterion.by_code:
        finding = Finding("", grade="acceptable")
    if finding is None or (finding.grade != "negative" and not criterion.by_code):
        return None
    return Verdict(criterion.name, finding.grade, "code", CHANCES[finding.grade], finding.quote, finding.why)


def ask_verdict(
    criterion: Criterion,
    subject: Subject,
    model: Model,
    *,
    home: Path | None = None,
    quotes: bool = True,
    budget: Budget | None = None,
) -> Verdict:
    """The model's verdict. quotes: have a grade that is not acceptable shown by a piece.

    An answer that cannot be used is a verdict that says so. Raises BudgetSpent before a question that does not fit,
    and ModelUnavailable.
    """
    prompts = questions(criterion, subject, home)
    try:
        chance = fmean(_chance(criterion, prompt, model, subject.user_id, budget) for prompt in prompts)
    except (AnswerInvalid, ModelTimeout) as error:
        return Verdict(criterion.name, None, "model", failed=f"{type(error).__name__}: {error}")
    verdict = Verdict(criterion.name, grade_of(criterion, chance), "model", chance)
    if not quotes or verdict.grade == "acceptable" or criterion.each_line:
        return verdict
    return _shown(verdict, criterion, subject, prompts[0], model, budget)


def questions(criterion: Criterion, subject: Subject, home: Path | None = None) -> list[Prompt]:
    """What the model is asked for a verdict, apart from what shows it: one question, or one a line."""
    if criterion.by_code:
        return []
    parts = [subject]
    if criterion.each_line:
        parts = [replace(subject, text=line) for line in subject.text.splitlines() if line.strip()]
    asked = _worded(criterion)
    return [question_of(subject_prompt(part, home), asked) for part in parts]


def grade_of(criterion: Criterion, chance: float) -> Grade:
    if chance < criterion.low:
        return "negative"
    return "positive" if chance >= criterion.high else "acceptable"


def _worded(criterion: Criterion) -> str:
    yes, no = criterion.grades["positive"], criterion.grades["negative"]
    if criterion.inverse:
        yes, no = no, yes
    return f"{criterion.question} Answer Yes if {yes}; answer No if {no}."


def _chance(criterion: Criterion, prompt: Prompt, model: Model, user_id: str | None, budget: Budget | None) -> float:
    yes = model.ask_choice(prompt, WORDS, user_id=user_id, budget=budget).value.of["Yes"]
    return 1 - yes if criterion.inverse else yes


def _shown(
    verdict: Verdict, criterion: Criterion, subject: Subject, asked: Prompt, model: Model, budget: Budget | None
) -> Verdict:
    """The verdict with the piece that the model points at; a positive one without any is acceptable."""
    said = WORDS[0] if (verdict.grade == "positive") != criterion.inverse else WORDS[1]
    pieces = pieces_of(subject)
    prompt = asked.then(Message("assistant", said), Message("user", SHOW))
    try:
        letters = tuple(LETTERS[: len(pieces)])
        of = model.ask_choice(prompt, letters, user_id=subject.user_id, budget=budget).value.of
    except (AnswerInvalid, ModelTimeout) as error:
        grade: Grade = "acceptable" if verdict.grade == "positive" else "negative"
        return replace(verdict, grade=grade, why=f"nothing was shown for it ({type(error).__name__})")
    return replace(verdict, quote=pieces[max(range(len(pieces)), key=lambda at: of[letters[at]])].text)
