"""The log as columns whose rows are those of the snapshot: what indexes and weights are made of."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from intently.catalog.schema import CatalogSpec
from intently.retrieve.request import Floats, Rows

__all__ = ["Log", "read_log"]


class EventColumns(Protocol):
    """What is read of the journal's event columns, ordered by (time, seq)."""

    @property
    def item_ids(self) -> list[str]: ...
    @property
    def users(self) -> npt.NDArray[np.int32]: ...
    @property
    def items(self) -> npt.NDArray[np.int32]: ...
    @property
    def times(self) -> npt.NDArray[np.float64]: ...
    @property
    def values(self) -> npt.NDArray[np.float64]: ...
    @property
    def kinds(self) -> npt.NDArray[np.int8]: ...


class Items(Protocol):
    """What is read of a snapshot."""

    @property
    def item_ids(self) -> tuple[str, ...]: ...
    @property
    def vectors(self) -> Floats: ...
    def row_of(self, item_id: str) -> int | None: ...


@dataclass(frozen=True)
class Log:
    """Everybody's counted events in order of (time, seq), as columns of equal length."""

    users: Rows  # number of the person
    rows: Rows  # of the item in the snapshot
    times: npt.NDArray[np.float64]  # seconds since 1970
    liked: npt.NDArray[np.bool_]
    kinds: npt.NDArray[np.int8] | None = None  # places in the list of `EventKind`; None: not told

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, keep: npt.NDArray[np.bool_] | npt.NDArray[np.int64] | slice) -> "Log":
        """The part of the log that a mask, a slice or a list of positions names."""
        kinds = None if self.kinds is None else self.kinds[keep]
        return Log(self.users[keep], self.rows[keep], self.times[keep], self.liked[keep], kinds)


def read_log(spec: CatalogSpec, items: Items, columns: EventColumns, as_of: float = np.inf) -> Log:
    """The journal's columns on the snapshot's rows; later events, and those of items not in it, are left out."""
    rows = rows_of(items, columns)
    log = Log(columns.users, rows, columns.times, liked_of(columns.values, spec), columns.kinds)
    return log.only((rows >= 0) & (columns.times <= as_of))


def rows_of(items: Items, columns: EventColumns) -> Rows:
    """The snapshot's row of each event; -1 where it does not hold the item."""
    lookup = [items.row_of(item_id) for item_id in columns.item_ids]
    row_of = np.array([-1 if row is None else row for row in lookup] or [-1], dtype=np.int32)
    return row_of[columns.items] if len(columns.items) else np.empty(0, dtype=np.int32)


def liked_of(values: npt.NDArray[np.float64], spec: CatalogSpec) -> npt.NDArray[np.bool_]:
    """Which events speak of liking: a rating from `liked_from` on, and everything that is no rating (NaN)."""
    if spec.liked_from is None:
        return np.ones(len(values), dtype=np.bool_)
    return np.isnan(values) | (values >= spec.liked_from)
