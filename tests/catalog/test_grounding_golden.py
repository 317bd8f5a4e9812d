"""Golden phrases on the demo catalogues: what they know means what people mean, what they do not know means nothing."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

import intently.data
from intently.catalog.encode import encode_missing
from intently.catalog.ground import Grounder
from intently.catalog.load import LoadReport, read_items
from intently.catalog.meaning import facet_words
from intently.catalog.schema import load_spec
from intently.catalog.snapshot import build_snapshot
from intently.catalog.vectors import VectorCache
from tests.catalog.encoders import real_encoder

GOLDEN = Path(__file__).parents[1] / "data" / "grounding"
PACKS = Path(intently.data.__file__).parent
BAR = 0.02  # share of false groundings (SEMANTICS 2)


def lines(name: str) -> list[str]:
    return [line for line in (GOLDEN / name).read_text("utf-8").splitlines() if line and not line.startswith("#")]


@cache
def world(store: str) -> "tuple[Grounder, Sequence[str]]":
    spec = load_spec(PACKS / store / "catalog.toml")
    snapshot = build_snapshot(spec, read_items(spec, PACKS / store, report=LoadReport()), None, "1")
    words = facet_words(spec, {name: held.values for name, held in snapshot.terms.items()}, len(snapshot.item_ids))
    return Grounder(spec, snapshot), [word.text for word in words]


@pytest.mark.parametrize("store", ["films", "shop"])
def test_phrases_that_the_catalogue_knows_mean_what_people_mean(store: str) -> None:
    grounder, _ = world(store)
    wrong = []
    for line in lines(f"{store}.tsv"):
        phrase, expected = line.split("\t")
        found = grounder.ground(phrase)
        said = None if found is None else f"{found.facet}:{found.matches[0].value}"
        if said != expected:
            wrong.append((phrase, expected, said))
    assert len(lines(f"{store}.tsv")) >= 150
    assert wrong == []


@pytest.mark.parametrize("store", ["films", "shop"])
def test_a_known_phrase_means_the_same_inside_a_sentence(store: str) -> None:
    grounder, _ = world(store)
    wrong = []
    for line in lines(f"{store}.tsv"):
        phrase = line.split("\t")[0]
        alone = grounder.ground(phrase)
        assert alone is not None
        spans = grounder.scan(["please", *phrase.split(), "thanks"])
        if [span.grounding.matches[0].value for span in spans] != [alone.matches[0].value]:
            wrong.append((phrase, spans))
    assert wrong == []


@pytest.mark.parametrize("store", ["films", "shop"])
def test_moods_are_never_certain_facts_beyond_the_bar(store: str) -> None:
    grounder, _ = world(store)
    moods = lines("moods.txt")
    false = [mood for mood in moods if grounder.ground(mood) is not None]
    assert len(moods) >= 200
    assert len(false) <= BAR * len(moods), false


@pytest.mark.parametrize("store", ["films", "shop"])
def test_moods_are_near_to_facet_words_no_more_often_than_the_bar(store: str, tmp_path: Path) -> None:
    encoder = real_encoder()
    _, texts = world(store)
    cache = VectorCache(tmp_path, encoder.digest, encoder.dim, PACKS / store / "vectors.npz")
    encode_missing(texts, encoder, cache)
    spec = load_spec(PACKS / store / "catalog.toml")
    snapshot = build_snapshot(spec, read_items(spec, PACKS / store, report=LoadReport()), None, "1")
    grounder = Grounder(spec, snapshot, encoder, cache)
    moods = lines("moods.txt")
    near = [(mood, found.matches[0]) for mood in moods if (found := grounder.nearest(mood)) is not None]
    assert len(near) <= BAR * len(moods), near
