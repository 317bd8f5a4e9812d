"""Encode the demo packs and write their vectors.npz: the texts of all items, and the facet words.

    python scripts/make_demo_vectors.py [films] [shop] [--cache FOLDER] [--models FOLDER]

About 2 minutes on one idle core; with a cache only what has changed is encoded again. Run it after a change of a pack's
catalog.toml, its items, or of what `embed_text` makes; tests/catalog/test_demo_vectors.py says when that is needed.
"""

import argparse
import sys
import time
from pathlib import Path

import intently.data
from intently.catalog.encode import OnnxEncoder, embed_text, encode_missing, fetch_encoder
from intently.catalog.load import LoadReport, read_items
from intently.catalog.meaning import texts_to_encode
from intently.catalog.schema import load_spec
from intently.catalog.vectors import VectorCache, write_shipped
from intently.config import load_config

PACKS = Path(intently.data.__file__).parent


def pack_texts(store: str) -> list[str]:
    """All texts whose vectors the pack ships: facet words first, then the items."""
    spec = load_spec(PACKS / store / "catalog.toml")
    items = list(read_items(spec, PACKS / store, report=LoadReport()))
    return texts_to_encode(spec, items, (embed_text(spec, item) for item in items), titles=False)


def make(store: str, encoder: OnnxEncoder, cache: VectorCache) -> None:
    texts = pack_texts(store)
    start = time.monotonic()
    fresh = encode_missing(texts, encoder, cache, lambda done, total: _show(store, done, total))
    vectors, _ = cache.get(texts)
    path = PACKS / store / "vectors.npz"
    write_shipped(path, encoder.digest, dict(zip(texts, vectors, strict=True)))
    size = path.stat().st_size / 1e6
    print(f"{store}: {len(texts)} texts, {fresh} encoded in {time.monotonic() - start:.0f} s, {size:.1f} MB")


def _show(store: str, done: int, total: int) -> None:
    print(f"\r{store}: {done} of {total}", end="\n" if done == total else "", file=sys.stderr)


def main() -> None:
    home = load_config().home
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stores", nargs="*", default=["films", "shop"])
    parser.add_argument("--cache", type=Path, default=home / "cache" / "vectors")
    parser.add_argument("--models", type=Path, default=home / "models")
    chosen = parser.parse_args()
    encoder = OnnxEncoder(fetch_encoder(chosen.models))
    cache = VectorCache(chosen.cache, encoder.digest, encoder.dim)
    for store in chosen.stores:
        make(store, encoder, cache)


if __name__ == "__main__":
    main()
