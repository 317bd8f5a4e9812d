"""The behaviour index: what all people did, as small arrays that the sources read; memory-mapped, swapped whole.

Built from the journal's columns in the process that imports; a single event later is added with `with_events`, which
moves popularity at once and leaves neighbours to the next build (a person's own history is read live anyway).
`IndexBuilder` (live.py) makes the same index event by event, for evaluation in order of time.
"""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from intently.catalog.schema import CatalogSpec
from intently.config import RetrieveConfig
from intently.errors import StoreError
from intently.retrieve.columns import EventColumns, Items, Log, read_log
from intently.retrieve.masses import Masses
from intently.retrieve.request import Rows
from intently.retrieve.similarity import NeighbourLists, NeighbourTable, neighbour_lists

__all__ = ["BehaviourIndex", "Recent", "build_index", "index_log", "open_index", "save_index"]

FORMAT = "intently.behaviour"
VERSION = 1
TREND_SHARE = 0.3  # half-life of `trend` as a share of the catalogue's: 2.1 days beside 7 (docs/results/feed.md)
RECENT_EVENTS = 100_000  # of the newest events that are kept one by one


@dataclass(frozen=True)
class Recent:
    """The newest events of all people one by one, ascending in time. Both (m,)."""

    rows: Rows
    times: npt.NDArray[np.float64]

    def between(self, after: float, until: float) -> "Recent":
        """Events later than `after` and not later than `until`, seconds since 1970."""
        first, last = np.searchsorted(self.times, [after, until], side="right")
        return Recent(self.rows[first:last], self.times[first:last])


@dataclass(frozen=True)
class BehaviourIndex:
    """All that sources know of everybody's behaviour. Rows are rows of the snapshot that it was built for; items added
    to the snapshot since then have rows beyond `size` and are simply unknown here."""

    size: int
    as_of: float  # of the newest event, seconds since 1970; -inf without events
    popularity: Masses
    trend: Masses
    lasting: Masses  # of infinite half-life: log2 of the events of each item, ever
    recent: Recent
    neighbours: NeighbourTable
    weights: dict[str, float] | None = None  # of the sources, as learnt; None: the defaults

    def with_events(self, rows: Rows, times: npt.NDArray[np.float64], size: int | None = None) -> "BehaviourIndex":
        """The index after these events of history; `size` when the snapshot has grown. Neighbours stay as built."""
        room = max(size or 0, self.size, int(rows.max(initial=-1)) + 1)
        return replace(
            self,
            size=room,
            as_of=max(self.as_of, float(times.max(initial=-np.inf))),
            popularity=self.popularity.with_events(rows, times, room),
            trend=self.trend.with_events(rows, times, room),
            lasting=self.lasting.with_events(rows, times, room),
            recent=_joined(self.recent, rows, times),
        )


def build_index(
    spec: CatalogSpec, snapshot: Items, columns: EventColumns, config: RetrieveConfig, as_of: float
) -> BehaviourIndex:
    """Build from the journal's columns; events later than `as_of`, and of items not in the snapshot, are left out.

    `weights` is None: learn them with `weights.learn_weights`, once, and put them in.
    """
    return index_log(len(snapshot.item_ids), read_log(spec, snapshot, columns, as_of), spec, config)


def index_log(size: int, log: Log, spec: CatalogSpec, config: RetrieveConfig) -> BehaviourIndex:
    """Build from a log with rows of a catalogue of `size` items."""
    rows, times = log.rows, log.times
    origin = float(times[-1]) if len(times) else 0.0
    half_life = spec.popularity_half_life_days
    blank = np.full(size, -np.inf)
    return BehaviourIndex(
        size=size,
        as_of=origin if len(times) else -np.inf,
        popularity=Masses(half_life, origin, blank).with_events(rows, times, size),
        trend=Masses(half_life * TREND_SHARE, origin, blank).with_events(rows, times, size),
        lasting=Masses(np.inf, origin, blank).with_events(rows, times, size),
        recent=Recent(rows[-RECENT_EVENTS:].astype(np.int32), times[-RECENT_EVENTS:].astype(np.float64)),
        neighbours=neighbour_lists(size, log.users, rows, config.neighbours),
    )


def _joined(recent: Recent, rows: Rows, times: npt.NDArray[np.float64]) -> Recent:
    """The log with further events; a late arrival finds its place in time."""
    all_rows = np.concatenate([recent.rows, rows.astype(np.int32)])[-RECENT_EVENTS:]
    all_times = np.concatenate([recent.times, times])[-RECENT_EVENTS:]
    order = np.argsort(all_times, kind="stable")
    return Recent(all_rows[order], all_times[order])


_ARRAYS = ("popularity", "trend", "lasting", "recent_rows", "recent_times", "starts", "rows", "similarities")


def save_index(index: BehaviourIndex, folder: Path, snapshot_version: str) -> None:
    """Write arrays, then the manifest, under a temporary name; then rename, replacing what was there."""
    if not isinstance(index.neighbours, NeighbourLists):
        raise StoreError("only an index with neighbour lists can be saved; build it with `build_index`")
    arrays: dict[str, npt.NDArray[Any]] = {
        "popularity": index.popularity.logs, "trend": index.trend.logs, "lasting": index.lasting.logs,
        "recent_rows": index.recent.rows, "recent_times": index.recent.times, "starts": index.neighbours.starts,
        "rows": index.neighbours.rows, "similarities": index.neighbours.similarities,
    }  # fmt: skip
    manifest = {
        "format": FORMAT, "version": VERSION, "snapshot": snapshot_version, "size": index.size,
        "as_of": index.as_of if np.isfinite(index.as_of) else None, "origin": index.popularity.origin,
        "half_life_days": index.popularity.half_life_days, "trend_days": index.trend.half_life_days,
        "weights": index.weights,
    }  # fmt: skip
    temporary = folder.with_name(folder.name + ".new")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    for name, values in arrays.items():
        np.save(temporary / f"{name}.npy", values)
    (temporary / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)


def open_index(folder: Path) -> tuple[BehaviourIndex, str]:
    """The saved index, memory-mapped, and the version of the snapshot that it was built for.

    Raises StoreError when it is absent, damaged or of a newer version, with the mend.
    """
    mend = f"Build it again: remove {folder} and start intently."
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
            raise StoreError(f"{folder}: version {manifest.get('version')} is not {VERSION}, which this release reads.")
        arrays = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _ARRAYS}
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder}: the behaviour index cannot be read ({error}). {mend}") from error
    return _index_of(manifest, arrays), str(manifest["snapshot"])


def _index_of(manifest: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> BehaviourIndex:
    origin = float(manifest["origin"])
    return BehaviourIndex(
        size=int(manifest["size"]),
        as_of=-np.inf if manifest["as_of"] is None else float(manifest["as_of"]),
        popularity=Masses(float(manifest["half_life_days"]), origin, arrays["popularity"]),
        trend=Masses(float(manifest["trend_days"]), origin, arrays["trend"]),
        lasting=Masses(np.inf, origin, arrays["lasting"]),
        recent=Recent(arrays["recent_rows"], arrays["recent_times"]),
        neighbours=NeighbourLists(arrays["starts"], arrays["rows"], arrays["similarities"]),
        weights=manifest["weights"],
    )
