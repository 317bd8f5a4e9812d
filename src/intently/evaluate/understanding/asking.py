"""Rows with a model: a pipeline of understanding, run for one person as of the cut, and what its tags find.

The journal that a pipeline reads gives nothing at or after the cut, whatever is asked of it. Rows take turns by blocks
of people: within a block a row asks person after person, as a batch of that pipeline alone would, so that what the
server counts as reused is what such a batch would reuse, and not what another row read of the same person.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from intently.catalog.encode import Encoder
from intently.config import Config
from intently.errors import BudgetSpent, IntentlyError, ModelTimeout, ModelUnavailable
from intently.evaluate.understanding.answers import Answers, spent_on
from intently.evaluate.understanding.cases import Case
from intently.evaluate.understanding.found import ROUTE_DEPTH, TAGS, Found, Told, new_items, of_tags, repeats, retrieved
from intently.evaluate.understanding.ground import Ground
from intently.evaluate.understanding.mapping import Mapped
from intently.journal import Journal
from intently.journal.events import EventColumns
from intently.journal.open import open_journal
from intently.language import Model
from intently.nouns import Cue, Event, Tag, utc
from intently.understand import Reasoned
from intently.understand.environment import Surroundings, open_environment
from intently.understand.pipelines import make_pipeline
from intently.understand.run import prepare

__all__ = ["Asking", "Cues"]

Cues = Callable[[datetime], Sequence[Cue]]
TIMEOUT_SECONDS = 1800.0  # of one call: a slow machine is no failure of a row


class _PastJournal(Journal):
    """A journal of events alone, of which nothing at or after `cut` is read: what one row asked is no other row's."""

    cut: datetime

    @classmethod
    def over(cls, journal: Journal) -> "_PastJournal":
        return cls(journal._store)

    def events_of(
        self,
        user_id: str,
        *,
        kinds: Collection[str] | None = None,
        until: datetime | None = None,
        newest: int | None = None,
    ) -> list[Event]:
        return super().events_of(user_id, kinds=kinds, until=self._at_most(until), newest=newest)

    def event_columns(
        self, kinds: Collection[str], *, since: datetime | None = None, until: datetime | None = None
    ) -> EventColumns:
        return super().event_columns(kinds, since=since, until=self._at_most(until))

    def last_event_time(self) -> datetime | None:
        return self.cut

    def stage_output(self, user_id: str, stage: str, input_hash: str) -> Any | None:
        return None

    def put_stage(self, user_id: str, stage: str, input_hash: str, output: Any) -> None:
        return None

    def _at_most(self, until: datetime | None) -> datetime:
        return self.cut if until is None else min(self.cut, utc(until))


class Asking:
    """Asks pipelines by name. Blocks of cases come in the order of their cuts. Close it, or use it as a block."""

    def __init__(
        self, ground: Ground, phi: Mapped, model: Model, answers: Answers, config: Config, encoder: Encoder | None,
        cues: Cues | None = None,
    ) -> None:  # fmt: skip
        settings = config.understand.model_copy(update={"tags": TAGS})
        language = config.language.model_copy(update={"batch_timeout_seconds": TIMEOUT_SECONDS})
        self._config = config.model_copy(update={"understand": settings, "language": language})
        self._ground, self._phi, self._model, self._answers = ground, phi, model, answers
        self._encoder = encoder
        self._closing = ExitStack()
        memory = Path("/dev/shm")
        folder = self._closing.enter_context(
            tempfile.TemporaryDirectory(prefix="intently-", dir=memory if memory.is_dir() else None)
        )
        journal = open_journal("", Path(folder))
        self._closing.callback(journal.close)
        self._journal = _PastJournal.over(journal)
        self._position = 0
        around = Surroundings(ground.spec, config.environment, self._journal, lambda: ground.snapshot)
        environment = open_environment(around)
        self._cues = cues or (lambda as_of: environment.notice(as_of).cues)

    def __enter__(self) -> "Asking":
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.close()

    def begin(self, block: Sequence[Case]) -> None:
        """Have the events before the last of these cuts in the journal."""
        last = max((case.position for case in block), default=0)
        if last > self._position:
            self._journal.append(self._ground.events(self._position, last))
            self._position = last

    def ask(self, row: str, case: Case) -> Found:
        """What the pipeline finds. Its own failure is a result (no tags, `failed`); raises ModelUnavailable,
        ModelTimeout and BudgetSpent, which are no fault of the row's."""
        failed = ""
        with self._answers.counted() as calls:
            try:
                reasoned = self._reason(row, case)
            except (ModelUnavailable, ModelTimeout, BudgetSpent):
                raise
            except IntentlyError as error:
                reasoned, failed = Reasoned(), type(error).__name__
        return replace(self._found(reasoned, case), spent=spent_on(calls), failed=failed)

    def _reason(self, row: str, case: Case) -> Reasoned:
        ground, journal = self._ground, self._journal
        as_of = datetime.fromtimestamp(case.cut, UTC) - timedelta(microseconds=1)
        journal.cut = as_of
        run = prepare(
            case.user_id, journal=journal, model=self._model, spec=ground.spec, snapshot=ground.snapshot,
            config=self._config, encoder=self._encoder, cues=self._cues(as_of), as_of=as_of,
        )  # fmt: skip
        reasoned = make_pipeline(row).reason(run, lambda step: None)
        return replace(reasoned, notes={**reasoned.notes, "refused": run.refused})

    def _found(self, reasoned: Reasoned, case: Case) -> Found:
        named: dict[str, list[str]] = reasoned.notes.get("named", {})
        tags = [Told(tag.text, _route(tag, named)) for tag in reasoned.tags]
        ground = self._ground
        found = of_tags(tags, ground, case, self._phi)
        pool = tuple(Told(text, route) for route, texts in named.items() for text in texts)
        refused = Counter(_rule(fault) for stage, fault in reasoned.notes.get("refused", ()) if stage == "tags")
        found = replace(found, pool=pool, refused=dict(refused))
        if not pool:
            return found
        vectors = ground.encode([one.text for one in pool])
        near = vectors @ ground.snapshot.vectors.T
        allowed = new_items(ground, case)
        places = {route: [at for at, one in enumerate(pool) if one.route == route] for route in named}
        return replace(
            found,
            routes={route: retrieved(near[rows], allowed, ROUTE_DEPTH) for route, rows in places.items() if rows},
            pool_repeated=repeats(vectors, [one.text for one in pool]),
        )


def _route(tag: Tag, named: dict[str, list[str]]) -> str:
    """What gave the tag: its persona or interest, else the first route that named it."""
    own = tag.persona_id or tag.interest_id
    if own:
        return own
    return next((route for route, texts in named.items() if tag.text in (text.lower() for text in texts)), "")


def _rule(fault: str) -> str:
    """The rule of a fault, `'dark drama': it repeats another` -> "it repeats another": without what it quotes."""
    told = re.sub(r"""^(['"]).*?\1: """, "", fault, count=1)
    return re.sub(r"""(['"]).*?\1""", "…", re.sub(r"-?\d+(\.\d+)?", "n", told))
