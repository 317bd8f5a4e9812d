"""A command's reading: what the model quoted is kept only if the person said it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.language import Line, ScriptedModel, Wish, ask_reading
from intently.language.answer import lines_shape
from intently.language.reading import keep_quoted


def _read(command: str, answer: str, *wishes: Wish) -> list[str]:
    lines = ask_reading(ScriptedModel([answer]), command, wishes).value
    return [f"{line.sign} {line.text}".strip() for line in lines]


def test_words_that_the_person_did_not_say_are_dropped():
    assert _read("no horror please", "- horror\n+ romance") == ["- horror"]


def test_another_ending_of_a_word_is_still_what_the_person_said():
    assert _read("no comedies or detective stories", "- comedy\n- detectives") == ["- comedy", "- detectives"]


def test_words_of_a_script_without_spaces_stand_in_the_command_letter_by_letter():
    assert _read("不要碎花的，想要浅蓝色", "- 碎花\n+ 浅蓝色\n+ 深蓝色") == ["- 碎花", "+ 浅蓝色"]
    assert _read("iPhone手机壳，不要粉色", "+ iphone\n+ 不要粉色\n+ 黑色") == ["+ iphone", "- 粉色"]


def test_in_a_script_without_spaces_the_model_may_quote_any_run_of_characters():
    assert '{"substring_chars": ' in lines_shape("不要碎花的", ()).grammar
    assert '{"substring_words": ' in lines_shape("no florals", ()).grammar


def test_a_short_word_is_not_taken_for_another_one():
    assert _read("no war, please", "- warm\n- war") == ["- war"]


def test_a_quote_that_begins_with_a_negation_is_to_be_avoided_whatever_its_sign():
    assert _read("wooden, not plastic, without glitter", "+ wooden\n+ not plastic\n- without glitter") == [
        "+ wooden",
        "- plastic",
        "- glitter",
    ]


def test_numbers_of_wishes_become_their_ids_and_unknown_ones_go():
    wishes = [Wish("p-abc", True, "horror"), Wish("p-def", False, "blue")]
    assert _read("forget blue", "x 2\nx 7", *wishes) == ["x p-def"]


def test_a_line_said_twice_counts_once():
    assert _read("no horror, no horror!", "- horror\n- horror") == ["- horror"]


def test_the_prompt_names_wishes_then_titles_then_the_command():
    model = ScriptedModel(["="])
    ask_reading(model, "hm", [Wish("secret-id", True, "horror")], ["Heat", "Alien"])
    assert model.prompts[0].messages[-1].text == 'Wishes: 1 avoid "horror"\nShown: ["Heat", "Alien"]\nCommand: "hm"'
    assert "secret-id" not in model.prompts[0].text


def test_a_very_long_command_is_cut_before_it_reaches_the_model():
    model = ScriptedModel(["- blood"])
    ask_reading(model, "no blood " + "and more " * 2000)
    assert len(model.prompts[0].messages[-1].text) < 500


def test_the_grammar_allows_whole_words_of_the_command_and_known_wishes_alone():
    shape = lines_shape('no "blood" \\ please', ("1", "2"))
    assert 'WORDS: %regex {"substring_words": "no \\"blood\\" \\\\ please"}' in shape.grammar
    assert 'ID: "1" | "2"' in shape.grammar
    assert '"x "' not in lines_shape("no blood", ()).grammar


@given(
    st.lists(st.builds(Line, sign=st.sampled_from("+-=x~"), text=st.text(max_size=20)), max_size=6),
    st.text(max_size=60),
)
def test_nothing_is_kept_that_was_neither_said_nor_an_id(lines, command):
    for line in keep_quoted(lines, command, {"1": "p-1"}):
        if line.sign == "x":
            assert line.text == "p-1"
        elif line.sign in "+-":
            words = command.lower()
            assert any(word[:3] in words for word in re.findall(r"\w+", line.text.lower()))


@pytest.mark.parametrize("answer", ["=", "~"])
def test_a_reading_may_change_nothing_or_ask_for_variety(answer):
    assert _read("whatever", answer) == [answer]
