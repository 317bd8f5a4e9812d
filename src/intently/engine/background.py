"""Work behind the page: encode what is missing, understand who opens their page, write lines, take up what
`intently learn` has published, prune old traces.

Understandings are jobs of the journal with a lease, so that one which was killed is taken up again; the model's answers
up to then are kept and not asked again. All of it gives way to a person who waits for a command.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime

from intently.catalog.vectors import VectorCache
from intently.engine.broker import Broker, Told
from intently.engine.encoding import ItemEncoder
from intently.engine.feeds import Feeds
from intently.engine.fresh import FreshLines
from intently.engine.services import Services
from intently.engine.store import Store
from intently.engine.understanding import Understander
from intently.engine.worlds import WorldKeeper
from intently.engine.writing import LineWriter
from intently.errors import IntentlyError, NotFound
from intently.journal import Job
from intently.nouns import Slate

__all__ = ["Background"]

log = logging.getLogger(__name__)
UNDERSTAND = "understand"
LEASE_SECONDS = 60.0  # what a killed runner delays the next one by
HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 2.0  # between looks for work
PRUNE_SECONDS = 3600.0


class Background:
    """The threads of one store. `close` ends them; what they had finished is kept."""

    def __init__(
        self, store: Store, worlds: WorldKeeper, vectors: VectorCache, services: Services, broker: Broker,
        understander: Understander, feeds: Feeds, writer: LineWriter,
    ) -> None:  # fmt: skip
        self._store, self._worlds, self._vectors, self._services = store, worlds, vectors, services
        self._broker, self._understander, self._feeds = broker, understander, feeds
        self._fresh = FreshLines(store, services, broker, feeds, writer)
        self._understanding: str | None = None  # who is being understood now
        self._erased: set[str] = set()  # of those, who was erased meanwhile
        self._stopping = threading.Event()
        self._work = threading.Event()
        self._threads = [
            threading.Thread(target=run, name=f"{store.name}-{run.__name__.strip('_')}", daemon=True)
            for run in (self._encode, self._understand, self._write_lines, self._watch)
        ]

    def start(self) -> None:
        self._work.set()  # items may wait for an encoder that is here already
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There is something to encode."""
        self._work.set()

    def ask_understanding(self, user_id: str) -> bool:
        """Put the person in the queue. False when they have too little history, or nothing has changed."""
        try:
            estimate = self._understander.estimate(user_id)
        except IntentlyError:
            return False
        if not estimate.calls:
            return False
        self._store.journal.enqueue(UNDERSTAND, user_id, {"user_id": user_id})
        return True

    def ask_lines(self, user_id: str, client: str, slate: Slate) -> None:
        """Lines for what a page shows, when the model is idle."""
        self._fresh.ask(user_id, client, slate)

    def forget(self, user_id: str) -> None:
        """The person was erased: what a running understanding still writes about them goes too, when it has ended."""
        self._fresh.forget(user_id)
        if self._understanding == user_id:
            self._erased.add(user_id)

    def close(self) -> None:
        self._stopping.set()
        self._work.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _encode(self) -> None:
        busy, stopping = self._services.model_busy, self._stopping.is_set
        items = ItemEncoder(self._store, self._worlds, self._vectors, busy, stopping)
        while not self._stopping.is_set():
            self._work.wait(LOOK_SECONDS * 15)
            self._work.clear()
            if self._services.encoder is not None:
                items.encode(self._services.encoder, self._tell_encoded)

    def _tell_encoded(self, encoded: int, of: int) -> None:
        self._broker.publish(None, Told("items", {"encoded": encoded, "of": of}))

    def _understand(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            model = self._services.running_model()
            if model is None or not model.ready():
                continue
            job = self._store.journal.lease([UNDERSTAND], LEASE_SECONDS)
            if job is None:
                continue
            self._understanding = str(job.payload["user_id"])
            with self._held(job):
                self._understand_one(job, self._understanding)
            if self._understanding in self._erased:
                self._store.journal.erase(self._understanding)
                self._erased.discard(self._understanding)
            self._understanding = None

    def _write_lines(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            if self._understanding is None:
                self._fresh.write(self._stopping.is_set)

    @contextmanager
    def _held(self, job: Job) -> Iterator[None]:
        """Keep the lease while the block runs."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(HEARTBEAT_SECONDS) and self._store.journal.extend(job, LEASE_SECONDS):
                pass

        threading.Thread(target=beat, name="lease", daemon=True).start()
        try:
            yield
        finally:
            done.set()

    def _understand_one(self, job: Job, user_id: str) -> None:
        try:
            self._understander.understand(
                user_id, lambda step: self._broker.publish(step.user_id, Told("understanding", asdict(step)))
            )
        except NotFound:
            self._store.journal.finish(job)
        except IntentlyError as error:
            log.warning("understanding_failed", extra={"error": type(error).__name__})
            self._store.journal.finish(job, str(error))
            self._broker.publish(user_id, Told("understanding", {"stage": "failed", "text": str(error)}))
        else:
            self._store.journal.finish(job)

    def _watch(self) -> None:
        """Tell pages when the model's status changes; take up a sequence model; prune old traces every hour."""
        said, pruned = None, time.monotonic() - PRUNE_SECONDS
        while not self._stopping.wait(0.5):
            status = self._services.status()
            if status != said:
                said = status
                self._broker.publish(None, Told("model", asdict(status)))
            self._worlds.use_published()
            if time.monotonic() - pruned > PRUNE_SECONDS:
                pruned = time.monotonic()
                try:
                    self._feeds.prune(datetime.now(UTC))
                    self._store.journal.reasons.prune(datetime.now(UTC))
                except IntentlyError as error:
                    log.warning("traces_not_pruned", extra={"error": str(error)})
