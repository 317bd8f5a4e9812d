"""What happened to a person, told to the pages that listen: one queue a listener, bounded, oldest out."""

import queue
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Broker", "Told"]

QUEUE_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Told:
    """`topic`: model (its status), said (a command's final reading), understanding (interests and tags), items."""

    topic: str
    body: Mapping[str, Any] = field(default_factory=dict)


class Broker:
    """Publishes to the listeners of one person, or to all. Safe from many threads; a slow listener loses the oldest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: defaultdict[str, list[queue.Queue[Told]]] = defaultdict(list)

    def publish(self, user_id: str | None, told: Told) -> None:
        """Tell the listeners of `user_id`, or everybody when it is None."""
        with self._lock:
            keys = list(self._listeners) if user_id is None else [user_id]
            targets = [listener for key in keys for listener in self._listeners.get(key, ())]
        for listener in targets:
            _put(listener, told)

    @contextmanager
    def listen(self, user_id: str) -> Iterator["queue.Queue[Told]"]:
        """A queue of what is told to `user_id` while the block runs."""
        listener: queue.Queue[Told] = queue.Queue(QUEUE_LENGTH)
        with self._lock:
            self._listeners[user_id].append(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners[user_id].remove(listener)
                if not self._listeners[user_id]:
                    del self._listeners[user_id]


def _put(listener: "queue.Queue[Told]", told: Told) -> None:
    while True:
        try:
            listener.put_nowait(told)
            return
        except queue.Full:
            try:
                listener.get_nowait()
            except queue.Empty:
                pass
