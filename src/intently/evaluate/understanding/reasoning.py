"""A pipeline of understanding, run for one person as of the cut, from a journal that gives nothing at or after it."""

import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from intently.config import Config
from intently.evaluate.understanding.cases import Case
from intently.evaluate.understanding.found import TAGS
from intently.evaluate.understanding.ground import Ground
from intently.journal import Journal
from intently.journal.events import EventColumns
from intently.journal.open import open_journal
from intently.language import Model
from intently.nouns import Cue, Event, utc
from intently.understand import Reasoned
from intently.understand.environment import Surroundings, open_environment
from intently.understand.pipelines import make_pipeline
from intently.understand.run import prepare

__all__ = ["Cues", "PastJournal", "Reasoner"]

Cues = Callable[[datetime], Sequence[Cue]]
CHUNK = 50_000  # events that are made at once
TIMEOUT_SECONDS = 1800.0  # of one call: a slow machine is no failure of a row


class PastJournal(Journal):
    """A journal of events alone, of which nothing at or after `cut` is read: what one row asked is no other row's."""

    cut: datetime

    @classmethod
    def over(cls, journal: Journal) -> "PastJournal":
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


class Reasoner:
    """Runs pipelines by name. Blocks of cases come in the order of their cuts. Close it, or use it as a block.

    cues: of the moment, instead of what the environment says.
    """

    def __init__(self, ground: Ground, config: Config, cues: Cues | None = None) -> None:
        settings = config.understand.model_copy(update={"tags": TAGS})
        language = config.language.model_copy(update={"batch_timeout_seconds": TIMEOUT_SECONDS})
        self._config = config.model_copy(update={"understand": settings, "language": language})
        self._ground = ground
        self._closing = ExitStack()
        memory = Path("/dev/shm")
        folder = self._closing.enter_context(
            tempfile.TemporaryDirectory(prefix="intently-", dir=memory if memory.is_dir() else None)
        )
        journal = open_journal("", Path(folder))
        self._closing.callback(journal.close)
        self._journal = PastJournal.over(journal)
        self._position = 0
        environment = open_environment(
            Surroundings(ground.spec, config.environment, self._journal, lambda: ground.snapshot)
        )
        self._cues = cues or (lambda as_of: environment.notice(as_of).cues)
        self._noticed: dict[datetime, tuple[Cue, ...]] = {}

    def __enter__(self) -> "Reasoner":
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.close()

    def begin(self, block: Sequence[Case]) -> None:
        """Have the events before the last of these cuts in the journal."""
        last = max((case.position for case in block), default=0)
        for first in range(self._position, last, CHUNK):
            self._journal.append(self._ground.events(first, min(first + CHUNK, last)))
        self._position = max(self._position, last)

    def reason(self, row: str, case: Case, model: Model) -> Reasoned:
        """The pipeline's reasoning; its notes hold what was refused. Raises what the pipeline raises."""
        ground, journal = self._ground, self._journal
        as_of = datetime.fromtimestamp(case.cut, UTC) - timedelta(microseconds=1)
        journal.cut = as_of
        if as_of not in self._noticed:
            self._noticed[as_of] = tuple(self._cues(as_of))
        run = prepare(
            case.user_id, journal=journal, model=model, spec=ground.spec, snapshot=ground.snapshot,
            config=self._config, encoder=ground.encoder, cues=self._noticed[as_of], as_of=as_of,
        )  # fmt: skip
        reasoned = make_pipeline(row).reason(run, lambda step: None)
        return replace(reasoned, notes={**reasoned.notes, "refused": run.refused})
