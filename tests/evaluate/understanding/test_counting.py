"""Tokens are counted without a model, as its server would count them."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.config import load_config
from intently.errors import BadRequest, DataError
from intently.evaluate.understanding.answers import Answers
from intently.evaluate.understanding.cases import draw_cases
from intently.evaluate.understanding.counting import Counted, Memory, shared_beginning
from intently.evaluate.understanding.run import Asked, evaluate_ground
from intently.evaluate.understanding.standin import drawn_lines
from intently.evaluate.understanding.tally import tally_rows
from intently.evaluate.understanding.tokenizer import read_tokenizer
from intently.language import Listing, Message, Prompt, ScriptedModel
from intently.language.listing import one_of
from tests.evaluate.understanding.worlds import KINDS, tiny_ground

MOODS = ("calm", "bright", "lonely", "tiny", "wooden", "clever", "frozen", "secret")
ANSWER = "\n".join([f"{mood} {kind}" for mood in MOODS for kind in KINDS][:30])


class Words:
    """A word is a token; a turn costs one more."""

    def prompt(self, messages):
        return [token for message in messages for token in (0, *self.text(message.text))]

    def text(self, text):
        return [hash(word) for word in text.split()]


def asked(*texts, answer="yes"):
    return Counted(tuple(Message("user", text) for text in texts), answer)


def test_what_was_read_and_written_is_not_read_again():
    memory = Memory(Words())
    first = memory.count([asked("a long constant beginning and one person")])
    assert (first.uncached, first.cached, first.out) == (8, 0, 1)
    second = memory.count([asked("a long constant beginning and another one")])
    assert (second.uncached, second.cached) == (2, 6)


def test_the_same_prompt_again_costs_one_token():
    memory = Memory(Words())
    memory.count([asked("the same words")])
    assert memory.count([asked("the same words")]).uncached == 1


@given(st.lists(st.lists(st.text("ab ", min_size=1), min_size=1), min_size=1, max_size=6))
def test_read_and_reused_add_up_to_the_prompt(prompts):
    memory = Memory(Words())
    for texts in prompts:
        spent = memory.count([asked(*texts)])
        assert spent.uncached + spent.cached == len(Words().prompt(asked(*texts).messages))
        assert spent.uncached >= 1


@given(st.lists(st.integers(0, 2)), st.lists(st.integers(0, 2)))
def test_a_shared_beginning_is_the_longest(one, other):
    n = shared_beginning(one, other)
    assert one[:n] == other[:n]
    assert n == min(len(one), len(other)) or one[n] != other[n]


def test_a_stand_in_has_the_form_that_is_asked_for():
    rng = np.random.default_rng(0)
    persona = Listing(r"[abc](?: [abc])?(?: [1-2]){0,2}: [a-z]+ [a-z]+", 2, 2, "a persona")
    lines = {"a persona": ["e g 5: quiet sailor", "d 1: sharp cook"], "a tag": ["red coat"]}
    for line in drawn_lines(persona, lines, rng):
        head, role = line.split(": ")
        assert {sign for sign in head.split() if sign.isalpha()} <= {"a", "b", "c"}
        assert {sign for sign in head.split() if sign.isdigit()} == ({"1"} if role == "sharp cook" else set())
        assert role in ("quiet sailor", "sharp cook")
    copied = Listing(one_of(["blue hat", "green scarf"]), 1, 1, "a tag")
    assert drawn_lines(copied, lines, rng)[0] in ("blue hat", "green scarf")
    with pytest.raises(BadRequest, match="--model first"):
        drawn_lines(Listing("[a-z]+", 1, 1, "never asked"), lines, rng)


def test_many_people_are_counted_from_the_answers_of_a_few(tmp_path):
    ground = tiny_ground()
    config = load_config(home=tmp_path)
    model = ScriptedModel([ANSWER] * 2)
    evaluate_ground(Asked(rows=("one-prompt",), people=2, model=True), ground, tmp_path, config, model=model)
    answers = Answers(tmp_path / "understanding-answers-tiny.jsonl")
    tally = tally_rows(ground, ["one-prompt"], draw_cases(ground), answers, Words(), config)
    assert tally.n == len(draw_cases(ground)) > 2
    assert len(tally.real["one-prompt"]) == len(tally.measured["one-prompt"]) == 2
    assert {spent.calls for spent in tally.rows["one-prompt"]} == {1}
    assert {spent.out for spent in tally.rows["one-prompt"]} == {60}  # 30 tags of two words
    whole = [spent.uncached + spent.cached for spent in tally.rows["one-prompt"]]
    assert list(tally.first["one-prompt"]) == whole  # of one call, the first prompt is all
    assert len(model.requests) == 2  # counting asked nothing


def test_a_file_that_is_no_gguf_is_an_error_that_says_so(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(DataError, match="does not begin with GGUF"):
        read_tokenizer(path)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0))
    with pytest.raises(DataError, match="no chat template"):
        read_tokenizer(path)


@pytest.mark.llama
def test_prompts_are_counted_as_the_server_counts_them(model, gguf):
    tokenizer = read_tokenizer(gguf)
    texts = [
        "Heat (1995): Crime; 12 Alien, it's 2024",
        "Ça va?\n\n  日本語 — naïve 'quotes'",
        json.dumps({"a": [1, 22]}),
    ]
    for text in texts:
        messages = (Message("system", "You name things."), Message("user", text))
        answer = model.ask_list(Prompt("t", "1", messages), Listing("[a-z]{3,9}", 1, 1, "a word"), max_tokens=8)
        assert len(tokenizer.prompt(messages)) == answer.tokens_new + answer.tokens_reused
