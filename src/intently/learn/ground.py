"""What a store's model is trained on and asked: its log as it was when the training began, cut in two."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from intently.catalog.snapshot import Snapshot
from intently.config import Config
from intently.engine.store import Store
from intently.engine.worlds import open_or_build_snapshot, open_vectors
from intently.errors import DataError
from intently.journal import EventColumns
from intently.learn.begun import Begun, begun_in
from intently.learn.sequences import Sequences, sequences_of
from intently.learn.settings import TowerSettings
from intently.retrieve.columns import Log, read_log
from intently.retrieve.cut import before_cut, cut_of
from intently.retrieve.request import Rows

__all__ = ["Ground", "read_ground"]

LEAST_EVENTS = 200  # before the cut, from which anything is trained


@dataclass(frozen=True)
class Ground:
    """`log`: the store's events up to then; `rows` (m,): items with an event before the cut, of which the tower is."""

    store: Store
    snapshot: Snapshot
    log: Log
    begun: Begun
    rows: Rows

    @property
    def item_ids(self) -> tuple[str, ...]:
        return tuple(self.snapshot.item_ids[row] for row in self.rows.tolist())

    def sequences(self) -> Sequences:
        """Everybody's items before the cut, as rows of the tower."""
        known = before_cut(self.log, self.begun.cut)
        rows = np.searchsorted(self.rows, known.rows).astype(np.int32)
        return sequences_of(replace(known, rows=rows), len(self.rows))


def read_ground(
    config: Config, store: Store, folder: Path, seed: int, settings: TowerSettings | None, minutes: float
) -> Ground:
    """Read it, as it was when the training in this folder began, if that goes on for so many minutes.

    Raises DataError where there is too little of it.
    """
    snapshot, _ = open_or_build_snapshot(store, open_vectors(config, store.name, None))
    columns = store.journal.event_columns(store.spec.history_kinds, until=datetime.now(UTC))
    log = read_log(store.spec, snapshot, columns)
    cut = cut_of(log)
    if (events := len(before_cut(log, cut))) < LEAST_EVENTS:
        raise DataError(
            f"{store.name}: {events:,} events older than the newest, by which a model is chosen, are too few to train "
            f"one; it takes {LEAST_EVENTS}"
        )
    last = int(columns.seqs.max(initial=0))
    fresh = Begun(last_seq=last, cut=cut, seed=seed, settings=settings, at=datetime.now(UTC))
    begun = begun_in(folder, fresh, minutes)
    log = read_log(store.spec, snapshot, _up_to(columns, begun.last_seq))
    return Ground(store, snapshot, log, begun, np.unique(before_cut(log, begun.cut).rows))


def _up_to(columns: EventColumns, seq: int) -> EventColumns:
    keep = columns.seqs <= seq
    kept = {name: getattr(columns, name)[keep] for name in ("users", "items", "times", "values", "kinds", "seqs")}
    return replace(columns, **kept)
