"""Understanding many people, several at once: one person's failure is a row, a spent budget ends the batch cleanly."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from intently.errors import BudgetSpent, ModelUnavailable, NotFound

__all__ = ["BatchReport", "Standing", "understand_users"]

GIVE_UP = 5  # people in a row for whom no model answered: the next will fare no better
TICK_SECONDS = 1.0
BY_HAND = "stopped by hand. What is done is kept; run again to go on."


@dataclass(frozen=True, slots=True)
class BatchReport:
    """How a batch ended, people in the order in which they ended. `thin`: with too little history to name anything.

    `stopped`: why it ended before all were tried, empty if it did not; `left` were not tried, or not finished.
    `faults`: of each who failed.
    """

    done: tuple[str, ...]
    failed: tuple[str, ...]
    stopped: str = ""
    unchanged: tuple[str, ...] = ()
    thin: tuple[str, ...] = ()
    left: int = 0
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_hand(self) -> bool:
        return self.stopped == BY_HAND

    @property
    def failed_share(self) -> float:
        """Of the people that there was something to do for."""
        tried = len(self.done) + len(self.failed)
        return len(self.failed) / tried if tried else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a batch is: people ended and of how many, and of those who failed."""

    ended: int
    of: int
    failed: int


def understand_users(
    user_ids: Iterable[str],
    understand: Callable[[str], object],
    *,
    in_flight: int = 1,
    tell: Callable[[Standing], None] = lambda standing: None,
    record: Callable[[str, Exception], None] = lambda user_id, error: None,
) -> BatchReport:
    """Run `understand` for each person, for `in_flight` of them at once, beginning in the order given.

    understand: returns False when nothing had changed; NotFound means too little history. tell: every second and at
    the end. record: keeps a failure as a row. A spent budget, Ctrl-C, or a model that answers nobody ends the batch;
    who runs then may finish, but for Ctrl-C.
    """
    batch = _Batch(list(user_ids), understand, record)
    threads = [threading.Thread(target=batch.work, daemon=True, name=f"understand-{n}") for n in range(in_flight)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(TICK_SECONDS)
                tell(batch.standing())
    except KeyboardInterrupt:
        batch.stop(BY_HAND)
    return batch.report()


class _Batch:
    """What the threads of one batch share."""

    def __init__(
        self, user_ids: list[str], understand: Callable[[str], object], record: Callable[[str, Exception], None]
    ) -> None:
        self._user_ids, self._understand, self._record = user_ids, understand, record
        self._lock = threading.Lock()
        self._next = 0
        self._lists: dict[str, list[str]] = {name: [] for name in ("done", "failed", "unchanged", "thin")}
        self._faults: dict[str, str] = {}
        self._stopped = ""
        self._unanswered = 0  # people in a row

    def work(self) -> None:
        """Take one after the other, until none is left or the batch was stopped."""
        while (user_id := self._take()) is not None:
            self._note(user_id, self._outcome(user_id))

    def stop(self, why: str) -> None:
        with self._lock:
            self._stopped = self._stopped or why

    def standing(self) -> Standing:
        with self._lock:
            ended = sum(map(len, self._lists.values()))
            return Standing(ended, len(self._user_ids), len(self._lists["failed"]))

    def report(self) -> BatchReport:
        with self._lock:
            lists = {name: tuple(users) for name, users in self._lists.items()}
            left = len(self._user_ids) - sum(map(len, lists.values()))
            return BatchReport(**lists, stopped=self._stopped, left=left, faults=dict(self._faults))

    def _take(self) -> str | None:
        with self._lock:
            if self._stopped or self._next == len(self._user_ids):
                return None
            self._next += 1
            return self._user_ids[self._next - 1]

    def _outcome(self, user_id: str) -> str | Exception:
        try:
            return "unchanged" if self._understand(user_id) is False else "done"
        except NotFound:
            return "thin"
        except Exception as error:  # here failures become rows, whatever they are
            return error

    def _note(self, user_id: str, outcome: str | Exception) -> None:
        if isinstance(outcome, BudgetSpent):
            self.stop(str(outcome))
            return
        if isinstance(outcome, Exception):
            self._record(user_id, outcome)
        with self._lock:
            if isinstance(outcome, Exception):
                self._lists["failed"].append(user_id)
                self._faults[user_id] = f"{type(outcome).__name__}: {outcome}"
                self._unanswered += isinstance(outcome, ModelUnavailable)
            else:
                self._lists[outcome].append(user_id)
                self._unanswered = 0 if outcome == "done" else self._unanswered
            if self._unanswered >= GIVE_UP and not self._stopped:
                self._stopped = f"no model answered for {GIVE_UP} people in a row ({outcome}). Run again when it does."
