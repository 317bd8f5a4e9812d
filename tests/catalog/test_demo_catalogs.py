"""The demo catalogues: they load, cover their data, and their words point to what is there."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from intently import data
from intently.catalog.load import LoadReport, facets_in_words, item_from_row, read_events, read_items
from intently.catalog.schema import CatalogSpec, load_spec
from intently.nouns import Item

ROWS = {"films": (3313, 76778), "shop": (3131, 226631)}


def folder(name: str) -> Path:
    return Path(str(data.__path__[0])) / name


@cache
def spec(name: str) -> CatalogSpec:
    return load_spec(folder(name) / "catalog.toml")


@cache
def items(name: str) -> tuple[Item, ...]:
    return tuple(read_items(spec(name), folder(name)))


@cache
def held(name: str, facet: str) -> Counter[str]:
    return Counter(value for item in items(name) for value in item.facets[facet] or ())


def items_with(name: str, pairs: set[tuple[str, str]]) -> list[Item]:
    return [item for item in items(name) if any(value in (item.facets[facet] or ()) for facet, value in pairs)]


def pairs_of(name: str, facet: str, values: tuple[str, ...]) -> set[tuple[str, str]]:
    named = [(facet, value) if ":" not in value else tuple(value.split(":", 1)) for value in values]
    return {(other, value) for other, value in named}


@pytest.mark.parametrize("name", ["films", "shop"])
def test_a_demo_is_read_whole(name: str):
    events = LoadReport()
    newest = max(event.time for event in read_events(spec(name), folder(name), report=events))
    assert (len(items(name)), events.kept) == ROWS[name]
    assert events.dropped == 0
    assert newest.year in (2011, 2013)


@pytest.mark.parametrize("name", ["films", "shop"])
def test_every_alias_and_every_narrower_value_is_in_the_data(name: str):
    for facet_name, facet in spec(name).facets.items():
        for phrase, values in [*facet.aliases.items(), *facet.narrower.items()]:
            for other, value in pairs_of(name, facet_name, values):
                known = set(held(name, other)) | set(spec(name).facets[other].values)
                assert value in known, f"{facet_name}: {phrase!r} points to {value!r}, which {other} does not have"
        if facet.kind == "term":
            assert set(facet.narrower) <= set(held(name, facet_name)) | set(facet.values)


@pytest.mark.parametrize("word", ["sad", "cosy", "dark", "nice", "good", "uplifting", "us"])
@pytest.mark.parametrize("name", ["films", "shop"])
def test_words_that_the_data_does_not_know_stay_wishes(name: str, word: str):
    assert all(word not in facet.aliases and word not in held(name, f) for f, facet in terms(name))


def terms(name: str) -> list[tuple[str, object]]:
    return [(f, facet) for f, facet in spec(name).facets.items() if facet.kind == "term"]


def test_no_horror_means_the_genre_and_every_style_that_is_horror():
    narrower = pairs_of("films", "genre", spec("films").facets["genre"].narrower["Horror"])
    by_genre = items_with("films", {("genre", "Horror")})
    either = items_with("films", {("genre", "Horror")} | narrower)
    assert len(by_genre) == 363
    assert len(either) >= 363 + 107
    assert ("style", "slasher") in narrower
    assert ("style", "zombie") in narrower
    assert ("style", "supernatural") not in narrower  # 23% of them are no horror


def test_the_main_genres_all_have_their_styles():
    assert set(held("films", "genre")) == set(spec("films").facets["genre"].narrower)


@pytest.mark.parametrize("style", [style for style in ("comedy", "horror", "thriller", "drama", "western", "musical")])
def test_a_style_named_for_a_genre_is_narrower_than_it(style: str):
    genre = style.capitalize()
    related = [value for value in held("films", "style") if style in value.split() or value.endswith(style)]
    narrower = pairs_of("films", "genre", spec("films").facets["genre"].narrower[genre])
    assert related
    assert {("style", value) for value in related} <= narrower | {("style", "slapstick")}


def test_ratings_history_and_repeats_are_as_the_domain_wants_them():
    films, shop = spec("films"), spec("shop")
    assert (films.history_kinds[0], films.liked_from, films.repeat) == ("rating", 7, "never")
    assert (shop.history_kinds[0], shop.repeat, shop.zone) == ("purchase", "always", "Europe/London")
    assert not {"impression", "search", "hide", "dislike"} & {*films.history_kinds, *shop.history_kinds}
    assert films.shift_to_now
    assert shop.shift_to_now
    assert films.facets["year"].tolerance_of(1999) == 3
    assert films.facets["minutes"].tolerance_of(100) == 15


def test_directors_and_cast_are_people():
    film = next(item for item in items("films") if item.title == "Pulp Fiction")
    people = film.facets["person"]
    assert isinstance(people, tuple)
    assert {"Quentin Tarantino", "Samuel L. Jackson"} <= set(people)


@pytest.mark.parametrize(
    ("title", "facet", "values"),
    [
        ("White Tall Porcelain T-Light Holder", "colour", ("white",)),
        ("White Tall Porcelain T-Light Holder", "product", ("candle holder",)),
        ("White Tall Porcelain T-Light Holder", "material", ("porcelain",)),
        ("Advent Calendar Gingham Sack", "occasion", ("Christmas",)),
        ("Set Of 6 T-Lights Santa", "occasion", ("Christmas",)),
        ("Pink Goose Feather Tree 60Cm", "occasion", ("Christmas",)),
        ("Red Retrospot Lunch Bag", "motif", ("polka dots",)),
        ("Black Orange Squeezer", "colour", ("black",)),
        ("Ice Cream Sundae Lip Gloss", "colour", None),
        ("Fairy Cake Flannel Assorted Colour", "motif", ("cakes",)),
        ("Vintage Union Jack Apron", "motif", ("union jack", "vintage")),
    ],
)
def test_the_shop_reads_names(title: str, facet: str, values: tuple[str, ...] | None):
    found = next((item.facets[facet] for item in items("shop") if item.title == title), "no such product")
    if found == "no such product":
        found = dict(read_one(title))[facet]
    assert found == values


def read_one(title: str) -> dict[str, object]:
    return dict(item_from_row(spec("shop"), {"item_id": 1, "name": title, "price_gbp": 1}).facets)


def test_an_item_without_a_row_gets_the_facets_of_its_title():
    found = facets_in_words(spec("shop"), "Set Of 4 Blue Glass T-Lights", "")
    assert set(found) == {"colour", "material", "motif", "occasion", "product"}
    assert (found["colour"], found["product"], found["occasion"]) == (("blue",), ("candle",), None)
    assert facets_in_words(spec("films"), "Blue Velvet", "A film.") == {}


def test_the_vocabulary_covers_most_of_the_shop():
    n = len(items("shop"))
    covered = {f: sum(item.facets[f] is not None for item in items("shop")) / n for f in ("product", "motif", "colour")}
    assert covered["product"] > 0.9
    assert covered["motif"] > 0.5
    assert covered["colour"] > 0.3
    bare = [item for item in items("shop") if all(item.facets[f] is None for f, _ in terms("shop"))]
    assert len(bare) < 0.02 * n
