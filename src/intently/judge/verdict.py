"""The nouns of judging: what is judged, by which criterion, each verdict, and what they come to.

A `Subject` is one output with the facts it rests on. One evaluator a criterion gives a `Verdict`; the reviewer makes a
`Judgement` of them. Every judge, V2's agents and V1's single question, fulfils `Judge`.
Source: RecGPT-V2, section 4.2 (sub-evaluators, senior reviewer); RecGPT, section 3.5 (one judge).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from intently.language import Budget, Prompt

__all__ = ["GRADES", "RANKS", "TASKS", "Criterion", "Grade", "Judge", "Judgement", "Rank", "Subject", "Task", "Verdict"]

Task = Literal["tag", "reason", "item", "slate"]
Grade = Literal["negative", "acceptable", "positive"]
Rank = Literal["S", "A", "B"]
TASKS: tuple[Task, ...] = ("tag", "reason", "item", "slate")
GRADES: tuple[Grade, ...] = ("negative", "acceptable", "positive")  # from worst to best
RANKS: tuple[Rank, ...] = ("S", "A", "B")  # superior, average, bad


@dataclass(frozen=True, slots=True)
class Subject:
    """One output to judge. `text`: the tag, the reason's line, the item, the slate (a title a line); `facts`: what it
    must agree with, as (name, text), for example ("interest", "..."), ("item", "..."), ("command", "...").

    `subject_id`: what it is in the journal ("tag t-1", "reason FEED/ITEM"); `user_id`: whose it is, None of nobody's;
    `group`: subjects of one group are alike, and are drawn together in intervals; empty: a group of its own. No judge
    and no rater is told the rest. `doubts`: how many people called it wrong; `system`: what made it.
    """

    task: Task
    subject_id: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()
    user_id: str | None = None
    group: str = ""
    doubts: int = 0
    system: str = ""

    @property
    def key(self) -> str:
        """The same for the same words about the same facts, wherever they stood: judgements and labels are found by it
        again."""
        parts = json.dumps([self.task, self.text, *self.facts], ensure_ascii=False)
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One dimension of quality, in words for people and models alike.

    `question`: yes or no; yes is good, or bad where it is `inverse`; empty: code decides alone. `grades`: what each
    grade means. `checks`: names of the checks by code (checks.CHECKS) that come before the model. `each_line`: asked of
    every line of the text, and the chance is their mean. `binary`: it passes or fails, and a pass elevates nothing.
    `low` and `high`: below which chance the grade is negative, and from which it is positive.
    """

    name: str
    task: Task
    question: str
    grades: Mapping[Grade, str]
    checks: tuple[str, ...] = ()
    inverse: bool = False
    each_line: bool = False
    binary: bool = False
    low: float = 0.3
    high: float = 0.7

    @property
    def by_code(self) -> bool:
        return not self.question


@dataclass(frozen=True, slots=True)
class Verdict:
    """One evaluator's word on one criterion. `grade` None: there was no usable answer, and `failed` says why.

    `chance`: that it is good, in [0, 1]; where code decided 0, 0.5 or 1 by grade. `quote`: the words that it rests on,
    which stand in the subject's text or facts (a test by code); empty where nothing had to be shown.
    """

    criterion: str
    grade: Grade | None
    by: Literal["code", "model"]
    chance: float | None = None
    quote: str = ""
    why: str = ""  # the check that failed, in words
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all verdicts come to. `rank` None: some criterion could not be judged and no defect was found.

    `score`: in [0, 1], higher is better, to order subjects of one task; None as `rank`. `judge` and `version`: who
    judged, and the hash of its criteria, prompts, thresholds and weights: only equal versions compare.
    """

    subject: Subject
    verdicts: tuple[Verdict, ...]
    rank: Rank | None
    score: float | None
    judge: str
    version: str

    def verdict(self, criterion: str) -> Verdict | None:
        return next((one for one in self.verdicts if one.criterion == criterion), None)


class Judge(Protocol):
    """`agents.AgenticJudge` and `oneshot.OneShotJudge` fulfil it."""

    name: str

    @property
    def version(self) -> str: ...

    def judge(self, subject: Subject, budget: Budget | None = None) -> Judgement:
        """Raises BudgetSpent before a question that does not fit, ModelUnavailable; a question without a usable answer
        is a verdict that says so."""
        ...

    def questions(self, subject: Subject) -> list[Prompt]:
        """What it would ask the model at most, for an estimate of the cost."""
        ...
