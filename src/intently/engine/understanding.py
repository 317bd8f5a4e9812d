"""Understanding one person with what the engine has at hand: journal, world, model, encoder, and the environment."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from intently.config import Config
from intently.engine.services import Services
from intently.engine.store import Store
from intently.engine.understood import correct_now, newest_understood
from intently.engine.worlds import WorldKeeper
from intently.errors import ModelUnavailable
from intently.journal import UnderstandingRow
from intently.language.budget import Budget, Estimate
from intently.language.model import Model
from intently.nouns import Cue
from intently.understand import Progress, estimate_user, understand_user
from intently.understand.census import Census, census_of
from intently.understand.environment import Surroundings, open_environment
from intently.understand.pool import Pool, pool_of
from intently.understand.unmet import Unmet, unmet_of

__all__ = ["Understander"]

POOL_SECONDS = 600.0
SAID_SECONDS = 3600.0  # until a provider's same fault is a row again


class Understander:
    def __init__(self, store: Store, worlds: WorldKeeper, services: Services, config: Config) -> None:
        self._store, self._worlds, self._services, self._config = store, worlds, services, config
        around = Surroundings(
            store.spec, config.environment, store.journal, lambda: self._worlds.current.world.snapshot
        )
        self._environment = open_environment(around)
        self._lock = threading.Lock()
        self._pool: tuple[datetime | None, float, Pool] | None = None  # of which batch, when made
        self._noticed: tuple[datetime, tuple[Cue, ...]] | None = None  # of which batch
        self._said: dict[tuple[str, str], float] = {}  # faults of providers -> when they were kept as a row

    def cues(self, as_of: datetime | None = None) -> tuple[Cue, ...]:
        """What the environment tells as of a moment (default: now). A provider that fails is a row of the journal."""
        noticed = self._environment.notice(as_of or datetime.now(UTC))
        for failed in noticed.failed:
            key, now = (failed.provider, failed.message), time.monotonic()
            if now - self._said.get(key, float("-inf")) > SAID_SECONDS:
                self._said[key] = now
                self._store.journal.put_failure(
                    None, f"environment: {failed.provider}", failed.error_type, failed.message
                )
        return noticed.cues

    def estimate(self, user_id: str, *, as_of: datetime | None = None, model: Model | None = None) -> Estimate:
        """What it will cost at most. Raises NotFound for a person without enough history."""
        return estimate_user(
            user_id, journal=self._store.journal, model=model or self._model(), spec=self._store.spec,
            snapshot=self._worlds.current.world.snapshot, config=self._config, cues=self._cues_of(as_of), as_of=as_of,
        )  # fmt: skip

    def understand(
        self,
        user_id: str,
        progress: Callable[[Progress], None],
        *,
        as_of: datetime | None = None,
        budget: Budget | None = None,
    ) -> UnderstandingRow:
        """Interests and tags of a person; what has not changed is not asked again.

        as_of: of a batch, all of whose people are shown the same cues and the same pool, whoever comes first.
        """
        row = understand_user(
            user_id, journal=self._store.journal, model=self.ready_model(), spec=self._store.spec,
            snapshot=self._worlds.current.world.snapshot, encoder=self._services.encoder, config=self._config,
            cues=self._cues_of(as_of), pool=self._pool_of(as_of), as_of=as_of, budget=budget,
            progress=lambda step: progress(self._corrected(step)),
        )  # fmt: skip
        return correct_now(self._store.journal, row).row

    def ready_model(self) -> Model:
        """A model that answers. Raises ModelUnavailable with the mend."""
        model = self._model()
        if not model.ready():
            raise ModelUnavailable(
                f"there is no language model to ask: {model.status().text}. Fetch one: intently model get; "
                "or set INTENTLY_LLM_URL."
            )
        return model

    def counting_model(self, calls: int) -> Model:
        """The model for estimates of many people: by formula, at the speed of the newest calls of this store."""
        model = self._model()
        model.learn_speed(self._store.journal.calls(limit=calls))
        return model.rough()

    def _corrected(self, step: Progress) -> Progress:
        """What is known so far without what the person disowned."""
        row = UnderstandingRow(step.user_id, "", step.interests, step.tags, datetime.now(UTC))
        kept = correct_now(self._store.journal, row).row
        return replace(step, interests=kept.interests, tags=kept.tags)

    def unmet(self, least_people: int = 1) -> list[Unmet]:
        """What people's tags ask for and no item is near to, most people first; also those that an arbiter left out."""
        rows = newest_understood(self._store.journal, unmet=True)
        tags = [(row.user_id, tag) for row in rows for tag in row.tags]
        return unmet_of(tags, self._services.encoder, least_people)

    def census(self) -> Census:
        """How far everybody is understood now, without what they disowned."""
        rows = newest_understood(self._store.journal)
        return census_of(rows, datetime.now(UTC), self._config.understand.refresh_days)

    def _cues_of(self, as_of: datetime | None) -> tuple[Cue, ...]:
        """The cues of now, or those of a batch, noticed once."""
        if as_of is None:
            return self.cues()
        with self._lock:
            if self._noticed is None or self._noticed[0] != as_of:
                self._noticed = as_of, self.cues(as_of)
            return self._noticed[1]

    def _pool_of(self, as_of: datetime | None) -> Pool:
        """The interests that several people share, made anew every ten minutes; of a batch, those before it began."""
        with self._lock:
            now = time.monotonic()
            made = self._pool
            if made is None or made[0] != as_of or (as_of is None and now - made[1] > POOL_SECONDS):
                rows = newest_understood(self._store.journal, as_of)
                interests = [(row.user_id, interest) for row in rows for interest in row.interests]
                self._pool = made = (as_of, now, pool_of(interests, self._services.encoder))
            return made[2]

    def _model(self) -> Model:
        model = self._services.patient_model(self._store.journal)
        if model is None:
            raise ModelUnavailable("the language model is forbidden here; allow it and try again")
        return model
