"""What people's labels say among themselves: one row a question, from labels under its words of today."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from intently.journal import LabelRow
from intently.judge.agreement import Figure
from intently.judge.question import UNSURE, Question
from intently.judge.raters import alpha, consensus, values_of

__all__ = ["People", "people_of", "under"]


@dataclass(frozen=True)
class People:
    """One question as people have answered it. `twice`: subjects that at least two could tell; `unanimous`: of those,
    the ones that all agree on; `values`: what most say, over subjects; `by_model`: labels of models, nowhere else."""

    criterion: str
    subjects: int
    raters: int
    twice: int
    unanimous: int
    unsure: int
    by_model: int
    values: Mapping[str, int]
    alpha: Figure


def people_of(labels: Sequence[LabelRow], questions: Iterable[Question]) -> tuple[People, ...]:
    """A row for each question, from labels under its words of today."""
    return tuple(_people(question, under(question, labels)) for question in questions)


def under(question: Question, labels: Iterable[LabelRow]) -> list[LabelRow]:
    """The labels that were given to a question under its words of today, by people and by models."""
    return [row for row in labels if (row.criterion, row.version) == (question.criterion, question.version)]


def _people(question: Question, labels: Sequence[LabelRow]) -> People:
    given, said = values_of(labels), consensus(labels)
    twice = [one for one in said.values() if one.raters >= 2]
    most = [one.value for one in said.values()]
    by_people = [row for row in labels if row.by == "person"]
    return People(
        question.criterion, len(said), len({row.rater for row in by_people}), len(twice),
        sum(one.unanimous for one in twice), sum(row.value == UNSURE for row in by_people),
        len(labels) - len(by_people), {answer: most.count(answer) for answer in question.answers},
        alpha(list(given.values()), list(question.answers), ordered=question.ordered),
    )  # fmt: skip
