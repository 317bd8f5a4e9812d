"""The world of one store as it is now: snapshot, index, sources, grounder. Opened, patched and swapped whole.

A request takes `current` once and uses it to its end. A change of price or stock makes a patched world at once; an
event moves popularity at once and neighbours with the next build. What is on disk is rebuilt by `prepare_store`, in the
process that imports, or here when the journal's items are newer than the saved arrays.
"""

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from intently.catalog.change import with_items, with_vectors, without_item
from intently.catalog.encode import Encoder, VectorCache, embed_text, item_vectors
from intently.catalog.encoder_files import EMBEDDED_DIM, embedded_digest
from intently.catalog.facts import own_vector, text_hash
from intently.catalog.ground import Grounder
from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.catalog.store import open_snapshot, save_snapshot
from intently.config import Config
from intently.engine.store import Store, demo_pack, open_store
from intently.engine.towers import PlacedTower, TowerReader
from intently.errors import NotFound, StoreError
from intently.feed.planners import planner_of
from intently.feed.world import World
from intently.journal import KIND_CODES, EventColumns
from intently.nouns import Event, EventKind, Item
from intently.retrieve.columns import liked_of, rows_of
from intently.retrieve.conversions import Conversions, conversions_of
from intently.retrieve.fusion import DEFAULT_WEIGHTS
from intently.retrieve.index import BehaviourIndex, build_index, open_index, save_index
from intently.retrieve.sources import sources_of
from intently.retrieve.weights import learn_weights

__all__ = ["Current", "WorldKeeper", "open_vectors", "prepare_store"]

log = logging.getLogger(__name__)
Vectors = npt.NDArray[np.float32]
CAME: tuple[EventKind, ...] = ("click", "view", "detail", "cart", "purchase", "rating")  # to an item, see it or take it
TOOK: tuple[EventKind, ...] = ("purchase",)  # and what is liked of ratings
KEPT_PAST = 2  # worlds of earlier moments kept ready
NOW_SECONDS = 60.0  # a moment so little ago is now


@dataclass(frozen=True)
class Current:
    """What a request takes once. `revision`: the item revision of the journal that the snapshot holds."""

    world: World
    grounder: Grounder
    index: BehaviourIndex
    revision: int


class WorldKeeper:
    """Makes and swaps the world of one store. Writers queue at a lock; readers take `current` without one."""

    def __init__(self, store: Store, config: Config, vectors: VectorCache, encoder: Encoder | None) -> None:
        self._store, self._config, self._vectors, self._encoder = store, config, vectors, encoder
        self._lock = threading.RLock()
        self._encode = _remembering(encoder) if encoder else None
        self.planner = planner_of(config.feed.planner)
        self._past: OrderedDict[float, World] = OrderedDict()
        snapshot, revision = open_or_build_snapshot(store, vectors)
        index = _open_or_build_index(store, snapshot, config)
        self._conversions = self._converted(snapshot)
        self._reader = TowerReader(store)
        self._reader.changed()
        self._tower = self._reader.on(snapshot)
        grounder = self._grounder(snapshot)
        grounder.warm()
        self.current = self._made(snapshot, index, grounder, revision)

    def at(self, as_of: datetime) -> World:
        """The world that knows nothing later than `as_of`. An earlier moment costs a build of the index, kept after.

        The last minute is now: a request that is under way when somebody else's event arrives, or while an event from
        a clock that runs ahead is in the log, must not wait for a build.
        """
        current = self.current
        moment = as_of.timestamp()
        if moment >= min(current.index.as_of, time.time() - NOW_SECONDS):
            return current.world
        with self._lock:
            if moment not in self._past:
                columns = self._store.journal.event_columns(self._store.spec.history_kinds, until=as_of)
                index = build_index(self._store.spec, current.world.snapshot, columns, self._config.retrieve, moment)
                index = replace(index, weights=dict(current.world.weights))
                past = self._converted(current.world.snapshot, as_of)
                tower = self._tower if self._tower and self._tower.cut <= moment else None  # no later one's knowledge
                self._past[moment] = self._world(current.world.snapshot, index, past, tower)
                while len(self._past) > KEPT_PAST:
                    self._past.popitem(last=False)
            return self._past[moment]

    def use_encoder(self, encoder: Encoder) -> None:
        """From now on wishes by meaning work; called when the encoder's files have arrived."""
        with self._lock:
            self._encoder, self._encode = encoder, _remembering(encoder)
            now = self.current
            grounder = self._grounder(now.world.snapshot)
            self.current = self._made(now.world.snapshot, now.index, grounder, now.revision)

    def put_items(self, items: Sequence[Item]) -> None:
        """Write items to the journal and into the world, all or none: visible to the next request."""
        with self._lock:
            self._check_vectors(items)
            self._show_items(items, self._store.journal.put_items(items))

    def change_items(self, item_ids: Sequence[str], change: Callable[[Item], Item]) -> Sequence[Item]:
        """Read, change and write items in one step, all or none: of two who change one item at a time, both count.
        Raises NotFound."""

        def changed(found: Mapping[str, Item]) -> list[Item]:
            for item_id in item_ids:
                if item_id not in found:
                    raise NotFound(f"there is no {self._store.spec.noun} {item_id!r}; look its id up by its title")
            after = [change(found[item_id]) for item_id in item_ids]
            self._check_vectors(after)
            return after

        with self._lock:
            revision, after = self._store.journal.change_items(item_ids, changed)
            self._show_items(after, revision)
            return after

    def delete_item(self, item_id: str) -> None:
        """Take the item out of the journal and out of every later slate."""
        with self._lock:
            revision = self._store.journal.delete_item(item_id)
            self._swap_items(without_item(self.current.world.snapshot, item_id), revision)

    def count_events(self, events: Sequence[Event]) -> None:
        """Let these events, already in the journal, count in popularity."""
        with self._lock:
            now = self.current
            counted = [
                (row, event.time.timestamp())
                for event in events
                if event.kind in self._store.spec.history_kinds and event.item_id is not None
                if (row := now.world.snapshot.row_of(event.item_id)) is not None
            ]
            if not counted:
                return
            rows = np.array([row for row, _ in counted], np.int32)
            times = np.array([time for _, time in counted], np.float64)
            index = now.index.with_events(rows, times, len(now.world.snapshot))
            self.current = self._made(now.world.snapshot, index, now.grounder, now.revision)

    def put_vectors(self, items: Sequence[Item], vectors: Vectors, *, whole: bool = True) -> None:
        """Let these items be found by meaning, but for those whose text has changed meanwhile. `vectors` (len(items),
        dim) of unit length; not `whole`: of their titles, until those of their texts come."""
        with self._lock:
            now, spec = self.current, self._store.spec
            snapshot = now.world.snapshot
            places = [(row, place) for place, item in enumerate(items)
                      if (row := snapshot.row_of(item.item_id)) is not None
                      if text_hash(spec, item) == snapshot.text_hashes[row]]  # fmt: skip
            if places:
                rows, kept = [row for row, _ in places], vectors[[place for _, place in places]]
                self._swap_items(with_vectors(snapshot, rows, kept, whole=whole), now.revision)

    def use_published(self) -> bool:
        """Let the sequence model serve that is published now. False when nothing has changed since the last look."""
        with self._lock:
            if not self._reader.changed():
                return False
            now = self.current
            self._tower = self._reader.on(now.world.snapshot)
            self._past.clear()
            self.current = self._made(now.world.snapshot, now.index, now.grounder, now.revision)
            return True

    def missing_items(self, *, bare: bool = False) -> list[str]:
        """Items whose vector is missing or out of date; `bare`: only those that have none at all."""
        snapshot = self.current.world.snapshot
        missing = ~snapshot.encoded & snapshot.available
        if bare:
            missing &= ~snapshot.vectors.any(axis=1)
        return [snapshot.item_ids[row] for row in np.flatnonzero(missing)]

    def save(self) -> None:
        """Write the snapshot, so that the next start opens it instead of building it."""
        with self._lock:
            now = self.current
            snapshot = now.world.snapshot
            version = _version(now.revision, self._vectors.digest, int(snapshot.encoded.sum()))
            save_snapshot(replace(snapshot, version=version), _snapshot_folder(self._store))

    def rebuild(self) -> None:
        """Build snapshot and index from the journal: after a bulk change or an erasure."""
        with self._lock:
            snapshot, revision = build_from_journal(self._store, self._vectors)
            index = _build_index(self._store, snapshot, self._config)
            self._conversions = self._converted(snapshot)
            self._tower = self._reader.on(snapshot)
            self._past.clear()
            self.current = self._made(snapshot, index, self._grounder(snapshot), revision)

    def _check_vectors(self, items: Sequence[Item]) -> None:
        """Raises DataError for a vector of the item's own that the snapshot cannot hold, before anything is written."""
        for item in items:
            if item.vector is not None:
                own_vector(item, self.current.world.snapshot.own.shape[1])

    def _show_items(self, items: Sequence[Item], revision: int) -> None:
        before = self.current.world.snapshot
        after = with_items(before, self._store.spec, items, self._known_vectors(before, items))
        self._swap_items(after, revision)

    def _known_vectors(self, snapshot: Snapshot, items: Sequence[Item]) -> Mapping[str, Vectors]:
        """By item id, the vectors that are known of texts which the snapshot does not hold encoded."""
        spec, missing = self._store.spec, []
        for item in items:
            row = snapshot.row_of(item.item_id)
            if row is None or not snapshot.encoded[row] or text_hash(spec, item) != snapshot.text_hashes[row]:
                missing.append(item)
        found, known = self._vectors.get([embed_text(spec, item) for item in missing])
        if found.shape[1] != snapshot.vectors.shape[1]:
            return {}
        return {item.item_id: found[place] for place, item in enumerate(missing) if known[place]}

    def _swap_items(self, snapshot: Snapshot, revision: int) -> None:
        now = self.current
        before = now.world.snapshot
        same_words = before.titles is snapshot.titles and all(
            before.terms[name].values is facet.values for name, facet in snapshot.terms.items()
        )
        grounder = now.grounder if same_words else self._grounder(snapshot)
        self._past.clear()
        after = self._made(snapshot, now.index, grounder, revision)
        if before.text is snapshot.text and before.vectors is snapshot.vectors:
            after = replace(after, world=replace(after.world, finder=now.world.words))
        self.current = after

    def _grounder(self, snapshot: Snapshot) -> Grounder:
        return Grounder(self._store.spec, snapshot, self._encoder, self._vectors)

    def _made(self, snapshot: Snapshot, index: BehaviourIndex, grounder: Grounder, revision: int) -> Current:
        _ = snapshot.coarse  # made here, so that no request waits for it
        return Current(self._world(snapshot, index, self._conversions, self._tower), grounder, index, revision)

    def _converted(self, snapshot: Snapshot, until: datetime | None = None) -> Conversions | None:
        """What the log says that items convert; counted at the start and at a rebuild, where places are allocated."""
        if self._config.allocate.most <= 0:
            return None
        kinds = {*CAME, *self._store.spec.history_kinds}
        columns = self._store.journal.event_columns(kinds, until=until)
        rows = rows_of(snapshot, columns)
        ratings = columns.kinds == KIND_CODES["rating"]
        took = np.isin(columns.kinds, [KIND_CODES[kind] for kind in TOOK])
        took |= ratings & liked_of(columns.values, self._store.spec)
        known = rows >= 0
        return conversions_of(len(snapshot), columns.users[known], rows[known], took[known])

    def _world(
        self, snapshot: Snapshot, index: BehaviourIndex, conversions: Conversions | None, tower: PlacedTower | None
    ) -> World:
        versions = {"index": f"{index.as_of:.3f}", "encoder": self._encoder.digest if self._encoder else ""}
        versions |= {"tower": tower.version if tower else ""}
        versions |= {"conversions": conversions.version} if conversions else {}
        tags, sequence = self._config.allocate.most > 0, tower.source if tower else None
        return World(
            spec=self._store.spec,
            snapshot=snapshot,
            sources=sources_of(self._store.spec, snapshot.vectors, index, self._config.retrieve, sequence, tags),
            conversions=conversions,
            weights=(tower.weights if tower else {}) or index.weights or DEFAULT_WEIGHTS,
            encode=self._encode,
            config=self._config,
            versions=versions,
            planner=self.planner,
        )


def prepare_store(config: Config, name: str, say: Callable[[str], None] = lambda text: None) -> None:
    """Build and save snapshot, index and source weights of a store from its journal, in the process that imports."""
    store = open_store(config, name)
    try:
        vectors = open_vectors(config, name, None)
        say("arrays")
        snapshot, _ = open_or_build_snapshot(store, vectors)
        say("index")
        _open_or_build_index(store, snapshot, config)
    finally:
        store.journal.close()


def open_vectors(config: Config, name: str, encoder: Encoder | None) -> VectorCache:
    """The vectors of this encoder that are known already, by default the embedded one; the demos bring theirs."""
    digest, dim = (encoder.digest, encoder.dim) if encoder else (embedded_digest(), EMBEDDED_DIM)
    pack = demo_pack(name)
    return VectorCache(config.home / "cache" / "vectors", digest, dim, pack.parent / "vectors.npz" if pack else None)


def open_or_build_snapshot(store: Store, vectors: VectorCache) -> tuple[Snapshot, int]:
    """The saved snapshot if it holds the journal's items as they are and this encoder's vectors, else a new one, which
    is saved."""
    revision = store.journal.item_revision()
    try:
        snapshot = open_snapshot(_snapshot_folder(store))
        if snapshot.version.startswith(_version(revision, vectors.digest)) and "+" not in snapshot.version:
            return snapshot, revision
    except StoreError as error:
        log.info("snapshot_not_opened", extra={"store": store.name, "why": str(error)})
    snapshot, revision = build_from_journal(store, vectors)
    save_snapshot(snapshot, _snapshot_folder(store))
    return snapshot, revision


def build_from_journal(store: Store, vectors: VectorCache) -> tuple[Snapshot, int]:
    """Arrays of the journal's items, with the vectors that are known."""
    revision = store.journal.item_revision()
    items = list(store.journal.items())
    found, known = item_vectors(store.spec, items, vectors)
    version = _version(revision, vectors.digest, int(known.sum()))
    return build_snapshot(store.spec, items, found, version, encoded=known), revision


def _build_index(store: Store, snapshot: Snapshot, config: Config) -> BehaviourIndex:
    columns = store.journal.event_columns(store.spec.history_kinds)
    now = datetime.now(UTC).timestamp()
    index = build_index(store.spec, snapshot, columns, config.retrieve, now)
    index = replace(index, weights=learn_weights(store.spec, snapshot, columns, config.retrieve))
    save_index(index, store.folder / "index", _ids_digest(snapshot, index.size))
    store.journal.set_meta("index_events", str(store.journal.event_count()))
    store.journal.set_meta("index_seq", str(int(columns.seqs.max(initial=0))))
    return index


def _open_or_build_index(store: Store, snapshot: Snapshot, config: Config) -> BehaviourIndex:
    """The saved index with the events that came after it; built anew when it is of other items."""
    try:
        index, digest = open_index(store.folder / "index")
    except StoreError as error:
        log.info("index_not_opened", extra={"store": store.name, "why": str(error)})
        return _build_index(store, snapshot, config)
    if len(snapshot) < index.size or digest != _ids_digest(snapshot, index.size):
        return _build_index(store, snapshot, config)
    if store.journal.event_count() == int(store.journal.get_meta("index_events") or -1):
        return index
    columns = store.journal.event_columns(store.spec.history_kinds)
    return _with_later(index, columns, snapshot, int(store.journal.get_meta("index_seq") or 0))


def _with_later(index: BehaviourIndex, columns: EventColumns, snapshot: Snapshot, seq: int) -> BehaviourIndex:
    later = columns.seqs > seq
    if not later.any():
        return index
    lookup = np.array([-1 if (row := snapshot.row_of(item)) is None else row for item in columns.item_ids], np.int32)
    rows, times = lookup[columns.items[later]], columns.times[later]
    return index.with_events(rows[rows >= 0], times[rows >= 0], len(snapshot))


def _snapshot_folder(store: Store) -> Path:
    return store.folder / "snapshot"


def _version(revision: int, encoder_digest: str, encoded: int | str = "") -> str:
    return f"r{revision}-{encoder_digest[:12]}-{encoded}"


def _ids_digest(snapshot: Snapshot, size: int) -> str:
    return hashlib.sha256("\n".join(snapshot.item_ids[:size]).encode()).hexdigest()


def _remembering(encoder: Encoder) -> Callable[[Sequence[str]], Vectors]:
    """Encode with a memory of the last texts: a wish is read at every request while it is in force. Kept in this
    process alone, since it is what people said."""
    kept: OrderedDict[str, Vectors] = OrderedDict()
    lock = threading.Lock()

    def encode(texts: Sequence[str]) -> Vectors:
        with lock:
            missing = [text for text in dict.fromkeys(texts) if text not in kept]
            if missing:
                kept.update(zip(missing, encoder.encode(missing), strict=True))
            found = np.stack([kept[text] for text in texts]) if texts else np.zeros((0, encoder.dim), np.float32)
            for text in texts:
                kept.move_to_end(text)
            while len(kept) > 512:
                kept.popitem(last=False)
            return found

    return encode
