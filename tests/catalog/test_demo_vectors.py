"""The vectors that the demo packs ship are those that the encoder makes of the packs as they are."""

from pathlib import Path

import numpy as np
import pytest

import intently.data
from intently.catalog.encode import EMBEDDED_DIM, VectorCache, embed_text, embedded_digest
from intently.catalog.load import LoadReport, read_items
from intently.catalog.meaning import texts_to_encode
from intently.catalog.schema import load_spec
from intently.catalog.vectors import read_shipped
from tests.catalog.encoders import real_encoder

PACKS = Path(intently.data.__file__).parent
SAMPLE = 40  # texts encoded again
REMAKE = "run scripts/make_demo_vectors.py"


def texts_of(store: str) -> list[str]:
    spec = load_spec(PACKS / store / "catalog.toml")
    items = list(read_items(spec, PACKS / store, report=LoadReport()))
    return texts_to_encode(spec, items, (embed_text(spec, item) for item in items), titles=False)


@pytest.mark.parametrize("store", ["films", "shop"])
def test_every_item_and_facet_word_of_a_pack_has_a_shipped_vector(store: str, tmp_path: Path) -> None:
    texts = texts_of(store)
    cache = VectorCache(tmp_path, embedded_digest(), EMBEDDED_DIM, PACKS / store / "vectors.npz")
    _, found = cache.get(texts)
    missing = [text for text, known in zip(texts, found, strict=True) if not known]
    assert not missing, f"{len(missing)} texts such as {missing[0]!r} have none; {REMAKE}"
    assert len(cache) == len(texts), f"vectors of texts that are gone; {REMAKE}"


@pytest.mark.parametrize("store", ["films", "shop"])
def test_shipped_vectors_are_unit_rows_to_half_precision_or_zeros_for_what_the_encoder_cannot_read(store: str) -> None:
    digest, keys, vectors = read_shipped(PACKS / store / "vectors.npz")
    assert digest == embedded_digest()
    assert len(set(keys)) == len(keys) == len(vectors)
    lengths = np.linalg.norm(vectors.astype(np.float32), axis=1)
    readable = lengths > 0  # one film has an alias in the Deseret alphabet
    assert np.abs(lengths[readable] - 1).max() < 2e-3
    assert (~readable).sum() <= 1


@pytest.mark.parametrize("store", ["films", "shop"])
def test_a_sample_of_shipped_vectors_is_what_the_encoder_makes(store: str, tmp_path: Path) -> None:
    encoder = real_encoder()
    texts = texts_of(store)
    sample = texts[:: max(1, len(texts) // SAMPLE)]
    vectors, _ = VectorCache(tmp_path, encoder.digest, encoder.dim, PACKS / store / "vectors.npz").get(sample)
    cosines = (vectors * encoder.encode(sample)).sum(axis=1)
    assert cosines.min() > 0.999, f"{sample[int(cosines.argmin())]!r} differs; {REMAKE}"
