"""A set as it is evaluated: catalogue, vectors, everybody's events in order, and the category of each item.

Times are not shifted. Averages that ship with items are facets at most and are not read by any row here.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from intently.catalog.encode import EMBEDDED_DIM, Encoder, embed_text, embedded_digest, encode_missing, item_vectors
from intently.catalog.load import read_items
from intently.catalog.schema import CatalogSpec, EventsSpec, load_spec
from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.catalog.vectors import VectorCache
from intently.config import Config
from intently.errors import BadRequest
from intently.evaluate.understanding.categories import Categories, categories_of
from intently.evaluate.understanding.encoder import KeptEncoder
from intently.evaluate.understanding.making import make_files
from intently.evaluate.understanding.source import SETS, folder_of, open_set_source
from intently.nouns import Event, Item
from intently.retrieve.columns import Log
from intently.retrieve.request import Floats

__all__ = ["Ground", "open_ground"]

Say = Callable[[str], None]


@dataclass(frozen=True)
class Ground:
    """`log`: counted events in order of (time, place in the file); `frame`: the same events with their raw cells."""

    name: str
    spec: CatalogSpec
    items: tuple[Item, ...]  # in the snapshot's order
    snapshot: Snapshot
    log: Log
    frame: pl.DataFrame
    user_ids: tuple[str, ...]  # by the numbers in the log
    categories: Categories
    encode: Callable[[Sequence[str]], Floats]  # texts -> unit rows; what was encoded once is kept
    digest: str  # of catalogue, data, vectors and categories

    @property
    def encoder(self) -> KeptEncoder:
        """For what a pipeline encodes."""
        return KeptEncoder(self.name, self.snapshot.vectors.shape[1], self.encode)

    def events(self, first: int, last: int) -> list[Event]:
        """The events at these positions of the log, as the journal keeps them."""
        kind = self.spec.events.kind_is if self.spec.events else None
        rows = self.frame[first:last].iter_rows(named=True)
        return [Event.model_validate({**row, "kind": kind, "event_id": f"e{row['event_id']}"}) for row in rows]


def open_ground(
    name: str, data: Path | None, config: Config, encoder: Encoder | None, say: Say = lambda text: None
) -> Ground:
    """Read a set. `data`: the folder of the sets that do not ship. Raises NotFound, BadRequest, DataError."""
    source = open_set_source(name)
    folder = folder_of(name, source, data)
    cache = VectorCache(config.home / "cache" / "vectors", embedded_digest(), EMBEDDED_DIM, folder / "vectors.npz")
    if source.make:
        toml = (SETS / name / "catalog.toml").read_text("utf-8")
        folder = make_files(source, folder, toml, _made_folder(name, toml, folder, source.files, config))
    spec = load_spec(folder / "catalog.toml")
    items = tuple(read_items(spec, folder, drop_bad_rows=bool(source.make)))
    encode = _encode_with(encoder, cache, say)
    encode([embed_text(spec, item) for item in items])
    vectors, encoded = item_vectors(spec, items, cache)
    snapshot = build_snapshot(spec, items, vectors, name, encoded=encoded)
    frame = _frame(spec.events, folder, snapshot) if spec.events else pl.DataFrame()
    log, user_ids = _log(frame, spec, snapshot)
    categories = categories_of(source, SETS / name, snapshot, items)
    return Ground(
        name, spec, items, snapshot, log, frame, user_ids, categories, encode, _digest(folder, snapshot, categories)
    )


def _made_folder(name: str, toml: str, folder: Path, files: Sequence[str], config: Config) -> Path:
    whole = hashlib.sha256(toml.encode() + (Path(__file__).parent / "making.py").read_bytes())
    for file in files:
        whole.update((folder / file).read_bytes())
    return config.home / "cache" / "evaluate" / "understanding" / f"{name}-{whole.hexdigest()[:16]}"


def _encode_with(encoder: Encoder | None, cache: VectorCache, say: Say) -> Callable[[Sequence[str]], Floats]:
    """Texts to vectors, each encoded once. Raises BadRequest when one is new and there is no encoder."""

    def encode(texts: Sequence[str]) -> Floats:
        vectors, found = cache.get(texts)
        if found.all():
            return vectors
        if encoder is None:
            raise BadRequest("this needs the text encoder; fetch it: intently model get")
        if (~found).sum() > 500:
            say(f"encoding {int((~found).sum()):,} texts")
        encode_missing(texts, encoder, cache)
        return cache.get(texts)[0]

    return encode


def _frame(events: EventsSpec, folder: Path, snapshot: Snapshot) -> pl.DataFrame:
    """The events that are of items of the catalogue, in order: user_id, item_id, time and what else is declared."""
    path = folder / events.file
    raw = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path)
    seconds = pl.col(events.time) / (1000 if events.time_format == "milliseconds" else 1)
    optional = {"value": (events.value, pl.Float64), "order_id": (events.order, pl.String)}
    return (
        raw.with_row_index("event_id")
        .select(
            "event_id",
            user_id=pl.col(events.user).cast(pl.String),
            item_id=pl.col(events.item).cast(pl.String),
            time=seconds.cast(pl.Float64),
            **{name: pl.col(column).cast(kind) for name, (column, kind) in optional.items() if column},
        )
        .filter(pl.col("item_id").is_in(list(snapshot.item_ids)))
        .sort("time", maintain_order=True)
    )


def _log(frame: pl.DataFrame, spec: CatalogSpec, snapshot: Snapshot) -> tuple[Log, tuple[str, ...]]:
    user_ids = tuple(frame["user_id"].unique(maintain_order=True).to_list())
    users = {user_id: number for number, user_id in enumerate(user_ids)}
    rows = {item_id: row for row, item_id in enumerate(snapshot.item_ids)}
    liked = np.ones(frame.height, dtype=np.bool_)
    if spec.liked_from is not None and "value" in frame.columns:
        liked = (frame["value"] >= spec.liked_from).fill_null(True).to_numpy()
    log = Log(
        users=np.array([users[one] for one in frame["user_id"]], dtype=np.int32),
        rows=np.array([rows[one] for one in frame["item_id"]], dtype=np.int32),
        times=frame["time"].to_numpy().astype(np.float64),
        liked=np.asarray(liked, dtype=np.bool_),
    )
    return log, user_ids


def _digest(folder: Path, snapshot: Snapshot, categories: Categories) -> str:
    whole = hashlib.sha256(snapshot.vectors.tobytes() + categories.of.tobytes())
    for file in sorted(folder.iterdir()):
        if file.suffix in {".toml", ".gz", ".parquet"}:
            whole.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()[:16]
