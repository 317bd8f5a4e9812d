"""Two lanes to one small server: a person who waits goes before the batch.

The server has one slot for people and some for the batch. A person's call asks what runs in the background to give way,
waits for its end, and runs alone; the calls that gave way are asked again by whoever asked them. (Measured: 2.3 s
instead of 19 s.) A slot of the batch stays with who used it last: the beginning of their next prompt is in its memory.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from intently.errors import ModelTimeout
from intently.language.doorbell import Doorbell

__all__ = ["Lanes", "Turn"]

WAITING = "a person is waiting"


class Turn:
    """A running call that can be told to stop. `reason` is empty until it is. `slot`: which of the batch's, from 0."""

    def __init__(self, slot: int | None = None) -> None:
        self.slot = slot
        self._lock = threading.Lock()
        self._close: Callable[[], None] | None = None
        self.reason = ""

    def on_stop(self, close: Callable[[], None]) -> None:
        """Say how to break off the call. Runs at once if it was told to stop already."""
        with self._lock:
            self._close = close
            stopped = bool(self.reason)
        if stopped:
            close()

    def stop(self, reason: str) -> None:
        with self._lock:
            first, close = not self.reason, self._close
            self.reason = self.reason or reason
        if first and close:
            close()


class Lanes:
    """Who may run. One person at a time; background turns only while no person waits or runs.

    `polite=False`: for an endpoint that serves many at once. People neither wait nor stop anything there; only the
    batch keeps to its slots. `bell`: of the processes that use the same server.
    """

    def __init__(self, *, polite: bool = True, bell: Doorbell | None = None) -> None:
        self._polite = polite
        self._bell = bell
        self._free = threading.Condition()
        self._persons = 0  # waiting or running
        self._person_runs = False
        self._background: set[Turn] = set()
        self._used: dict[int, tuple[str | None, float]] = {}  # of each slot: by whom last, and when that ended

    def busy(self) -> bool:
        """Whether a call runs or waits now."""
        with self._free:
            return bool(self._persons or self._background)

    @contextmanager
    def person(self, timeout_seconds: float) -> Iterator[Turn]:
        """Raises ModelTimeout when the lane does not become free in time."""
        if not self._polite:
            yield Turn()
            return
        with self._free:
            self._persons += 1
            for turn in tuple(self._background):
                turn.stop(WAITING)
            free = self._free.wait_for(lambda: not self._person_runs and not self._background, timeout_seconds)
            if not free:
                self._persons -= 1
                self._free.notify_all()
                raise ModelTimeout(f"the model was busy for {timeout_seconds:g} s. Try again.")
            self._person_runs = True
        try:
            with self._bell.rung(timeout_seconds) if self._bell else nullcontext():
                yield Turn()
        finally:
            with self._free:
                self._person_runs = False
                self._persons -= 1
                self._free.notify_all()

    @contextmanager
    def batch(self, timeout_seconds: float, *, slots: int = 1, holder: str | None = None) -> Iterator[Turn]:
        """A call of the batch, which has so many slots. Raises ModelTimeout when none becomes free in time.

        holder: whose call it is. It gets the slot that they used last, and waits for that one.
        """
        if self._bell:
            self._bell.wait_for_silence(timeout_seconds)
        with self._free:
            if not self._free.wait_for(lambda: self._slot_for(slots, holder) is not None, timeout_seconds):
                raise ModelTimeout(f"the model was busy with others for {timeout_seconds:g} s. Run again later.")
            turn = Turn(self._slot_for(slots, holder))
            self._background.add(turn)
        try:
            with self._bell.heard(lambda: turn.stop(WAITING)) if self._bell else nullcontext():
                yield turn
        finally:
            self._end(turn, holder)

    @contextmanager
    def prefill(self, timeout_seconds: float) -> Iterator[Turn]:
        """Reading ahead in the slot of people. Raises ModelTimeout when people leave it no time."""
        with self._free:
            if not self._free.wait_for(lambda: not self._persons, timeout_seconds):
                raise ModelTimeout(f"the model was busy with people for {timeout_seconds:g} s. Run again later.")
            turn = Turn()
            self._background.add(turn)
        try:
            yield turn
        finally:
            self._end(turn, None)

    def forget(self) -> None:
        """Know no more who used which slot: what the slots held was cleared."""
        with self._free:
            self._used.clear()

    def _slot_for(self, slots: int, holder: str | None) -> int | None:
        """The holder's own slot; else of the free ones that which was used longest ago. None: wait."""
        if self._persons or any(turn.slot is None for turn in self._background):
            return None
        taken = {turn.slot for turn in self._background}
        own = [slot for slot, (user, _) in self._used.items() if holder is not None and user == holder and slot < slots]
        free = [slot for slot in own or range(slots) if slot not in taken]
        return min(free, key=lambda slot: self._used.get(slot, (None, 0.0))[1], default=None)

    def _end(self, turn: Turn, holder: str | None) -> None:
        with self._free:
            self._background.discard(turn)
            if turn.slot is not None:
                self._used[turn.slot] = holder, time.monotonic()
            self._free.notify_all()
