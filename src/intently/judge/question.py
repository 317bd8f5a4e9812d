"""What a rater is asked: the judge's criteria in the same words, a grade for the whole, and the study of redundancy.

Every question has three answers, from worst to best where they have an order, and `unsure` beside them, which decides
nothing. Its version is the hash of its words: labels that were given under other words do not count for these.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intently.errors import DataError
from intently.judge.criteria import Criteria
from intently.judge.verdict import GRADES, Criterion, Task

__all__ = ["OVERALL", "PAIR", "UNSURE", "Question", "Side", "asked_of", "of_criterion", "study_questions"]

STUDY = Path(__file__).parent / "study.toml"
PAIR = "pair"  # the task of two feeds side by side
ANY = "any"
OVERALL = "overall"
UNSURE = "unsure"
Side = Literal["", "a", "b"]


@dataclass(frozen=True, slots=True)
class Question:
    """`answers`: value -> what it means, in the order of the keys 1, 2, 3. `side`: of a pair, the feed it is about.
    `ordered`: the answers run from worst to best."""

    task: str
    criterion: str
    text: str
    answers: Mapping[str, str]
    side: Side = ""
    ordered: bool = True

    @property
    def version(self) -> str:
        parts = json.dumps([self.text, *self.answers.items()], ensure_ascii=False)
        return hashlib.sha256(parts.encode()).hexdigest()[:12]

    def takes(self, value: str) -> bool:
        return value == UNSURE or value in self.answers


def asked_of(task: str, criteria: Criteria) -> tuple[Question, ...]:
    """The questions of a task in order: those of the study, else the judge's criteria and the grade for the whole.

    Raises DataError for a task that has none.
    """
    if own := tuple(question for question in study_questions() if question.task == task):
        return own
    if not (given := criteria.of_task.get(cast("Task", task))):
        known = sorted({PAIR, *criteria.of_task})
        raise DataError(
            f"no criteria for the task {task!r}; there are {', '.join(known)}. Name one, or write criteria."
        )
    return (*map(of_criterion, given), *(question for question in study_questions() if question.task == ANY))


def of_criterion(criterion: Criterion) -> Question:
    """A criterion of the judge as people are asked it: the grades say what counts, the question says what is meant."""
    answers: dict[str, str] = {grade: criterion.grades[grade] for grade in GRADES}
    return Question(criterion.task, criterion.name, criterion.question, answers)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Question(_Strict):
    task: str
    name: str = Field(pattern="^[a-z]+$")
    text: str
    answers: dict[str, str] = Field(min_length=3, max_length=3)
    each_side: bool = False

    def made(self) -> tuple[Question, ...]:
        sides: tuple[Side, ...] = ("a", "b") if self.each_side else ("",)
        return tuple(
            Question(self.task, f"{self.name}-{side}" if side else self.name, self.text, self.answers, side,
                     ordered=self.name in ("repeats", OVERALL))
            for side in sides
        )  # fmt: skip


class _File(_Strict):
    format: Literal["intently.study"]
    version: Literal[1]
    question: tuple[_Question, ...]


@lru_cache(maxsize=1)
def study_questions() -> tuple[Question, ...]:
    """The questions of study.toml: of each side before the two together."""
    try:
        written = _File.model_validate(tomllib.loads(STUDY.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"{STUDY}: cannot be read ({error}). Install intently anew.") from error
    made = [question for one in written.question for question in one.made()]
    return tuple(sorted(made, key=lambda question: (question.side == "", question.side)))
