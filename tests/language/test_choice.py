"""A choice between words by the likelihood of the first token: how it is read, asked and kept."""

import dataclasses
import json
import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.errors import AnswerInvalid, ModelError
from intently.language import MemoryCalls, Message, Model, Prompt, ScriptedModel
from intently.language.answer import choice_shape, read_choice
from intently.language.local import EmbeddedServer
from intently.language.wire import OpenAIWire, fixed_endpoint

WORDS = ("Yes", "No")
PROMPT = Prompt("test", "v1", (Message("user", "Is snow white? Answer Yes or No."),))
SURE = json.dumps([["Yes", math.log(0.6)], [" yes", math.log(0.2)], ["No", math.log(0.1)], ["Maybe", math.log(0.05)]])


def test_tokens_that_begin_a_word_count_for_it_whatever_their_case():
    chances = read_choice(SURE, WORDS)
    assert chances.of["Yes"] == pytest.approx(0.8 / 0.9)
    assert chances.mass == pytest.approx(0.9)


def test_a_token_that_begins_two_words_or_none_counts_for_neither():
    both = json.dumps([["S", math.log(0.5)], ["", math.log(0.2)], ["Sun", math.log(0.2)], ["Sno", math.log(0.1)]])
    assert read_choice(both, ("Sun", "Snow")).of["Sun"] == pytest.approx(0.2 / 0.3)


def test_an_answer_without_any_of_the_words_is_refused():
    with pytest.raises(AnswerInvalid, match="none of Yes, No"):
        read_choice(json.dumps([["I", -0.1], ["The", -3.0]]), WORDS)


@given(st.lists(st.tuples(st.sampled_from(["Yes", "no", " Y", "N", "the"]), st.floats(-20, 0)), min_size=1))
def test_chances_are_of_one_and_do_not_depend_on_order(tokens: list[tuple[str, float]]):
    if not any(token != "the" for token, _ in tokens):
        return
    chances = read_choice(json.dumps(tokens), WORDS)
    assert sum(chances.of.values()) == pytest.approx(1)
    assert read_choice(json.dumps(tokens[::-1]), WORDS).of["Yes"] == pytest.approx(chances.of["Yes"])


def test_a_choice_is_a_row_and_is_answered_from_the_cache_the_second_time():
    calls = MemoryCalls()
    model = ScriptedModel([SURE], calls)
    first, second = model.ask_choice(PROMPT, WORDS), model.ask_choice(PROMPT, WORDS)
    assert (first.cached, second.cached) == (False, True)
    assert first.value == second.value
    assert [(row.outcome, row.prompt) for row in calls.rows] == [("ok", "test")]
    (request,) = model.requests
    assert (request.lane, request.max_tokens) == ("batch", 1)


def test_another_set_of_words_is_another_question():
    model = ScriptedModel([SURE, json.dumps([["Good", -0.1]])])
    model.ask_choice(PROMPT, WORDS)
    assert model.ask_choice(PROMPT, ("Good", "Bad")).value.of["Good"] == 1


@pytest.mark.llama
@pytest.mark.xdist_group("llama")
def test_a_real_server_weighs_a_choice_and_the_same_way_as_any_endpoint(model: Model, server: EmbeddedServer):
    calls = MemoryCalls()
    ours = model.with_calls(calls).ask_choice(PROMPT, WORDS, timeout_seconds=120)
    assert 0 < ours.value.mass <= 1
    assert ours.tokens_out == 1
    tokens = json.loads(calls.rows[0].answer or "[]")
    assert len(tokens) == choice_shape(WORDS).likeliest
    assert all(weight <= 0 for _, weight in tokens)
    assert sum(math.exp(weight) for _, weight in tokens) <= 1.0001

    def as_any() -> object:
        endpoint = server.endpoint()
        return endpoint and dataclasses.replace(endpoint, dialect="openai")

    other = Model(OpenAIWire(as_any, server.status)).ask_choice(PROMPT, WORDS, timeout_seconds=120)  # type: ignore[arg-type]
    assert other.value.of["Yes"] == pytest.approx(ours.value.of["Yes"], abs=0.02)


@pytest.mark.llama
@pytest.mark.xdist_group("llama")
def test_a_real_answer_in_other_words_is_no_choice(model: Model):
    with pytest.raises(AnswerInvalid, match="none of"):
        model.ask_choice(PROMPT, ("Qxz", "Wvj"), timeout_seconds=120)


class _NoLikelihoods(BaseHTTPRequestHandler):
    """An endpoint that answers and leaves out what it was asked for, as some do."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        message = {"role": "assistant", "content": "Yes"}
        body = json.dumps(
            {"id": "1", "object": "chat.completion", "created": 0, "model": "plain", "usage": None,
             "choices": [{"index": 0, "finish_reason": "length", "message": message}]}
        ).encode()  # fmt: skip
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def plain_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _NoLikelihoods) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_an_endpoint_without_likelihoods_is_an_error_that_names_it(plain_url: str):
    wire = OpenAIWire(fixed_endpoint(plain_url, "plain", ""), ScriptedModel().status)
    with pytest.raises(ModelError, match="no log-probabilities of plain.*top_logprobs"):
        Model(wire).ask_choice(PROMPT, WORDS)
    if wire._client:
        wire._client[1].close()
