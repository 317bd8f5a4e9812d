"""Vectors come while the feed is in use: titles first, then texts, and never that of a text that changed meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from intently.catalog.encode import VectorCache
from intently.config import load_config
from intently.engine import Engine, Services, prepare_store
from intently.engine.encoding import ItemEncoder
from intently.engine.store import import_store

TOML = """
format = "intently.catalog"
version = 1
name = "Tales"
noun = "tale"
nouns = "tales"
repeat = "always"
[items]
file = "items.csv"
id = "id"
title = "title"
text = ["text"]
embed = "{title}: {text}"
[facets.kind]
kind = "term"
column = "kind"
"""
TALES = ("sea", "fire", "sea fire", "snow")  # the words of the titles; "deep" is in the text of the last alone


class ByWord:
    """An encoder of known vectors: one axis a word. It keeps what it was asked, in order."""

    digest, dim = "words", 4
    axes = ("sea", "fire", "snow", "deep")

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.meanwhile: Callable[[str], None] = lambda text: None

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        for text in texts:
            self.asked.append(text)
            self.meanwhile(text)
        rows = np.array([[float(word in text) for word in self.axes] for text in texts], np.float32) + 0.01
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@pytest.fixture
def encoder() -> ByWord:
    return ByWord()


@pytest.fixture
def tales(tmp_path: Path, encoder: ByWord) -> Iterator[Engine]:
    """Four tales, no events, and an encoder that has not begun."""
    rows = "\n".join(f"t{n},{words},{'deep' if n == 3 else 'plain'} water,tale" for n, words in enumerate(TALES))
    (tmp_path / "items.csv").write_text(f"id,title,text,kind\n{rows}\n", "utf-8")
    (tmp_path / "tales.toml").write_text(TOML, "utf-8")
    config = load_config(env={}, home=tmp_path / "home", language={"enabled": False})
    import_store(config, "tales", tmp_path / "tales.toml")
    prepare_store(config, "tales")
    with Services(config, model=False) as services:
        services._arrived(encoder)  # as when its files have come
        with Engine("tales", config=config, services=services) as engine:
            for item in engine.store.journal.items():
                engine.put_item(item)
            yield engine


def encoding(engine: Engine, stop: Callable[[], bool] = lambda: False) -> ItemEncoder:
    vectors: VectorCache = engine.worlds._vectors
    return ItemEncoder(engine.store, engine.worlds, vectors, lambda: False, stop)


def near(engine: Engine, wish: str) -> str:
    """The tale that a wish by meaning puts first."""
    snapshot = engine.worlds.current.world.snapshot
    encode = engine.worlds.current.world.encode
    assert encode is not None
    return snapshot.item_ids[int(np.argmax(snapshot.vectors @ encode([wish])[0]))]


def test_a_feed_is_there_before_any_vector(tales: Engine) -> None:
    assert not tales.worlds.current.world.snapshot.encoded.any()
    assert len(tales.feed("ann").items) == 4


def test_titles_are_found_by_meaning_before_the_texts_are_read(tales: Engine, encoder: ByWord) -> None:
    encoding(tales, stop=lambda: "snow" in encoder.asked).encode(encoder, lambda done, of: None)
    assert [near(tales, wish) for wish in ("sea", "fire", "snow")] == ["t0", "t1", "t3"]
    assert not tales.worlds.current.world.snapshot.encoded.any()
    assert tales.health().encoded == 0


def test_texts_replace_titles_and_are_reported_and_saved(tales: Engine, encoder: ByWord) -> None:
    told: list[tuple[int, int]] = []
    assert encoding(tales).encode(encoder, lambda done, of: told.append((done, of))) == 4
    assert told == [(4, 4)]
    assert (near(tales, "deep"), tales.health().encoded) == ("t3", 4)
    assert encoding(tales).encode(encoder, lambda done, of: None) == 0
    before = len(encoder.asked)
    with Services(tales.config, model=False) as services:
        services._arrived(encoder)
        with Engine("tales", config=tales.config, services=services) as again:
            assert again.health().encoded == 4
            assert near(again, "deep") == "t3"
    assert encoder.asked[before:] == ["deep"]  # the wish itself; the tales came from the disk


def test_a_text_that_changed_while_it_was_encoded_does_not_get_the_former_vector(
    tales: Engine, encoder: ByWord
) -> None:
    def change(text: str) -> None:
        if text.startswith("snow:"):
            encoder.meanwhile = lambda _: None
            tales.patch_item("t3", {"text": "fire fire"})

    encoder.meanwhile = change
    encoding(tales).encode(encoder, lambda done, of: None)
    assert tales.worlds.missing_items() == ["t3"]
    encoding(tales).encode(encoder, lambda done, of: None)
    assert tales.worlds.missing_items() == []
    assert near(tales, "snow fire") == "t3"
