"""Lines written for what a page shows, while the model has nothing else to do; each goes to the page when it is there.

Only the newest slate of each browser counts, nothing is written for a slate that has gone, and a person's command goes
before every line. The feed never waits: it shows the template's lines until then.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

from intently.engine.broker import Broker, Told
from intently.engine.feeds import Feeds
from intently.engine.services import Services
from intently.engine.store import Store
from intently.engine.writing import LineWriter
from intently.errors import IntentlyError, NotFound
from intently.nouns import Slate

__all__ = ["FreshLines"]

log = logging.getLogger(__name__)
WAITING = 50  # slates at most; the oldest goes


class FreshLines:
    """What waits to be written for pages of one store. Safe from many threads."""

    def __init__(self, store: Store, services: Services, broker: Broker, feeds: Feeds, writer: LineWriter) -> None:
        self._store, self._services, self._broker = store, services, broker
        self._feeds, self._writer = feeds, writer
        self._lock = threading.Lock()
        self._waiting: OrderedDict[tuple[str, str], Slate] = OrderedDict()  # by person and client

    def ask(self, user_id: str, client: str, slate: Slate) -> None:
        """This is shown now; what was shown to this browser before does not matter any more."""
        if not self._writer.wanted:
            return
        with self._lock:
            self._waiting[(user_id, client)] = slate
            self._waiting.move_to_end((user_id, client))
            while len(self._waiting) > WAITING:
                self._waiting.popitem(last=False)

    def forget(self, user_id: str) -> None:
        with self._lock:
            for key in [key for key in self._waiting if key[0] == user_id]:
                del self._waiting[key]

    def write(self, stopping: Callable[[], bool]) -> None:
        """Write for the slate that was shown last, as long as the model is idle and the slate is on the page. A slate
        that was left because the model is wanted elsewhere waits for the next time."""
        model = self._services.running_model()
        if model is None or not model.ready() or model.busy():
            return
        with self._lock:
            if not self._waiting:
                return
            (user_id, client), slate = next(reversed(self._waiting.items()))
        try:
            ended = self._write(user_id, client, slate, stopping)
        except IntentlyError as error:
            log.warning("lines_not_written", extra={"error": type(error).__name__})
            ended = True
        if ended:
            self._done(user_id, client, slate)

    def _write(self, user_id: str, client: str, slate: Slate, stopping: Callable[[], bool]) -> bool:
        """Returns whether the slate needs no more lines."""
        now = datetime.now(UTC)
        model = self._services.model(self._store.journal)
        situation = self._writer.situation(now)
        wishes = [(one.id, one.quote) for one in self._feeds.memory.now(user_id, client).preferences]
        try:
            strands = self._writer.strands(user_id)
        except NotFound:
            strands = ()
        for item in slate.items:
            if model is None or stopping() or not self._shown(user_id, client, slate):
                return True
            if model.busy():  # people's calls come first: not one more line before they have ended
                return False
            job = self._writer.job_of(user_id, item, strands, wishes)
            if job is None or self._feeds.lines.written(slate.feed_id, item.item_id):
                continue
            if not self._writer.missing([job], situation, now):
                continue  # written already, and nothing of it stood
            row = self._writer.write(job, situation, now, model)
            if row.body["text"]:
                self._feeds.lines.put(slate.feed_id, item.item_id, row)
                told = {"client": client, "feed_id": slate.feed_id, "item_id": item.item_id, "text": row.body["text"]}
                self._broker.publish(user_id, Told("line", told))
        return True

    def _shown(self, user_id: str, client: str, slate: Slate) -> bool:
        with self._lock:
            return self._waiting.get((user_id, client)) is slate

    def _done(self, user_id: str, client: str, slate: Slate) -> None:
        with self._lock:
            if self._waiting.get((user_id, client)) is slate:
                del self._waiting[(user_id, client)]
