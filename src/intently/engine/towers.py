"""The sequence model that `intently learn` has published for a store, as its worlds use it.

Read again when what is published changes. One that cannot be read, or is of other items, is said in the log and left
out: the feed goes on without this source.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from intently.catalog.snapshot import Snapshot
from intently.engine.store import Store
from intently.errors import StoreError
from intently.retrieve.published import Published, open_version, serving
from intently.retrieve.sequence import Sequence as SequenceSource

__all__ = ["PlacedTower", "TowerReader", "towers_folder"]

log = logging.getLogger(__name__)


def towers_folder(store: Store) -> Path:
    """Where a store keeps its published sequence models."""
    return store.folder / "towers"


@dataclass(frozen=True)
class PlacedTower:
    """The source on a snapshot's items. `weights`: of all sources, as learnt with it; empty where nothing was learnt;
    `cut`: it knows nothing of this moment or later, seconds since 1970."""

    source: SequenceSource
    weights: Mapping[str, float]
    cut: float
    version: str


class TowerReader:
    """Keeps what was read. Not for several threads at once: the keeper of worlds asks under its lock."""

    def __init__(self, store: Store) -> None:
        self._store, self._folder = store, towers_folder(store)
        self._stamp: tuple[int, int] | None = None
        self._published: Published | None = None

    def changed(self) -> bool:
        """Look whether something else is published now, and read it."""
        stamp = self._look()
        if stamp == self._stamp:
            return False
        self._stamp, self._published = stamp, self._read()
        return True

    def on(self, snapshot: Snapshot) -> PlacedTower | None:
        """What was read, on these items; None where nothing serves or it cannot."""
        if self._published is None:
            return None
        try:
            source = self._published.source(snapshot.item_ids)
        except StoreError as error:
            self._warn(error)
            return None
        gate = self._published.gate
        return PlacedTower(
            source, gate.weights, gate.cut, f"{self._published.version}-{self._published.card.data[:12]}"
        )

    def _look(self) -> tuple[int, int] | None:
        """What tells one state of the file from another: a rename gives another inode."""
        try:
            found = (self._folder / "serving.json").stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _read(self) -> Published | None:
        try:
            now = serving(self._folder)
            return open_version(self._folder, now.version) if now else None
        except StoreError as error:
            self._warn(error)
            return None

    def _warn(self, error: StoreError) -> None:
        log.warning(
            "the feed of %s goes on without the sequence model: %s", self._store.name, error,
            extra={"store": self._store.name},
        )  # fmt: skip
