"""The oracle judges by raw columns."""

from importlib import resources
from pathlib import Path

import pytest

from intently.evaluate.oracle import Condition, Oracle, read_films, read_shop

FILMS = {
    "1": {"genres": ["Comedy"], "tags": ["romantic comedy"], "directors": ["A B"], "cast": ["C D"], "runtime_min": 95,
          "year": 1994, "countries": ["France"], "languages": ["French"]},
    "2": {"genres": ["Drama"], "tags": ["comedy horror"], "directors": [], "cast": [], "runtime_min": None,
          "year": 1999, "countries": [], "languages": []},
}  # fmt: skip
NINETIES = Condition("year", low=1990, high=1999)
SHORT = Condition("minutes", high=100)
NO_HORROR = (Condition("genre", ("horror",), avoid=True), Condition("style", ("horror",), avoid=True))


def data(name: str) -> Path:
    return Path(str(resources.files("intently") / "data" / name))


def test_a_film_of_the_decade_and_length_meets_all_conditions():
    assert Oracle(FILMS).broken(["1"], (NINETIES, SHORT, *NO_HORROR)) == []


def test_a_missing_length_breaks_the_bound_and_a_style_breaks_the_avoided_word():
    assert Oracle(FILMS).broken(["2"], (NINETIES, SHORT, *NO_HORROR)) == [("2", SHORT), ("2", NO_HORROR[1])]


def test_an_item_without_countries_keeps_an_avoided_country_and_misses_a_wanted_one():
    oracle = Oracle(FILMS)
    assert oracle.meets("2", Condition("country", ("France",), avoid=True))
    assert not oracle.meets("2", Condition("country", ("France",)))


def test_people_are_directors_and_cast():
    oracle = Oracle(FILMS)
    assert oracle.meets("1", Condition("person", ("a b",)))
    assert oracle.meets("1", Condition("person", ("c d",)))
    assert not oracle.meets("1", Condition("person", ("c",)))


def test_words_are_whole_words_with_their_plural():
    oracle = Oracle({"1": {"name": "Blue Hearts Mug"}})
    assert oracle.meets("1", Condition("name", ("heart",)))
    assert not oracle.meets("1", Condition("name", ("ear",)))


def test_empty_places_count_nothing_in_csr():
    oracle = Oracle(FILMS)
    assert oracle.satisfied(["1", "2"], (NINETIES, SHORT), k=4) == (2 + 1) / (4 * 2)


def test_an_invented_item_is_an_error():
    with pytest.raises(KeyError):
        Oracle(FILMS).meets("3", NINETIES)


def test_the_demo_films_hold_about_eighty_short_comedies_of_the_nineties_without_horror():
    comedies = read_films(data("films")).meeting(Condition("genre", ("Comedy",)), NINETIES, SHORT, *NO_HORROR)
    assert 60 <= len(comedies) <= 100  # "About 80" in the data's own notes


def test_the_demo_shop_has_blue_things_under_five_pounds():
    oracle = read_shop(data("shop"))
    found = oracle.meeting(Condition("name", ("blue",)), Condition("price", high=5))
    assert len(found) >= 10
    assert not oracle.broken(found, [Condition("name", ("blue",))])
