"""How fast a model answers, and work behind it of which only the newest counts."""

import threading
from collections.abc import Callable

from intently.language.lanes import Turn

__all__ = ["Newest", "Speed"]

FIRST_GUESS = (50.0, 16.0)  # tokens a second in and out: the default model on 2 cores, until calls were measured


class Speed:
    """Tokens a second in and out, smoothed over the calls of this process."""

    def __init__(self) -> None:
        self._rates = FIRST_GUESS
        self.known = False  # measured, not guessed

    def learn(self, fresh: int, out: int, seconds: float) -> None:
        expected = self.seconds(fresh, out)
        if fresh + out >= 50 and expected > 0 and seconds > 0:
            self.known = True
            factor = min(4.0, max(0.25, expected / seconds))
            self._rates = (self._rates[0] * factor**0.3, self._rates[1] * factor**0.3)

    def seconds(self, tokens_in: int, tokens_out: int) -> float:
        return tokens_in / self._rates[0] + tokens_out / self._rates[1]


class Newest:
    """Runs one thing in the background; a newer one stops the older."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn: Turn | None = None

    def run(self, work: Callable[[Turn], object]) -> None:
        turn = Turn()
        self._replace(turn)
        threading.Thread(target=work, args=(turn,), daemon=True, name="intently-prefill").start()

    def stop(self) -> None:
        self._replace(None)

    def _replace(self, turn: Turn | None) -> None:
        with self._lock:
            old, self._turn = self._turn, turn
        if old is not None:
            old.stop("a newer prefill came")
