"""The stores that one server serves, each ready, still opening, or failed. Opening happens in a thread of its own."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from intently.engine import Engine
from intently.errors import IntentlyError, NotFound, StoreError

__all__ = ["StoreState", "Stores"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoreState:
    """`fault` says what went wrong when the state is failed."""

    name: str
    state: Literal["ready", "opening", "failed"]
    fault: str = ""


class Stores:
    """Store name -> engine. An entry that is a function is called in a thread and serves when it has returned."""

    def __init__(self, entries: "Mapping[str, Engine | Callable[[], Engine]]") -> None:
        self._engines: dict[str, Engine] = {}
        self._faults: dict[str, str] = {}
        self.names = tuple(entries)
        for name, entry in entries.items():
            if isinstance(entry, Engine):
                self._engines[name] = entry
            else:
                threading.Thread(target=self._open, args=(name, entry), name=f"open-{name}", daemon=True).start()

    def _open(self, name: str, opener: "Callable[[], Engine]") -> None:
        try:
            self._engines[name] = opener()
        except IntentlyError as error:
            self._faults[name] = str(error)
            log.error("store_not_opened", extra={"store": name, "error": str(error)})

    def known(self, name: str | None = None) -> str:
        """The name, the first one when none is given. Raises NotFound."""
        wanted = name or self.names[0]
        if wanted not in self.names:
            raise NotFound(f"there is no store {wanted[:64]!r} here; the stores are {', '.join(self.names)}.")
        return wanted

    def engine(self, name: str | None = None) -> Engine:
        """The engine of a store, the first one when no name is given. Raises NotFound, or StoreError while it opens."""
        wanted = self.known(name)
        state = self.state(wanted)
        if state.state == "failed":
            raise StoreError(f"the store {wanted!r} could not be opened: {state.fault}")
        if state.state == "opening":
            raise StoreError(f"the store {wanted!r} is still being imported; ask again in a few seconds.")
        return self._engines[wanted]

    def state(self, name: str) -> StoreState:
        if name in self._engines:
            return StoreState(name, "ready")
        return StoreState(name, "failed", self._faults[name]) if name in self._faults else StoreState(name, "opening")

    def states(self) -> tuple[StoreState, ...]:
        return tuple(self.state(name) for name in self.names)
