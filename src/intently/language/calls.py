"""Model calls as rows: what was asked, by whom, what it cost, how it ended. The rows that ended well are the cache."""

import hashlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from intently.errors import ModelTimeout
from intently.language.answer import Shape
from intently.language.prompt import Prompt
from intently.nouns import CallRow

__all__ = ["CallStore", "Flights", "MemoryCalls", "call_hash"]


class CallStore(Protocol):
    """Where rows are kept (the journal). `find_call` returns the newest row of this hash that ended well."""

    def find_call(self, hash: str, /) -> CallRow | None: ...

    def put_call(self, row: CallRow, /) -> None: ...


class MemoryCalls:
    """Rows kept in memory only: for a model that is asked without a journal (`intently parse`)."""

    def __init__(self) -> None:
        self.rows: list[CallRow] = []
        self._answered: dict[str, CallRow] = {}

    def find_call(self, hash: str, /) -> CallRow | None:
        return self._answered.get(hash)

    def put_call(self, row: CallRow, /) -> None:
        self.rows.append(row)
        if row.outcome == "ok":
            self._answered[row.hash] = row


def call_hash(prompt: Prompt, shape: Shape, digest: str, max_tokens: int, seed: int) -> str:
    """Identity of a call: the same hash means that the same model would be asked the same with the same settings."""
    turns = [[message.role, message.text] for message in prompt.messages]
    parts = [turns, shape.grammar, shape.schema, digest, max_tokens, seed, *shape.fresh_after]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


class Flights:
    """Two callers with the same question at the same time ask once; the second waits for the first one's outcome."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Future[CallRow]] = {}

    def share(self, key: str, ask: Callable[[], CallRow], timeout_seconds: float) -> CallRow:
        """Run `ask`, or wait for the one who is already running it. Raises what `ask` raised, or ModelTimeout."""
        with self._lock:
            running = self._open.get(key)
            mine = self._open.setdefault(key, Future())
        if running is not None:
            try:
                return running.result(timeout_seconds)
            except TimeoutError as error:
                raise ModelTimeout("the same question is being asked already and took too long. Try again.") from error
        try:
            row = ask()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(row)
            return row
        finally:
            with self._lock:
                del self._open[key]
