"""People before the batch across processes that share one model's server: one serves a page, another runs a batch.

A person's call holds a lock on a file, so people of several processes go one after the other; a call of the batch looks
whether somebody holds it, before it begins and while it runs.
"""

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from intently.errors import ModelTimeout

__all__ = ["Doorbell"]

LOOK_SECONDS = 0.1  # between looks: how much longer a person waits than in one process
TRY_SECONDS = 0.02


class Doorbell:
    """The bell of one home. It works across threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def rung(self, timeout_seconds: float) -> Iterator[None]:
        """Ring while a person's call runs. Raises ModelTimeout when somebody else rings all the time."""
        deadline = time.monotonic() + timeout_seconds
        with self._file() as file:
            while not _locked(file, fcntl.LOCK_EX):
                if time.monotonic() >= deadline:
                    raise ModelTimeout(f"the model was busy for {timeout_seconds:g} s. Try again.")
                time.sleep(TRY_SECONDS)
            yield

    def wait_for_silence(self, timeout_seconds: float) -> None:
        """Raises ModelTimeout when people ring all the time."""
        deadline = time.monotonic() + timeout_seconds
        with self._file() as file:
            while _rings(file):
                if time.monotonic() >= deadline:
                    raise ModelTimeout(f"the model was busy with people for {timeout_seconds:g} s. Run again later.")
                time.sleep(LOOK_SECONDS)

    @contextmanager
    def heard(self, act: Callable[[], None]) -> Iterator[None]:
        """Do this as soon as somebody rings while the block runs."""
        over = threading.Event()

        def listen() -> None:
            with self._file() as file:
                while not over.wait(LOOK_SECONDS):
                    if _rings(file):
                        act()
                        return

        listener = threading.Thread(target=listen, daemon=True, name="intently-doorbell")
        listener.start()
        try:
            yield
        finally:
            over.set()

    def _file(self) -> IO[str]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return open(self._path, "a")


def _rings(file: IO[str]) -> bool:
    """Whether a person holds the lock; looking takes it for a moment, together with whoever else looks."""
    if not _locked(file, fcntl.LOCK_SH):
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False


def _locked(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
