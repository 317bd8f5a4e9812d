"""The sets that retrieval is measured on: a demo that ships, or a folder of files of one's own.

A set is a catalogue in `sets/NAME/catalog.toml` beside this file. One whose events have no usable times ("position"
stands for them) cannot be walked in order of time: protocol TIME is refused on it.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from intently.catalog.encode import EMBEDDED_DIM, Encoder, embed_text, embedded_digest, encode_missing
from intently.catalog.load import read_items
from intently.catalog.schema import CatalogSpec, load_spec
from intently.catalog.vectors import VectorCache
from intently.config import Config
from intently.engine import Services
from intently.errors import BadRequest, DataError, NotFound
from intently.evaluate.pack import Pack, open_pack, pack_folder, read_pack
from intently.nouns import Item

__all__ = ["SETS", "RetrievalSet", "open_set"]

SETS = Path(str(resources.files("intently.evaluate.retrieval"))) / "sets"
DEMOS: Mapping[str, str] = {"demo-movies": "films", "demo-shop": "shop"}  # set -> store
UNTIMED = "position"  # the column of a log that knows the order of each person's events alone
Say = Callable[[str], None]


@dataclass(frozen=True)
class RetrievalSet:
    """`timed`: the log's times mean something between people."""

    name: str
    pack: Pack
    timed: bool


def open_set(
    name: str, data: Path | None, config: Config, say: Say = lambda text: None, *, encode: bool = True
) -> RetrievalSet:
    """Read a set, with the vectors of its items that are known; with `encode` the others are made first.

    `data`: the folder that holds the folders of sets that do not ship. Raises NotFound for an unknown set, BadRequest
    without the folder or the encoder that it needs, DataError for missing files.
    """
    cache = config.home / "cache" / "vectors"
    if name in DEMOS:
        return RetrievalSet(name, open_pack(name, pack_folder(DEMOS[name]), cache), timed=True)
    spec, folder = _declared(name, data)
    items = list(read_items(spec, folder, drop_bad_rows=True))
    vectors = VectorCache(cache, embedded_digest(), EMBEDDED_DIM)
    if encode:
        _encode(spec, items, vectors, config, say)
    pack = read_pack(name, spec, folder, items, vectors, _digest(spec, folder))
    return RetrievalSet(name, pack, timed=spec.events is not None and spec.events.time != UNTIMED)


def _declared(name: str, data: Path | None) -> tuple[CatalogSpec, Path]:
    known = sorted(path.parent.name for path in SETS.glob("*/catalog.toml"))
    if name not in known:
        raise NotFound(f"there is no set {name!r}; there are {', '.join([*DEMOS, *known])}")
    if data is None:
        raise BadRequest(f"the set {name} is read from files of its own: pass --data FOLDER, the folder of {name}/")
    spec = load_spec(SETS / name / "catalog.toml")
    files = [spec.items.file, spec.events.file if spec.events else spec.items.file]
    missing = [file for file in files if not (data / name / file).is_file()]
    if missing:
        raise DataError(f"{data / name / missing[0]}: is not there; pass --data FOLDER, the folder that holds {name}/")
    return spec, data / name


def _encode(spec: CatalogSpec, items: list[Item], cache: VectorCache, config: Config, say: Say) -> None:
    texts = [embed_text(spec, item) for item in items]
    _, found = cache.get(texts)
    if found.all():
        return
    with Services(config, model=False) as services:
        encoder: Encoder | None = services.encoder
        if encoder is None:
            raise BadRequest(
                "the semantic row needs the text encoder; fetch it (intently model get) or name other rows (--rows)"
            )
        say(f"encoding {int((~found).sum()):,} texts")
        encode_missing(texts, encoder, cache)


def _digest(spec: CatalogSpec, folder: Path) -> str:
    """SHA-256 of the declaration and the files."""
    whole = hashlib.sha256(spec.model_dump_json().encode())
    for file in (spec.items.file, *([spec.events.file] if spec.events else [])):
        whole.update((folder / file).read_bytes())
    return whole.hexdigest()
