"""The cognitive channel as a catalogue keeps it: tags that V2 made of a person and stored, used until they are old.

Of each person the tags are made once, of what came before their last visible order (or event): they choose the weights
by that order, and serve for the hidden one after it. So no answer of the model has seen what it is judged by, in either
place. The weights are chosen with tags that are fresh, and used with tags that are one order old. The moment is told to
the model as the catalogue knew it then: what is in season, and what everybody bought lately, hidden orders of others
among it, as far as they came before.

Answers are kept in a file, by what was asked (`evaluate/understanding/answers.py`), so a run that is cut off goes on.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from intently.config import Config
from intently.errors import BudgetSpent, IntentlyError, ModelPutOff, ModelTimeout, ModelUnavailable, StoreError
from intently.evaluate.pack import Pack
from intently.evaluate.retrieval.folds import Fold
from intently.evaluate.split import last_cases
from intently.evaluate.understanding.answers import Answers
from intently.evaluate.understanding.cases import LEAST, Case
from intently.evaluate.understanding.ground import Ground
from intently.evaluate.understanding.reasoning import Reasoner
from intently.evaluate.understanding.silent import SilentModel
from intently.language import Model
from intently.retrieve.request import Floats, RetrievalRequest, TagQuery

__all__ = ["PIPELINE", "StoredTags", "people_of"]

PIPELINE = "v2"
BLOCK = 10  # people between two lines of progress
Say = Callable[[str], None]


def people_of(pack: Pack, people: int, seed: int, *, stored: bool) -> frozenset[int]:
    """At most so many persons, drawn among all who can be asked, or where tags are `stored` among those of whom they
    can be made before their last visible order: numbers as in the log. Of one seed, a smaller draw is part of a larger
    one."""
    rows, liked = pack.log.rows, pack.log.liked
    able = [
        case.user for case in last_cases(pack.log, pack.groups, nth=2 if stored else 1)
        if not stored or len({int(rows[place]) for place in case.own if liked[place]}) >= LEAST
    ]  # fmt: skip
    drawn = np.random.default_rng(seed).permutation(sorted(able))[:people]
    return frozenset(int(user) for user in drawn)


@dataclass
class StoredTags:
    """Tags of the people whom a fold asks. `open_ground`: a set by its name, as understanding reads it; `model`: None
    where answers that are kept must do."""

    encode: Callable[[Sequence[str]], Floats]
    open_ground: Callable[[str], Ground]
    out: Path
    config: Config
    model: Model | None = None
    pipeline: str = PIPELINE
    deadline: float = float("inf")
    say: Say = lambda text: None
    kind: str = PIPELINE
    _tags: dict[str, tuple[TagQuery, ...]] = field(default_factory=dict, repr=False)

    def asked(self, pack: Pack, request: RetrievalRequest) -> RetrievalRequest:
        """The same request with its person's tags; none where the model said nothing of use."""
        return replace(request, tags=self._tags[request.user_id])

    def prepare(self, fold: Fold) -> None:
        """Make the tags of everybody whom the fold asks. Raises BudgetSpent, ModelUnavailable, and what opening the set
        raises."""
        users = {case.user for case in fold.cases}
        moments = [case for case in last_cases(fold.pack.log, fold.pack.groups, nth=2) if case.user in users]
        missing = [case for case in moments if fold.pack.user_ids[case.user] not in self._tags]
        if missing:
            self._check_time()
            ground = self.open_ground(fold.pack.name)
            self._make(ground, [_case(ground, fold.pack.user_ids[case.user], case.time) for case in missing])

    def _make(self, ground: Ground, cases: Sequence[Case]) -> None:
        answers = Answers(self.out / f"retrieval-answers-{ground.name}.jsonl")
        model = self.model.with_calls(answers) if self.model is not None else SilentModel(answers)
        ordered = sorted(cases, key=lambda case: (case.cut, case.user_id))
        with Reasoner(ground, self.config) as reasoner:
            for first in range(0, len(ordered), BLOCK):
                block = ordered[first : first + BLOCK]
                reasoner.begin(block)
                for case in block:
                    self._check_time()
                    self._tags[case.user_id] = self._queries(self._told(reasoner, case, model))
                self.say(f"{ground.name}: tags of {first + len(block)} of {len(ordered)} people")

    def _check_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise BudgetSpent(f"the budget is spent after {len(self._tags)} people's tags; run again to go on")

    def _told(self, reasoner: Reasoner, case: Case, model: Model) -> list[str]:
        """The tags; none, and a line that says so, where the pipeline fails by its own fault: that is a result too."""
        try:
            return [tag.text for tag in reasoner.reason(self.pipeline, case, model).tags]
        except (ModelUnavailable, ModelTimeout, ModelPutOff, BudgetSpent, StoreError):
            raise
        except IntentlyError as error:
            self.say(f"person {case.user_id} has no tags: {error}")
            return []

    def _queries(self, texts: Iterable[str]) -> tuple[TagQuery, ...]:
        told = tuple(dict.fromkeys(texts))
        vectors = self.encode(told) if told else ()
        return tuple(TagQuery(text, text, vector) for text, vector in zip(told, vectors, strict=True))


def _case(ground: Ground, user_id: str, cut: float) -> Case:
    """The moment, as understanding is asked for it: nothing at or after `cut` is seen."""
    user = ground.user_ids.index(user_id)
    return Case(user, user_id, cut, int(np.searchsorted(ground.log.times, cut, side="left")), (), (), -1)
