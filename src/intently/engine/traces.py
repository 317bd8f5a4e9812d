"""Traces are written behind the request: a queue and one thread, so that a slate never waits for the disk."""

import logging
import queue
import threading
from datetime import datetime
from typing import Any

from intently.errors import StoreError
from intently.feed.trace import Trace
from intently.journal import Journal

__all__ = ["TraceWriter"]

log = logging.getLogger(__name__)
QUEUE_LENGTH = 1000


class TraceWriter:
    """Keeps what is not yet written readable. When the queue is full the request waits: a trace is never dropped."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._queue: queue.Queue[tuple[str, str, datetime, Trace] | None] = queue.Queue(QUEUE_LENGTH)
        self._pending: dict[str, Trace] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)
        self._thread.start()

    def put(self, feed_id: str, user_id: str, time: datetime, trace: Trace) -> None:
        with self._lock:
            self._pending[feed_id] = trace
        self._queue.put((feed_id, user_id, time, trace))

    def get(self, feed_id: str) -> Any | None:
        """The trace, written or not."""
        with self._lock:
            pending = self._pending.get(feed_id)
        return pending.to_json() if pending is not None else self._journal.trace(feed_id)

    def flush(self) -> None:
        """Wait until everything queued is written: before export, erase and exit."""
        self._queue.join()

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while (entry := self._queue.get()) is not None:
            feed_id, user_id, time, trace = entry
            try:
                self._journal.put_trace(feed_id, user_id, time, trace.to_json())
            except StoreError as error:
                log.error("trace_not_written", extra={"feed_id": feed_id, "error": str(error)})
            finally:
                with self._lock:
                    self._pending.pop(feed_id, None)
                self._queue.task_done()
        self._queue.task_done()
