"""When to ask an endpoint again that said "later": as long as it asked for, else longer and longer, never for ever.

The pauses double from FIRST_SECONDS to LONGEST_SECONDS, each shortened at random by up to half, so that calls
which were refused together do not come back together. One refusal with a Retry-After holds back all calls of a process.
"""

import random
import threading
import time
from collections.abc import Callable

__all__ = ["Backoff"]

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 30.0
TRIES = 7  # of one call: 0.5 + 1 + 2 + 4 + 8 + 16 s at most between them


class Backoff:
    """Shared by the threads that ask one endpoint. `draw` gives numbers from 0 to 1; `sleep` and `now` are seconds."""

    def __init__(
        self,
        draw: Callable[[], float] = random.random,
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._draw, self._sleep, self._now = draw, sleep, now
        self._lock = threading.Lock()
        self._closed_until = 0.0

    def hold(self, deadline: float) -> None:
        """Wait while the endpoint asked for a pause, at most until the deadline."""
        while (left := min(self._closed_until, deadline) - self._now()) > 0:
            self._sleep(left)

    def again(self, tried: int, retry_after: float | None, deadline: float) -> bool:
        """Wait before the next try of a call that was refused `tried` times. False: it is not worth it, give up."""
        doubled = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (tried - 1)) * (1 - self._draw() / 2)
        pause = doubled if retry_after is None else retry_after + FIRST_SECONDS * self._draw()
        if tried >= TRIES or self._now() + pause >= deadline:
            return False
        if retry_after is not None:
            with self._lock:
                self._closed_until = max(self._closed_until, self._now() + retry_after)
        self._sleep(pause)
        return True
