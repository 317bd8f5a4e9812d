"""Each set's labels against what a reading says, on made-up files in the same form."""

from pathlib import Path

import numpy as np
import pytest

from intently.errors import BadRequest, DataError
from intently.evaluate.words.dialogues import film_mentions, seeker_turns
from intently.evaluate.words.fashioniq import FashionIq, marked_words
from intently.evaluate.words.iard import Iard, critique_of, said_by
from intently.evaluate.words.inspired import Inspired
from intently.evaluate.words.metrics import Measure
from intently.evaluate.words.musicintent import MusicIntent, signed_words
from intently.evaluate.words.readers import GrammarReader
from intently.evaluate.words.recipempr import option_scores
from intently.evaluate.words.redial import Redial
from intently.evaluate.words.sets import SET_NAMES, word_set
from intently.evaluate.words.turns import HELD, STUDIED, Heard, Turn, WordSet, half_of
from intently.nouns import Change
from tests.evaluate.words.made import dialogue, films, write

GROUND = films()


def measured(words: WordSet, data: Path) -> dict[str, Measure]:
    """The measures of the first part, by name."""
    ground = GROUND if words.films else words.ground(data, None)
    heard = [(turn, GrammarReader().read(turn, ground)) for turn in words.turns(data)]
    found = words.measure(heard, ground, 0)
    return {one.name: one for one in reversed(found)}


# ------------------------------------------------------------------------------------------------------- dialogues
def test_what_the_other_named_last_is_shown_newest_first():
    rows = dialogue(
        [
            ("seeker", "hi"),
            ("recommender", "Copper Moon (1985) or The Glass Pier (1996)"),
            ("seeker", "no"),
            ("seeker", ""),
        ]
    )
    assert [shown for _, shown in seeker_turns(rows)] == [(), ("The Glass Pier (1996)", "Copper Moon (1985)")]


def test_what_was_shown_in_one_dialogue_is_not_in_the_next():
    rows = [*dialogue([("recommender", "Copper Moon (1985)")], "1"), *dialogue([("seeker", "ok")], "2")]
    assert [shown for _, shown in seeker_turns(rows)] == [()]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("have you seen Copper Moon (1985) ?", ["Copper Moon (1985)"]),
        ("i like The Pier of Glass (1996) and Moon (2001)", ["The Pier of Glass (1996)", "Moon (2001)"]),
        ("a film of (1996)", []),
    ],
)
def test_a_title_is_the_capitals_before_its_year(text: str, titles: list[str]):
    assert film_mentions(text) == titles


def test_half_of_the_conversations_is_held_back():
    halves = [half_of(str(number)) for number in range(1000)]
    assert 450 < halves.count(STUDIED) < 550
    assert set(halves) == {STUDIED, HELD}


# ------------------------------------------------------------------------------------------------------------ IARD
def iard(folder: Path, text: str, *labels: str) -> Path:
    talk = [("recommender", "Try The Glass Pier (1996)"), ("seeker", text)]
    rows = dialogue(talk, intents=[[], []], sub_intents=[["REC-S"], list(labels)])
    return write(folder, "requests-iard", rows)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("too scary for me", "CRI-F"),
        ("I want a comedy", "CRI-A"),
        ("more like The Glass Pier", "CRI-C"),
    ],
)
def test_a_critique_is_read_as_its_type(tmp_path: Path, text: str, label: str):
    found = measured(Iard(), iard(tmp_path, text, label))
    assert found["critique type accuracy"].value.mean == 1
    assert found[f"{label} read as such"].value.mean == 1


def test_a_critique_read_as_another_type_counts_against_both(tmp_path: Path):
    found = measured(Iard(), iard(tmp_path, "I want a comedy", "CRI-F"))
    assert found["critique type accuracy"].value.mean == 0
    assert found["CRI-F type F1"].value.mean == found["CRI-A type F1"].value.mean == 0


def test_too_old_is_a_critique_of_a_feature_and_old_alone_is_a_constraint():
    made = {"op": "add", "polarity": "want", "facet": "year", "relation": "at_least", "value": 1990.0, "quote": "old"}
    heard = Heard((Change.model_validate(made),))
    assert critique_of(said_by(Turn("1", "that is far too old for me"), heard)) == "CRI-F"
    assert critique_of(said_by(Turn("1", "rather something old"), heard)) == "CRI-A"


def test_a_film_that_the_catalogue_lacks_is_still_a_film():
    made = {"op": "add", "polarity": "want", "relation": "like", "value": {"text": "Paper Wolves"}, "quote": "x"}
    turn = Turn("1", "more like Paper Wolves (2011)")
    assert critique_of(said_by(turn, Heard((Change.model_validate(made),)))) == "CRI-C"


def test_thanks_change_nothing_and_a_want_among_them_does(tmp_path: Path):
    assert measured(Iard(), iard(tmp_path, "thanks", "OTH"))["kept still"].value.mean == 1
    assert measured(Iard(), iard(tmp_path, "show me a comedy", "OTH"))["kept still"].value.mean == 0


def test_a_reading_of_nothing_is_no_critique():
    assert critique_of(said_by(Turn("1", "hm"), Heard((Change(op="keep"),)))) == ""


# ---------------------------------------------------------------------------------------------- ReDial and INSPIRED
def redial(folder: Path, text: str, liked: int, films_named: list[str]) -> Path:
    titles = {"11": "Copper Moon (1985)", "12": "Harbour Lights (2016)", "13": "Paper Wolves (2011)"}
    info = [{"movie_id": key, "title": title, "imdb_id": f"tt{key}"} for key, title in titles.items()]
    answers = [{"conv_id": "7", "movie_id": key, "liked": liked} for key in titles]
    write(folder, "requests-redial", info, "movie_info")
    write(folder, "requests-redial", answers, "movies")
    return write(folder, "requests-redial", dialogue([("seeker", text)], movie_ids=[films_named]))


def test_a_named_film_is_found_and_its_liking_has_the_right_sign(tmp_path: Path):
    found = measured(Redial(), redial(tmp_path, "something like Copper Moon (1985)", 1, ["11"]))
    assert found["titles F1"].value.mean == 1
    assert found["titles under the wrong sign"].value.mean == 0


def test_a_liked_film_that_is_avoided_is_under_the_wrong_sign(tmp_path: Path):
    found = measured(Redial(), redial(tmp_path, "nothing like Copper Moon (1985)", 1, ["11"]))
    assert found["titles under the wrong sign"].value.mean == 1


def test_a_film_of_another_year_or_outside_of_the_catalogue_is_no_label(tmp_path: Path):
    found = measured(Redial(), redial(tmp_path, "hello", 1, ["13"]))
    assert found["titles recall"].n == 0
    assert GROUND.id_of("Harbour Lights (2016)") == "4"
    assert GROUND.id_of("Harbour Lights") is None
    assert GROUND.id_of("Harbour Lights (1950)") is None


def test_films_that_a_machine_linked_are_the_labels_of_inspired(tmp_path: Path):
    rows = dialogue([("seeker", "something like Copper Moon")], movies=[["Copper Moon"]])
    found = measured(Inspired(), write(tmp_path, "requests-inspired", rows))
    assert (found["titles recall"].value.mean, found["titles recall"].n) == (1, 1)


# ----------------------------------------------------------------------------------------------------------- music
def change(polarity: str, quote: str, **more: object) -> Change:
    made = {"op": "add", "polarity": polarity, "relation": "like", "value": {"text": quote}, "quote": quote}
    return Change.model_validate(made | more)


def test_a_list_behind_a_word_of_comparing_is_all_references():
    text = "calm songs like grey rivers by ada and low tide for a train"
    made = [change("want", quote) for quote in ("calm", "grey rivers", "ada", "low tide", "train")]
    assert [sign for sign, _ in signed_words(text, made)] == [
        "positive",
        "reference",
        "reference",
        "reference",
        "positive",
    ]


def test_the_nouns_of_the_set_are_no_reading():
    assert signed_words("calm music", [change("want", "calm"), change("want", "music")]) == [
        ("positive", frozenset({"calm"}))
    ]


@pytest.mark.parametrize(
    ("text", "made", "sign"),
    [
        ("songs like grey rivers", change("want", "grey rivers"), "reference"),
        ("calm songs for a train", change("want", "train"), "positive"),
        ("no drums please", change("avoid", "drums"), "negative"),
        ("anything by them", change("want", "them", value={"item_id": "3"}), "reference"),
    ],
)
def test_a_sign_is_told_by_polarity_and_by_the_word_before(text: str, made: Change, sign: str):
    assert signed_words(text, [made])[0][0] == sign


def test_one_reading_may_find_two_labels_and_unknown_words_of_the_other_half_are_not_in_the_catalogue(tmp_path: Path):
    def row(number: int, query: str, *intents: tuple[str, str, str]) -> dict[str, object]:
        marked = [{"type": t, "value": v, "polarity": p, "weight": 1.0} for t, v, p in intents]
        return {"id": number, "query": query, "intents": marked}

    one = [
        row(n, "songs like grey rivers by ada", ("ne", "grey rivers", "reference"), ("ne", "ada", "reference"))
        for n in range(40)
    ]
    data = write(tmp_path, "requests-musicintent", one, "requests")
    music = MusicIntent()
    turns = music.turns(data)
    assert 0 < len(turns) < 40
    found = measured(music, data)
    assert found["reference recall"].value.mean == 1
    assert set(music.ground(data, None).snapshot.titles) == {"grey rivers", "ada"}


# --------------------------------------------------------------------------------------------------------- fashion
def test_marked_words_are_those_whose_sign_the_language_marks():
    marks = [(one.word, one.polarity, one.side) for one in marked_words("is longer, more striped and has no lace")]
    assert marks == [("lace", "avoid", ""), ("striped", "want", ""), ("longer", "want", "at_least")]


def test_the_length_of_a_sleeve_is_not_that_of_the_garment():
    assert [one.side for one in marked_words("has longer sleeves")] == [""]


def test_captions_are_judged_by_sign_and_side(tmp_path: Path):
    rows = [{"candidate_asin": "A", "target_asin": "B", "captions": ["make it shorter", "no lace"]}]
    found = measured(FashionIq(), write(tmp_path, "requests-fashioniq", rows, "captions"))
    assert found["declared direction right"].value.mean == 1
    assert (found["less x, no x: read"].n, found["less x, no x: right sign"].value.mean) == (1, 1)


# --------------------------------------------------------------------------------------------------------- recipes
WORDS = {"soup": 0, "pie": 1, "onion": 2}


def encode(texts: list[str]) -> np.ndarray:
    rows = np.array([[float(word in text) for word in WORDS] for text in texts], np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def test_what_is_avoided_counts_against_an_option():
    options = encode(["soup onion", "soup", "pie"])
    wants, avoids = change("want", "soup"), change("avoid", "no onion")
    assert np.argmax(option_scores("", [wants, avoids], options, encode, 0.6)) == 1
    assert np.argmax(option_scores("soup onion", [], options, encode, 0.6)) == 0


def test_where_nothing_is_wanted_the_whole_request_is_the_wish():
    options = encode(["pie", "soup onion"])
    assert np.argmax(option_scores("a pie", [change("avoid", "onion")], options, encode, 0.6)) == 0


# -------------------------------------------------------------------------------------------------------- the names
def test_every_set_has_its_name_with_and_without_the_folders_prefix(tmp_path: Path):
    for name in SET_NAMES:
        assert word_set(name, tmp_path / "turns.jsonl").name
    assert word_set("requests-iard").name == word_set("iard").name


def test_an_unknown_set_and_annotated_turns_without_their_file_are_errors_with_their_mend():
    with pytest.raises(BadRequest, match="choose one of annotated"):
        word_set("nothing")
    with pytest.raises(BadRequest, match="--turns"):
        word_set("annotated")


def test_a_file_that_is_not_there_or_of_another_form_is_named(tmp_path: Path):
    with pytest.raises(DataError, match="Pass --data"):
        Iard().turns(tmp_path)
    write(tmp_path, "requests-iard", [{"conv_id": "1"}])
    with pytest.raises(DataError, match="no column 'turn'"):
        Iard().turns(tmp_path)
