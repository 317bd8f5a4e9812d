"""Lists of short lines: the form holds whatever the endpoint enforced."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.errors import AnswerInvalid
from intently.language import Listing, Message, Prompt, ScriptedModel, one_of
from intently.language.listing import list_shape, read_list

PROMPT = Prompt("moods", "v1", (Message("user", "Which?"),))
WORDS = Listing("[a-z]{2,9}(?: [a-z]{2,9}){1,2}", 2, 3, "two or three words")
GOOD = "quiet sea\nold mill"


def _ask(*script: str, check=None):
    model = ScriptedModel(script)
    return model.ask_list(PROMPT, WORDS, check=check).value, model


def test_lines_and_the_same_lines_as_json_are_one_answer():
    as_json = json.dumps({"lines": ["quiet sea", "old mill"]})
    assert _ask(GOOD)[0] == _ask(as_json)[0] == ("quiet sea", "old mill")


def test_a_line_of_another_form_is_asked_for_again_with_the_line_quoted():
    lines, model = _ask("quiet sea\nold mill\n3. Mill!", GOOD)
    assert lines == ("quiet sea", "old mill")
    assert '"3. Mill!" is not two or three words' in model.prompts[1].messages[-1].text


def test_what_the_second_answer_gets_wrong_is_passed_over_while_enough_is_left():
    assert _ask("no", "Sure, here you are:\nquiet sea\nold mill")[0] == ("quiet sea", "old mill")


def test_too_few_good_lines_twice_are_an_error():
    with pytest.raises(AnswerInvalid, match="at least 2 are needed"):
        _ask("quiet sea", "quiet sea")


def test_an_answer_that_was_cut_off_is_taken_when_it_has_enough():
    enough = Listing(WORDS.pattern, 4, 4, WORDS.form, enough=2)
    assert read_list(GOOD, enough, strict=True) == ("quiet sea", "old mill")
    with pytest.raises(AnswerInvalid, match="1 lines, and at least 2"):
        read_list("quiet sea", enough, strict=True)


def test_lines_beyond_the_most_are_cut():
    assert _ask("quiet sea\n" * 9)[0] == ("quiet sea",) * 3


def test_a_check_asks_once_more_and_then_takes_what_comes():
    lines, model = _ask(GOOD, GOOD, check=lambda lines: "too calm")
    assert lines == ("quiet sea", "old mill")
    assert "too calm" in model.prompts[1].messages[-1].text


def test_an_endpoint_without_grammars_gets_the_same_bounds_as_a_schema():
    lines = list_shape(WORDS).schema["properties"]["lines"]
    assert (lines["minItems"], lines["maxItems"]) == (2, 3)
    assert re.search(lines["items"]["pattern"], "quiet sea")
    assert not re.search(lines["items"]["pattern"], "quiet sea, <|im_end|>")


@given(st.text(max_size=200))
def test_whatever_comes_back_has_the_asked_form_or_is_refused(text):
    try:
        lines = read_list(text, WORDS, strict=False)
    except AnswerInvalid:
        return
    assert WORDS.least <= len(lines) <= WORDS.most
    assert all(re.fullmatch(WORDS.pattern, line) for line in lines)


@given(st.lists(st.text(alphabet="ab.*+?|()[]{}^$\\/' -", min_size=1, max_size=8), min_size=1, max_size=4))
def test_one_of_some_texts_is_those_texts_letter_for_letter(texts):
    pattern = one_of(texts)
    assert all(re.fullmatch(pattern, text) for text in texts)
    assert not re.fullmatch(pattern, "zebra")
