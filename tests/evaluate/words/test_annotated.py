"""Annotated turns: what meets a label, what is a sign error, what nobody meant."""

import json
from pathlib import Path

import pytest

from intently.errors import DataError
from intently.evaluate.words.annotated import Annotated, AnnotatedPreference, compare, labels_of
from intently.evaluate.words.metrics import Signed
from intently.evaluate.words.readers import GrammarReader
from intently.evaluate.words.turns import Turn
from intently.nouns import Change
from tests.evaluate.words.made import dialogue, films, write

GROUND = films()


def label(facet: str | None, values: list[float | str], polarity: str = "want", relation: str = "is"):
    made = {"facet": facet, "polarity": polarity, "relation": relation, "values": values}
    return labels_of([AnnotatedPreference.model_validate(made)])


def term(facet: str, value: str, polarity: str = "want", quote: str = "", **more: object) -> Change:
    made = {"op": "add", "polarity": polarity, "facet": facet, "relation": "is", "value": [value]}
    return Change.model_validate(made | {"matches": ((facet, value),), "quote": quote or value} | more)


def bound(relation: str, value: object) -> Change:
    made = {"op": "add", "polarity": "want", "facet": "year", "relation": relation, "value": value, "quote": "x"}
    return Change.model_validate(made)


def counted(labels: tuple, *changes: Change, text: str = "") -> Signed:
    return compare(text, labels, changes, GROUND).total(wishes=False)


def test_a_term_meets_its_label_whatever_its_case():
    assert counted(label("genre", ["horror"]), term("genre", "Horror")) == Signed(1, 1, 1, 1)


def test_a_style_that_the_genre_stands_for_is_met_through_its_matches():
    read = term("genre", "Horror", matches=(("genre", "Horror"), ("style", "slasher")))
    assert counted(label("style", ["slasher"]), read) == Signed(1, 1, 1, 1)


def test_of_a_phrase_with_several_meanings_any_is_met():
    assert counted(label("genre", ["Horror", "Comedy"]), term("genre", "Comedy")) == Signed(1, 1, 1, 1)


def test_the_other_sign_is_a_sign_error_and_no_unmeant_reading():
    found = compare("", label("genre", ["Horror"], "avoid"), [term("genre", "Horror")], GROUND)
    assert (found.sign_errors, found.unmeant) == (1, 0)
    assert found.total(wishes=False) == Signed(1, 0, 1, 0)


@pytest.mark.parametrize(
    ("relation", "values", "read", "right"),
    [
        ("between", [1990, 1999], bound("between", {"low": 1990, "high": 1999}), True),
        ("between", [1990, 1999], bound("between", {"low": 1980, "high": 1999}), False),
        ("at_most", [1999], bound("at_most", 1999.0), True),
        ("at_most", [1999], bound("at_least", 1999.0), False),
        ("at_least", ["newer"], bound("at_least", 2008.0), True),
        ("at_least", ["newer"], bound("at_most", 2008.0), False),
        ("at_most", ["older"], bound("at_most", 1997.0), True),
    ],
)
def test_a_bound_is_right_when_both_ends_are_or_the_side_where_no_number_was_said(
    relation: str, values: list, read: Change, right: bool
):
    assert counted(label("year", values, relation=relation), read).right == int(right)


def test_a_film_is_met_by_its_title_and_one_that_the_catalogue_lacks_by_its_words():
    like = {"op": "add", "polarity": "want", "relation": "like", "quote": "x"}
    known = Change.model_validate(like | {"value": {"item_id": "2"}})
    lacking = Change.model_validate(like | {"value": {"text": "Paper Wolves"}})
    labels = (
        *label("item", ["The Glass Pier (1996)"], relation="like"),
        *label("item", ["Paper Wolves (2011)"], relation="like"),
    )
    assert counted(labels, known, lacking) == Signed(2, 2, 2, 2)


def test_wishes_are_scored_by_number_and_sign():
    like = {"op": "add", "relation": "like", "quote": "x"}
    read = [Change.model_validate(like | {"polarity": "want", "value": {"text": word}}) for word in ("cosy", "night")]
    labels = (*label(None, ["something warm"], relation="like"), *label(None, ["gloomy"], "avoid", "like"))
    assert compare("", labels, read, GROUND).total(wishes=True) == Signed(2, 1, 2, 1)


def test_a_false_grounding_is_an_unmeant_reading_whose_words_do_not_name_it():
    text = "Is that with Ada Brook? I liked Horror Street (2011)"
    named, part, slip = term("person", "Ada Brook"), term("genre", "Horror"), term("person", "Ned Quill", quote="quill")
    found = compare(text, (), [named, part, slip], GROUND)
    assert (found.unmeant, found.false_groundings) == (3, 2)


def test_a_whole_name_before_a_title_is_no_piece_of_it():
    text = "with Ada Brook Copper Moon (1985) is another one"
    assert compare(text, (), [term("person", "Ada Brook")], GROUND).false_groundings == 0


def test_an_ending_is_still_the_name():
    assert compare("", (), [term("genre", "Comedy", quote="comedies")], GROUND).false_groundings == 0


def file_of(folder: Path, **changed: object) -> Path:
    want = {"facet": "genre", "polarity": "want", "strength": "prefer", "relation": "is", "values": ["Comedy"]}
    row = {"set": "iard", "conv_id": "7", "turn": 0, "split": "test", "preferences": [want], "notes": ""} | changed
    path = folder / "turns.jsonl"
    path.write_text(json.dumps(row) + "\n", "utf-8")
    return path


def test_the_words_of_a_turn_are_looked_up_in_the_data_and_scored(tmp_path: Path):
    data = write(tmp_path, "requests-iard", dialogue([("seeker", "show me a comedy"), ("recommender", "sure")]))
    (turn,) = Annotated(file_of(tmp_path)).turns(data)
    assert (turn.text, turn.half) == ("show me a comedy", "test")
    heard = [(turn, GrammarReader().read(turn, GROUND))]
    measures = {(one.part, one.name): one for one in Annotated(tmp_path).measure(heard, GROUND, 0)}
    assert measures["test", "declared F1"].value.mean == 1
    assert measures["test, grammar alone", "declared F1"].n == 1


def test_a_turn_that_the_data_lacks_is_an_error_that_names_it(tmp_path: Path):
    data = write(tmp_path, "requests-iard", dialogue([("seeker", "hi")]))
    with pytest.raises(DataError, match="no turn 5 of conversation '7'"):
        Annotated(file_of(tmp_path, turn=5)).turns(data)


def test_a_line_of_another_form_is_named_by_file_line_and_field(tmp_path: Path):
    with pytest.raises(DataError, match=r"turns.jsonl:1: `split`"):
        Annotated(file_of(tmp_path, split="train")).turns(tmp_path)


def test_no_file_is_an_error_with_its_mend(tmp_path: Path):
    with pytest.raises(DataError, match="Pass --turns"):
        Annotated(tmp_path / "none.jsonl").turns(tmp_path)


def test_a_turn_of_nothing_but_spaces_is_heard_as_failed():
    assert GrammarReader().read(Turn("1", " "), GROUND).failed == "BadRequest"
