"""A demo catalogue with its log as the files tell it: times are not shifted, and order is (time, place in the file)."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from intently.catalog.encode import EMBEDDED_DIM, embedded_digest, item_vectors
from intently.catalog.load import read_events, read_items
from intently.catalog.schema import CatalogSpec, load_spec
from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.catalog.vectors import VectorCache
from intently.errors import NotFound
from intently.nouns import KINDS, Event, Item
from intently.retrieve.columns import Log

__all__ = ["Pack", "open_pack", "pack_folder", "read_pack"]


@dataclass(frozen=True)
class Pack:
    """What is evaluated. `groups` (events,): the order of each event, or its own name where there are no orders."""

    name: str
    spec: CatalogSpec
    snapshot: Snapshot
    log: Log
    groups: tuple[str, ...]
    user_ids: tuple[str, ...]  # by the numbers in the log
    digest: str  # of spec and data files


def pack_folder(store: str) -> Path:
    """The folder of a demo: its catalogue, data and vectors. Raises NotFound for any other store."""
    folder = Path(str(resources.files("intently") / "data" / store))
    if not (folder / "catalog.toml").is_file():
        raise NotFound(f"there is no demo {store!r} to evaluate; the demos are films and shop")
    return folder


def open_pack(store: str, folder: Path, vectors: Path) -> Pack:
    """Read a pack from its folder. `vectors`: the folder of the vector cache, read beside those that the pack ships."""
    spec = load_spec(folder / "catalog.toml")
    cache = VectorCache(vectors, embedded_digest(), EMBEDDED_DIM, folder / "vectors.npz")
    return read_pack(store, spec, folder, list(read_items(spec, folder)), cache, _digest(folder))


def read_pack(name: str, spec: CatalogSpec, folder: Path, items: list[Item], cache: VectorCache, digest: str) -> Pack:
    """The pack of these items and of the events in `folder`; events of other items are left out."""
    found, encoded = item_vectors(spec, items, cache)
    snapshot = build_snapshot(spec, items, found, digest[:16], encoded=encoded)
    events = [e for e in read_events(spec, folder) if e.kind in spec.history_kinds and e.item_id is not None]
    events = [e for e in events if snapshot.row_of(str(e.item_id)) is not None]
    times = np.array([event.time.timestamp() for event in events], dtype=np.float64)
    events = [events[place] for place in np.argsort(times, kind="stable")]
    user_ids = tuple(dict.fromkeys(event.user_id for event in events))
    groups = tuple(event.order_id and f"{event.user_id} {event.order_id}" or event.event_id for event in events)
    return Pack(name, spec, snapshot, _log(spec, snapshot, events, user_ids), groups, user_ids, digest)


def _log(spec: CatalogSpec, snapshot: Snapshot, events: list[Event], user_ids: tuple[str, ...]) -> Log:
    numbers = {user_id: number for number, user_id in enumerate(user_ids)}
    least = -np.inf if spec.liked_from is None else spec.liked_from
    return Log(
        users=np.array([numbers[event.user_id] for event in events], dtype=np.int32),
        rows=np.array([snapshot.row_of(str(event.item_id)) for event in events], dtype=np.int32),
        times=np.array([event.time.timestamp() for event in events], dtype=np.float64),
        liked=np.array([event.value is None or event.value >= least for event in events], dtype=np.bool_),
        kinds=np.array([KINDS.index(event.kind) for event in events], dtype=np.int8),
    )


def _digest(folder: Path) -> str:
    """SHA-256 of the pack's catalogue, data and vectors."""
    whole = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.suffix in {".toml", ".gz", ".csv", ".jsonl", ".parquet", ".npz"}:
            whole.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()
