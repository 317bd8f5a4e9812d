from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.catalog.lexicon import (
    Speller,
    common_words,
    edit_distance,
    forms,
    is_wordless_script,
    ordinary_words,
    plain,
    plain_all,
    tokens,
)

LETTERS = st.text("abcde", max_size=7)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Sci-Fi", "sci fi"),
        ("The Shawshank’s  Redemption!", "the shawshanks redemption"),
        ("Amélie & co", "amelie and co"),
        ("Łódź, Søren, Straße", "lodz soren strasse"),
        ("U.S.", "u s"),
        ("60's", "60s"),
        ("不要恐怖片", "不 要 恐 怖 片"),
        ("  -  ", ""),
        ("", ""),
    ],
)
def test_the_plain_form_has_no_case_accents_or_marks(written: str, compared: str) -> None:
    assert plain(written) == compared


@given(st.text(max_size=40))
def test_a_plain_form_is_its_own_plain_form(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.lists(st.text(max_size=12), max_size=8))
def test_many_texts_have_the_plain_forms_that_each_has_alone(texts: list[str]) -> None:
    assert plain_all(texts) == [plain(text) for text in texts]


@given(st.text(max_size=40))
def test_tokens_are_the_words_of_the_plain_form(text: str) -> None:
    assert " ".join(tokens(text)) == plain(text)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("comedies", "comedy"),
        ("comedy", "comedies"),
        ("movies", "movie"),
        ("witches", "witch"),
        ("boxes", "box"),
        ("heroes", "hero"),
        ("children", "child"),
        ("woman", "women"),
        ("knives", "knife"),
        ("colour", "color"),
        ("jewelry", "jewellery"),
        ("grey", "gray"),
        ("theatres", "theaters"),
    ],
)
def test_a_word_has_its_singular_plural_and_other_spelling_among_its_forms(word: str, other: str) -> None:
    assert other in forms(word)


@pytest.mark.parametrize("word", ["gas", "glass", "is", "us"])
def test_what_only_looks_like_a_plural_has_no_singular(word: str) -> None:
    assert not [form for form in forms(word) if len(form) < len(word)]


def test_common_words_are_ordinary_and_names_are_not() -> None:
    assert {"cosy", "cozy", "violent", "comedy"} <= common_words()
    assert common_words() < ordinary_words()
    assert "trippy" not in common_words() | {"tarantino", "hitchcock"}
    assert not {"tarantino", "hitchcock", "spielberg"} & ordinary_words()


def test_other_languages_have_no_list_of_ordinary_words() -> None:
    assert ordinary_words("zh") == frozenset()
    assert ordinary_words("en-GB") == ordinary_words("en")


def test_scripts_without_spaces_are_known() -> None:
    assert is_wordless_script("恐怖片")
    assert is_wordless_script("ホラー")
    assert not is_wordless_script("horror café")


def slow_distance(left: str, right: str) -> int:
    """The definition, word by word: insert, drop, change, swap neighbours; no letter is edited twice."""

    @cache
    def at(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        costs = [at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (left[i - 1] != right[j - 1])]
        if i > 1 and j > 1 and left[i - 1] == right[j - 2] and left[i - 2] == right[j - 1]:
            costs.append(at(i - 2, j - 2) + 1)
        return min(costs)

    return at(len(left), len(right))


@given(LETTERS, LETTERS, st.integers(0, 3))
def test_edit_distance_is_the_definition_up_to_its_limit(left: str, right: str, most: int) -> None:
    assert edit_distance(left, right, most) == min(slow_distance(left, right), most + 1)


@given(
    st.lists(st.text("abcdefgh", min_size=4, max_size=10), max_size=12), st.text("abcdefgh", min_size=1, max_size=10)
)
def test_the_speller_finds_exactly_the_nearest_known_words(words: list[str], typed: str) -> None:
    most = 1 if len(typed) < 8 else 2
    distances = {word: slow_distance(typed, word) for word in words}
    near = {word: distance for word, distance in distances.items() if distance <= most}
    expected = {word for word, distance in near.items() if distance == min(near.values())} if len(typed) >= 4 else set()
    assert set(Speller(words).nearest(typed)) == expected


def test_short_words_are_never_mended() -> None:
    assert Speller(["war", "wars"]).nearest("wor") == ()


def test_a_speller_without_words_finds_nothing() -> None:
    assert Speller([]).nearest("horror") == ()
