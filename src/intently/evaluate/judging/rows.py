"""The rows of the table: judges that ask a model, and floors that do not. Each gives cases scores, higher is better."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from intently.catalog.encode import Encoder
from intently.errors import BadRequest, BudgetSpent, ModelUnavailable
from intently.evaluate.judging.cases import Case
from intently.evaluate.judging.mapping import Mapped
from intently.evaluate.judging.weighed import WEIGHED
from intently.judge.agents import AgenticJudge
from intently.judge.criteria import Criteria
from intently.judge.oneshot import OneShotJudge
from intently.judge.verdict import Judge, Judgement
from intently.judge.words import words
from intently.language import Budget, Model

__all__ = ["FLOORS", "JUDGES", "ROWS", "Judged", "floor_scores", "judge_cases", "make_judge", "row_names"]

FLOORS = ("majority", "length", "similarity")
JUDGES = ("one-shot", "agentic")
ROWS = (*FLOORS, *JUDGES, WEIGHED)
SHOWN_SECONDS = 20.0  # between two lines of progress
Say = Callable[[str], None]


@dataclass(frozen=True)
class Judged:
    """What a judge said of cases, in order, as far as its budget went."""

    judgements: tuple[Judgement, ...]
    stopped: str = ""

    @property
    def scores(self) -> tuple[float, ...]:
        """A case without an answer gets the even score: it neither passes nor fails, and stays in the figures."""
        return tuple(0.5 if one.score is None else one.score for one in self.judgements)

    @property
    def unanswered(self) -> int:
        return sum(one.score is None for one in self.judgements)


def row_names(asked: Sequence[str], model: bool) -> tuple[str, ...]:
    """The rows to run, in the table's order. Raises BadRequest for an unknown one, or one that needs a model."""
    wanted = asked or (ROWS if model else FLOORS)
    if unknown := [name for name in wanted if name not in ROWS]:
        raise BadRequest(f"there is no row {unknown[0]!r}; there are {', '.join(ROWS)}")
    if not model and (judges := [name for name in wanted if name not in FLOORS]):
        raise BadRequest(f"the row {judges[0]!r} asks the language model: pass --model")
    return tuple(name for name in ROWS if name in wanted)


def floor_scores(name: str, cases: Sequence[Case], encoder: Encoder | None) -> tuple[float, ...]:
    """majority: nothing is told apart. length: words of the text. similarity: its cosine with the facts."""
    if name == "majority":
        return (0.0,) * len(cases)
    if name == "length":
        return tuple(float(len(words(case.subject.text))) for case in cases)
    if encoder is None:
        raise ModelUnavailable("the row similarity needs the text encoder. Fetch it: intently model get")
    texts = encoder.encode([case.subject.text for case in cases])
    facts = encoder.encode([" ".join(text for _, text in case.subject.facts) for case in cases])
    return tuple(float(value) for value in np.sum(texts * facts, axis=1))


def make_judge(name: str, model: Model, criteria: Criteria, how: Mapped | None = None) -> Judge:
    """A judge of the criteria that the set maps to. Quotes are not asked for: no figure needs them."""
    if how is not None:
        criteria = criteria.only(how.task, how.criteria, checks=how.checks)
    makers: Mapping[str, Callable[[], Judge]] = {
        "one-shot": lambda: OneShotJudge(model, criteria=criteria),
        "agentic": lambda: AgenticJudge(model, criteria=criteria, quotes=False),
    }
    return makers[name]()


def judge_cases(judge: Judge, cases: Sequence[Case], budget: Budget, say: Say) -> Judged:
    """Judge in order until the budget is spent; what was asked is kept, so the same command goes on."""
    found: list[Judgement] = []
    began = spoke = time.monotonic()
    for case in cases:
        try:
            found.append(judge.judge(replace(case.subject, user_id=None), budget))
        except BudgetSpent as spent:
            return Judged(tuple(found), str(spent))
        if time.monotonic() - spoke >= SHOWN_SECONDS:
            spoke = time.monotonic()
            left = (spoke - began) / len(found) * (len(cases) - len(found))
            say(f"{judge.name}: {len(found):,} of {len(cases):,}, about {left / 60:.0f} min left")
    return Judged(tuple(found))
