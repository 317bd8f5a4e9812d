"""The sets that retrieval is measured on: a demo that ships, or a folder of files of one's own (source.py).

One whose events have no usable times ("position" stands for them) cannot be walked in order of time: protocol TIME is
refused on it.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from intently.catalog.encode import EMBEDDED_DIM, Encoder, embed_text, embedded_digest, encode_missing
from intently.catalog.load import read_items
from intently.catalog.schema import CatalogSpec, load_spec
from intently.catalog.vectors import VectorCache
from intently.config import Config
from intently.engine import Services
from intently.errors import BadRequest, DataError
from intently.evaluate.pack import Pack, open_pack, pack_folder, read_pack
from intently.evaluate.retrieval.source import SETS, SetSource, set_source
from intently.evaluate.understanding.source import folder_of, open_set_source
from intently.nouns import Item
from intently.retrieve.request import Floats

__all__ = ["SETS", "RetrievalSet", "encoding_of", "open_set"]

UNTIMED = "position"  # the column of a log that knows the order of each person's events alone
Say = Callable[[str], None]


@dataclass(frozen=True)
class RetrievalSet:
    """`timed`: the log's times mean something between people; `category`: the term facet by which slates are judged,
    empty where there is none; `refit_days`: TIME, a model is made anew after so many days of the log."""

    name: str
    pack: Pack
    timed: bool
    category: str = ""
    refit_days: float = 14.0


def open_set(
    name: str, data: Path | None, config: Config, say: Say = lambda text: None, *, encode: bool = True
) -> RetrievalSet:
    """Read a set, with the vectors of its items that are known; with `encode` the others are made first.

    `data`: the folder that holds the folders of sets that do not ship. Raises NotFound for an unknown set, BadRequest
    without the folder or the encoder that it needs, DataError for missing files.
    """
    cache = config.home / "cache" / "vectors"
    source = set_source(name)
    if source.demo:
        pack = open_pack(name, pack_folder(source.demo), cache)
        return RetrievalSet(name, pack, True, source.category, source.refit_days)
    spec = _spec(name, source)
    folder = _folder(name, source, spec, data, config)
    items = list(read_items(spec, folder, drop_bad_rows=True))
    vectors = VectorCache(cache, embedded_digest(), EMBEDDED_DIM)
    if encode:
        _encode(spec, items, vectors, config, say)
    pack = read_pack(name, spec, folder, items, vectors, _digest(spec, folder))
    timed = spec.events is not None and spec.events.time != UNTIMED
    return RetrievalSet(name, pack, timed, source.category, source.refit_days)


def encoding_of(config: Config) -> Callable[[Sequence[str]], Floats] | None:
    """Texts as the items of all sets are encoded; None where that encoder is not fetched, or another is configured.
    No text is encoded twice: vectors are kept where those of the items are."""
    with Services(config, model=False) as services:
        encoder = services.encoder
    if encoder is None or encoder.digest != embedded_digest():
        return None
    cache = VectorCache(config.home / "cache" / "vectors", embedded_digest(), EMBEDDED_DIM)

    def encode(texts: Sequence[str]) -> Floats:
        encode_missing(texts, encoder, cache)
        return cache.get(texts)[0]

    return encode


def _spec(name: str, source: SetSource) -> CatalogSpec:
    """The catalogue, with the words of a demo read in its titles where the set says so."""
    spec = load_spec(source.catalog_file(name))
    if not source.words_of:
        return spec
    words = load_spec(pack_folder(source.words_of) / "catalog.toml").facets
    read = {
        name: facet.model_copy(update={"words_in": (spec.items.title,)})
        for name, facet in words.items()
        if facet.words_in
    }
    return spec.model_copy(update={"facets": {**read, **spec.facets}})


def _folder(name: str, source: SetSource, spec: CatalogSpec, data: Path | None, config: Config) -> Path:
    """Where the files lie that the catalogue names."""
    if source.make:
        return _made(name, source, data, config)
    place = source.folder or name
    if data is None:
        raise BadRequest(f"the set {name} is read from files of its own: pass --data FOLDER, the folder of {place}/")
    files = [spec.items.file, spec.events.file if spec.events else spec.items.file]
    if missing := [file for file in files if not (data / place / file).is_file()]:
        raise DataError(
            f"{data / place / missing[0]}: is not there; pass --data FOLDER, the folder that holds {place}/"
        )
    return data / place


def _made(name: str, source: SetSource, data: Path | None, config: Config) -> Path:
    """The files that `evaluate understanding` makes of the same set, made once for the same data."""
    from intently.evaluate.understanding import making  # reads Parquet: only such a set pays for that

    origin = open_set_source(source.make)
    folder = folder_of(name, origin, data)
    toml = source.catalog_file(name).read_text("utf-8")
    whole = hashlib.sha256(toml.encode() + Path(making.__file__).read_bytes())
    for file in origin.files:
        whole.update((folder / file).read_bytes())
    home = config.home / "cache" / "evaluate" / "retrieval-sets" / f"{name}-{whole.hexdigest()[:16]}"
    home.parent.mkdir(parents=True, exist_ok=True)
    return making.make_files(origin, folder, toml, home)


def _encode(spec: CatalogSpec, items: list[Item], cache: VectorCache, config: Config, say: Say) -> None:
    texts = [embed_text(spec, item) for item in items]
    _, found = cache.get(texts)
    if found.all():
        return
    with Services(config, model=False) as services:
        encoder: Encoder | None = services.encoder
        if encoder is None or encoder.digest != embedded_digest():
            raise BadRequest(
                "the rows semantic, tags and fused need the text encoder that ships, and no other by URL; fetch it "
                "(intently model get) or name other rows (--rows)"
            )
        say(f"encoding {int((~found).sum()):,} texts")
        encode_missing(texts, encoder, cache)


def _digest(spec: CatalogSpec, folder: Path) -> str:
    """SHA-256 of the declaration, without how lines are written, and the files."""
    whole = hashlib.sha256(spec.model_dump_json(exclude={"reasons"}).encode())
    for file in (spec.items.file, *([spec.events.file] if spec.events else [])):
        whole.update((folder / file).read_bytes())
    return whole.hexdigest()
