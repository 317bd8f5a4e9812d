"""Making a ground: a catalogue imported through the product's own import, without the events to be predicted.

An import is kept by the hash of everything that decides it (files, declarations, held-out people) and copied for each
run, so that no session of one run is seen by another. Times are not shifted; sessions take place after the last event.
"""

import gzip
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl

from intently.catalog.encode import EMBEDDED_DIM, Encoder, embed_text, embedded_digest, encode_missing
from intently.catalog.load import read_items
from intently.catalog.meaning import texts_to_encode
from intently.catalog.schema import load_spec
from intently.catalog.vectors import VectorCache
from intently.config import Config
from intently.engine import Engine, Services
from intently.engine.store import import_store
from intently.engine.worlds import prepare_store
from intently.errors import BadRequest, DataError
from intently.evaluate.commands.case import Ground
from intently.evaluate.commands.holdout import Holdout, hold_out
from intently.evaluate.commands.source import SETS, Source, open_source
from intently.evaluate.oracle import Oracle, Rows, read_rows

__all__ = ["STORE", "Prepared", "folder_of", "open_ground", "prepare_ground"]

STORE = "ground"
Say = Callable[[str], None]
AVERAGES = re.compile(r"(?ms)^(# [^\n]*\n)?\[facets\.rating\]\n.*?(?=^\[facets\.|\Z)")


@dataclass(frozen=True)
class Prepared:
    """An imported ground at rest. `home`: the folder that holds its store."""

    name: str
    source: Source
    home: Path
    rows: Rows
    held: Holdout
    digest: str


def prepare_ground(name: str, data: Path | None, config: Config, say: Say = lambda text: None) -> Prepared:
    """Import the ground unless that was done before. `data`: the folder that holds the data sets.

    Raises NotFound for an unknown ground, BadRequest without the folder it needs, DataError for missing files.
    """
    source = open_source(name)
    folder = folder_of(name, source, data)
    rows = {key: row for key, row in read_rows(folder / source.items, source.item_id).items() if row[source.title]}
    held = hold_out(source, folder, frozenset(rows))
    toml = _catalog(name, source)
    digest = _digest(toml, folder, source, held)
    home = config.home / "cache" / "evaluate" / "commands" / f"{name}-{digest}"
    if not (home / STORE / "index" / "manifest.json").is_file():
        say(f"{name}: importing {len(rows):,} items and {held.log.height:,} events")
        _import(home, toml, folder, source, held, config, say)
    return Prepared(name, source, home, rows, held, digest)


@contextmanager
def open_ground(prepared: Prepared, config: Config, services: Services | None = None) -> Iterator[Ground]:
    """A copy of the ground, open, in a folder of its own that goes with the block."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="intently-", dir=memory if memory.is_dir() else None) as folder:
        home = Path(folder)
        shutil.copytree(prepared.home / STORE, home / STORE)
        _link(home, config.home)
        own = config.model_copy(update={"home": home})
        with Engine(STORE, config=own, services=services, model=services is not None) as engine:
            yield _ground(prepared, engine, home)


def _ground(prepared: Prepared, engine: Engine, home: Path) -> Ground:
    source, log = prepared.source, prepared.held.log
    liked: dict[str, list[str]] = {}
    seen: dict[str, set[str]] = {}
    for user, item, _, liking in log.sort("time", maintain_order=True).iter_rows():
        seen.setdefault(user, set()).add(item)
        if liking:
            liked.setdefault(user, []).append(item)
    words = {key: _words(row, source) for key, row in prepared.rows.items()}
    last = float(log["time"].max() or 0.0)  # type: ignore[arg-type]
    return Ground(
        name=prepared.name, engine=engine, oracle=Oracle(prepared.rows, source.judged()), rows=prepared.rows,
        liked={user: tuple(items) for user, items in liked.items()},
        seen={user: frozenset(items) for user, items in seen.items()}, words=words, home=home, kept=prepared.home,
        as_of=datetime.fromtimestamp(last, UTC) + timedelta(minutes=1), facets=source.facets(),
    )  # fmt: skip


def _words(row: Mapping[str, Any], source: Source) -> str:
    return "\n".join(str(row[column]) for column in (source.title, *source.text) if row.get(column))


def folder_of(name: str, source: Source, data: Path | None) -> Path:
    """The folder of a ground's files. Raises BadRequest without the folder it needs, DataError for missing files."""
    if source.demo:
        return Path(str(resources.files("intently") / "data" / source.demo))
    if data is None:
        raise BadRequest(f"the ground {name} is read from files of its own: pass --data FOLDER, the folder of {name}/")
    folder = data / name
    missing = [file for file in (source.items, source.events) if not (folder / file).is_file()]
    if missing:
        raise DataError(f"{folder / missing[0]}: is not there; pass --data FOLDER, the folder that holds {name}/")
    return folder


def _catalog(name: str, source: Source) -> str:
    """The catalogue's TOML, with the facets of a demo where it shares them; averages of all ratings are cut out."""
    text = (SETS / name / "catalog.toml").read_text("utf-8")
    if not source.facets_of:
        return text
    shared = (resources.files("intently") / "data" / source.facets_of / "catalog.toml").read_text("utf-8")
    facets = shared[shared.index("[facets.") :]
    return text + "\n" + AVERAGES.sub("", facets)


def _digest(toml: str, folder: Path, source: Source, held: Holdout) -> str:
    whole = hashlib.sha256(toml.encode())
    whole.update(source.model_dump_json(exclude={"fields"}).encode())
    whole.update(repr(sorted(held.targets.items())).encode())
    for file in (source.items, source.events):
        whole.update((folder / file).read_bytes())
    return whole.hexdigest()[:16]


def _import(home: Path, toml: str, folder: Path, source: Source, held: Holdout, config: Config, say: Say) -> None:
    """Into a folder of another name first, renamed when it is whole."""
    partial = home.with_name(home.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    files = partial / "files"
    files.mkdir(parents=True)
    _link(partial, config.home)
    (files / "catalog.toml").write_text(toml, "utf-8")
    (files / source.items).symlink_to((folder / source.items).resolve())
    _write_events(files / source.events, held.kept)
    own = config.model_copy(update={"home": partial})
    import_store(own, STORE, files / "catalog.toml", drop_bad_rows=True)
    _encode(own, files, source, say)
    prepare_store(own, STORE)
    shutil.rmtree(home, ignore_errors=True)
    partial.rename(home)


def _encode(config: Config, files: Path, source: Source, say: Say) -> None:
    """Every text that the catalogue asks for, from the demo's own vectors where it is one."""
    spec = load_spec(files / "catalog.toml")
    items = list(read_items(spec, files, drop_bad_rows=True))
    texts = texts_to_encode(spec, items, [embed_text(spec, item) for item in items], titles=False)
    shipped = resources.files("intently") / "data" / (source.demo or "none") / "vectors.npz"
    cache = VectorCache(config.home / "cache" / "vectors", embedded_digest(), EMBEDDED_DIM)
    known = VectorCache(config.home / "none", embedded_digest(), EMBEDDED_DIM, Path(str(shipped)))
    vectors, found = known.get(texts)
    cache.put([text for text, held in zip(texts, found, strict=True) if held], vectors[found])
    if found.all():
        return
    encoder = _encoder(config)
    say(f"encoding {int((~found).sum()):,} texts")
    encode_missing(texts, encoder, cache)


def _encoder(config: Config) -> Encoder:
    with Services(config, model=False) as services:
        if services.encoder is None:
            raise BadRequest("this ground needs the text encoder; fetch it: intently model get")
        return services.encoder


def _write_events(path: Path, events: pl.DataFrame) -> None:
    if path.name.endswith(".parquet"):
        events.write_parquet(path)
        return
    with gzip.open(path, "wb") as file:
        file.write(events.write_csv().encode())


def _link(home: Path, shared: Path) -> None:
    """Models and vectors are those of the user's own home."""
    (home / "cache").mkdir(parents=True, exist_ok=True)
    for name in ("models", "cache/vectors"):
        (shared / name).mkdir(parents=True, exist_ok=True)
        (home / name).symlink_to((shared / name).resolve(), target_is_directory=True)
