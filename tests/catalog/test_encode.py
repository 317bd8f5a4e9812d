"""The contract of encoders, over the embedded one and over a URL whose server answers with the embedded one."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from intently.catalog.encode import (
    MAX_TOKENS,
    Encoder,
    UrlEncoder,
    VectorCache,
    embed_text,
    encode_missing,
    item_vectors,
)
from intently.catalog.ground import Grounder
from intently.catalog.meaning import facet_words, texts_to_encode
from intently.catalog.schema import parse_spec
from intently.catalog.snapshot import build_snapshot
from intently.errors import ModelError, ModelTimeout, ModelUnavailable
from intently.nouns import Item
from tests.catalog.encoders import real_encoder

SPEC = parse_spec(
    """
format = "intently.catalog"
version = 1
name = "tiny"
[items]
file = "items.csv"
id = "id"
title = "title"
embed = "{title}. {facets}. {text}"
[facets.genre]
kind = "term"
column = "genres"
many = true
weight = 1.0
[facets.place]
kind = "term"
column = "places"
weight = 0.2
aliases = { "at the coast" = ["seaside"], shore = ["seaside"] }
[facets.secret]
kind = "term"
column = "secrets"
shown = false
[facets.year]
kind = "date"
column = "year"
""",
    "tiny.toml",
)


class Wire(BaseHTTPRequestHandler):
    """The embeddings call of the OpenAI wire. The model's name chooses how the answer goes wrong."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts, model = asked["input"], asked["model"]
        if model == "slow":
            threading.Event().wait(1.5)
        if model == "refuses":
            self.answer(400, {"error": {"message": "no such model", "type": "invalid_request_error"}})
            return
        vectors = real_encoder().encode(texts) * 3  # a server need not answer unit vectors
        rows = [{"object": "embedding", "index": n, "embedding": v.tolist()} for n, v in enumerate(vectors)]
        if model == "short":
            rows = rows[1:]
        if model == "uneven":
            rows[0]["embedding"] = rows[0]["embedding"][1:]
        self.answer(200, {"object": "list", "data": rows[::-1], "model": model, "usage": {}})

    def answer(self, status: int, body: Any) -> None:
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    real_encoder()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["onnx", "url"])
def encoder(request: pytest.FixtureRequest) -> Iterator[Encoder]:
    if request.param == "onnx":
        yield real_encoder()
        return
    made = UrlEncoder(request.getfixturevalue("url"), "any")
    yield made
    made.close()


def test_rows_have_length_one_and_the_encoders_dimension(encoder: Encoder) -> None:
    vectors = encoder.encode(["a quiet film", "two friends on a road trip", ""])
    assert vectors.shape == (3, encoder.dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_many_texts_have_the_vectors_that_each_has_alone(encoder: Encoder) -> None:
    texts = ["horror", "a comedy about a wedding", "x" * 2000, "恐怖片"]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5


def test_no_texts_are_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape[0] == 0


def test_more_texts_than_one_request_holds_keep_their_order(encoder: Encoder) -> None:
    texts = [f"number {n}" for n in range(70)]
    vectors = encoder.encode(texts)
    assert np.abs(vectors[[0, 65, 69]] - encoder.encode([texts[0], texts[65], texts[69]])).max() < 1e-5


def test_meaning_is_near_and_what_is_foreign_is_far(encoder: Encoder) -> None:
    scary, horror, wedding = encoder.encode(["a scary film", "a horror movie", "a wedding dress"])
    assert scary @ horror > 0.6 > 0.4 > scary @ wedding


def test_encoders_are_told_apart_by_their_digest(url: str) -> None:
    digests = {real_encoder().digest, UrlEncoder(url, "a").digest, UrlEncoder(url, "b").digest}
    assert len(digests) == 3
    assert UrlEncoder(url + "/", "a").digest == UrlEncoder(url, "a").digest


def test_the_embedded_encoder_reads_128_tokens_and_no_more() -> None:
    text = "word " * (MAX_TOKENS - 2)
    more = real_encoder().encode([text, text + "horror slasher blood", "horror slasher blood " + text])
    assert np.abs(more[0] - more[1]).max() < 1e-6
    assert np.abs(more[0] - more[2]).max() > 1e-3


@pytest.mark.parametrize(
    ("model", "error", "said"),
    [
        ("refuses", ModelError, "no such model"),
        ("short", ModelError, "1 vectors"),
        ("uneven", ModelError, r"\[383, 384\]"),
        ("slow", ModelTimeout, "no vectors after 0.2 s"),
    ],
)
def test_a_url_that_answers_wrongly_is_an_error_that_says_how(
    url: str, model: str, error: type[ModelError], said: str
) -> None:
    made = UrlEncoder(url, model, timeout_seconds=0.2 if model == "slow" else 30)
    with pytest.raises(error, match=said):
        made.encode(["a", "b"])
    made.close()


def test_a_url_where_nothing_listens_is_unavailable_and_says_the_mend() -> None:
    made = UrlEncoder("http://127.0.0.1:9/v1", "any")
    with pytest.raises(ModelUnavailable, match="language.embeddings_url"):
        made.encode(["a"])
    made.close()


# ---------------------------------------------------------------------------------------------------- texts of items
ITEM = Item(
    item_id="1",
    title="The Pier",
    text="First sentence here. " + "Many words follow on and on. " * 40,
    facets={"genre": ("Drama", "Crime"), "place": ("seaside",), "secret": ("hidden",), "year": 1999.0},
)


def test_the_text_of_an_item_has_its_title_its_shown_terms_and_whole_sentences() -> None:
    text = embed_text(SPEC, ITEM)
    assert text.startswith("The Pier. Drama, Crime, seaside. First sentence here. Many words")
    assert "hidden" not in text
    assert "1999" not in text
    assert text.endswith("on and on.")
    assert 60 < len(text.split()) <= 95


def test_a_text_without_spaces_is_cut_by_characters_after_a_whole_sentence() -> None:
    text = embed_text(SPEC, Item(item_id="1", title="长裙", text="面料柔软，垂感很好。" * 20))
    assert text.startswith("长裙. 面料柔软")
    assert text.endswith("垂感很好。.")  # the pattern of `embed` ends with a full stop
    assert 60 < len(text) <= 110


def test_a_text_that_the_embedded_encoder_cannot_read_is_near_to_nothing() -> None:
    vectors = real_encoder().encode(["显瘦", "压抑的气氛", "a cosy evening", "Amélie"])
    assert [bool(vector.any()) for vector in vectors] == [False, False, True, True]


def test_the_text_of_a_bare_item_is_its_title() -> None:
    assert embed_text(SPEC, Item(item_id="1", title="Up")) == "Up."


def test_braces_in_a_title_stay_as_they_are() -> None:
    item = Item(item_id="1", title="{text} {0}", text="A story.")
    assert embed_text(SPEC, item) == "{text} {0}. A story."


# --------------------------------------------------------------------------------------------------------- background
def test_facet_words_and_titles_are_encoded_before_the_texts_of_items() -> None:
    texts = texts_to_encode(SPEC, [ITEM], [embed_text(SPEC, ITEM)])
    assert texts[-1] == embed_text(SPEC, ITEM)
    assert texts[-2] == "The Pier"
    assert set(texts[:-2]) == {"Drama", "Crime", "seaside", "hidden", "shore"}


def test_what_is_missing_is_encoded_once_and_progress_ends_at_the_total(tmp_path: Path) -> None:
    encoder = real_encoder()
    cache = VectorCache(tmp_path, encoder.digest, encoder.dim)
    seen: list[tuple[int, int]] = []
    texts = [f"text {n}" for n in range(20)] + ["text 3"]
    assert encode_missing(texts, encoder, cache, lambda done, total: seen.append((done, total))) == 20
    assert seen == [(0, 20), (16, 20), (20, 20)]
    assert encode_missing(texts, encoder, cache) == 0
    vectors, found = cache.get(texts)
    assert found.all()
    assert (vectors * encoder.encode(texts)).sum(axis=1).min() > 0.9999


def test_encoding_waits_while_it_is_told_to_and_keeps_what_it_has_when_stopped(tmp_path: Path) -> None:
    encoder = real_encoder()
    cache = VectorCache(tmp_path, encoder.digest, encoder.dim)
    pauses = iter([True, True, False])
    stops = iter([False, False, False, True])
    texts = [f"text {n}" for n in range(40)]
    done = encode_missing(texts, encoder, cache, pause=lambda: next(pauses, False), stop=lambda: next(stops, True))
    assert done == 16
    assert cache.get(texts)[1].sum() == 16
    assert encode_missing(texts, encoder, cache) == 24


def test_an_item_whose_text_is_not_encoded_has_the_vector_of_its_title_for_now(tmp_path: Path) -> None:
    encoder = real_encoder()
    cache = VectorCache(tmp_path, encoder.digest, encoder.dim)
    items = [ITEM, Item(item_id="2", title="Up"), Item(item_id="3", title="Down")]
    encode_missing([embed_text(SPEC, ITEM), "The Pier", "Up"], encoder, cache)
    vectors, found = item_vectors(SPEC, items, cache)
    assert found.tolist() == [True, False, False]
    assert vectors[0] @ encoder.encode([embed_text(SPEC, ITEM)])[0] > 0.999
    assert vectors[1] @ encoder.encode(["Up"])[0] > 0.999
    assert not vectors[2].any()


# ------------------------------------------------------------------------------------------------------- near meaning
def test_a_phrase_near_to_a_facet_word_is_found_and_never_certain(tmp_path: Path) -> None:
    encoder = real_encoder()
    grounder = Grounder(SPEC, build_snapshot(SPEC, [ITEM], None, "1"), encoder)
    found = grounder.nearest("beach by the seaside")
    assert found is not None
    assert found.pairs[0] == ("place", "seaside")
    assert found.matches[0].how == "embedding"
    assert 0.7 <= found.matches[0].score <= 1
    assert not found.certain
    assert grounder.ground("beach by the seaside") is None
    assert grounder.nearest("quantum physics lecture") is None
    assert grounder.nearest("") is None


def test_with_a_cache_only_words_already_encoded_are_near(tmp_path: Path) -> None:
    encoder = real_encoder()
    cache = VectorCache(tmp_path, encoder.digest, encoder.dim)
    snapshot = build_snapshot(SPEC, [ITEM], None, "1")
    grounder = Grounder(SPEC, snapshot, encoder, cache)
    assert grounder.nearest("beach by the seaside") is None
    words = facet_words(SPEC, {name: held.values for name, held in snapshot.terms.items()}, len(snapshot.item_ids))
    encode_missing([word.text for word in words], encoder, cache)
    assert grounder.nearest("beach by the seaside") is not None
