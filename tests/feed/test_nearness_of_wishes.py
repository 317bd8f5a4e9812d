"""How nearly an item meets a wish: wholly where the wish's own facet holds it, less where only another facet does."""

import numpy as np
import pytest

from intently.catalog.schema import parse_spec
from intently.catalog.snapshot import build_snapshot
from intently.feed.degrees import ELSEWHERE, degrees_of
from intently.nouns import Item, Preference

SPEC = parse_spec(
    """
format = "intently.catalog"
version = 1
name = "tiny"
noun = "film"
nouns = "films"
[items]
file = "items.csv"
id = "id"
title = "title"
[facets.genre]
kind = "term"
column = "genres"
many = true
narrower = { Drama = ["style:melodrama"] }
[facets.style]
kind = "term"
column = "styles"
many = true
[facets.minutes]
kind = "number"
column = "minutes"
unit = "minutes"
""",
    "tiny.toml",
)
ITEMS = [
    Item(item_id="by-genre", title="A", facets={"genre": ("Drama",)}),
    Item(item_id="by-tag", title="B", facets={"genre": ("Crime",), "style": ("drama",)}),
    Item(item_id="by-both", title="C", facets={"genre": ("Drama",), "style": ("melodrama",)}),
    Item(item_id="neither", title="D", facets={"genre": ("Crime",)}),
]
SNAPSHOT = build_snapshot(SPEC, ITEMS, None, "1")
DRAMA = (("genre", "Drama"), ("style", "drama"), ("style", "melodrama"))


def met(polarity: str, facet: str, value: str, matches: tuple[tuple[str, str], ...]) -> dict[str, float]:
    wish = Preference(
        id="p", polarity=polarity, strength="prefer", facet=facet, matches=matches, relation="is", value=[value],
        quote=value, command_id="c",
    )  # fmt: skip
    degree = degrees_of(SNAPSHOT, SPEC, wish).of(np.arange(len(ITEMS), dtype=np.int32))
    return {item.item_id: float(share) for item, share in zip(ITEMS, degree, strict=True) if share}


def test_a_wish_is_met_wholly_by_its_own_facet_and_less_by_another():
    assert met("want", "genre", "Drama", DRAMA) == {"by-genre": 1.0, "by-tag": ELSEWHERE, "by-both": 1.0}


def test_a_wish_whose_own_facet_holds_nothing_is_met_wholly_by_the_others():
    matches = (("genre", "Soap"), ("style", "drama"))
    assert met("want", "genre", "Soap", matches) == {"by-tag": 1.0}


def test_what_is_to_be_avoided_is_avoided_on_every_facet_alike():
    assert met("avoid", "genre", "Drama", DRAMA) == {"by-genre": 1.0, "by-tag": 1.0, "by-both": 1.0}


@pytest.mark.parametrize("facet", ["genre", "style"])
def test_a_wish_on_one_facet_alone_is_as_it_was(facet):
    value = "Drama" if facet == "genre" else "drama"
    assert set(met("want", facet, value, ((facet, value),)).values()) == {1.0}


def bounded(relation: str, value: object) -> Preference:
    return Preference(
        id="p", polarity="want", strength="prefer", facet="minutes", relation=relation, value=value, quote="it",
        command_id="c",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("relation", "value", "degrees"),
    [
        ("at_most", 100, [1.0, 1.0, 0.6, 0.0, 0.0]),
        ("at_least", 100, [0.6, 1.0, 1.0, 1.0, 0.0]),
        ("between", {"low": 100, "high": 104}, [0.6, 1.0, 1 - 6 / 26, 0.0, 0.0]),
    ],
)
def test_a_bound_is_met_wholly_inside_and_falls_to_nothing_a_quarter_beyond_it(relation, value, degrees):
    """Amounts 90, 100, 110, 200 and a missing one; also added up for some, with a worth."""
    lengths = (90, 100, 110, 200, None)
    items = [Item(item_id=f"m{n}", title="E", facets={"minutes": length}) for n, length in enumerate(lengths)]
    snapshot = build_snapshot(SPEC, items, None, "1")
    wish = degrees_of(snapshot, SPEC, bounded(relation, value))
    found = wish.of(np.arange(len(items), dtype=np.int32))
    assert found.dtype == np.float32
    assert found.tolist() == pytest.approx(degrees)
    totals = np.ones(3, np.float32)
    wish.add(totals, -1.5, slice(1, 4))
    assert totals.tolist() == pytest.approx([1 - 1.5 * degree for degree in degrees[1:4]])


def test_what_a_list_says_of_a_part_of_the_items_is_what_it_says_of_each():
    wish = Preference(
        id="p", polarity="want", strength="prefer", facet="genre", matches=DRAMA, relation="is", value=["Drama"],
        quote="drama", command_id="c",
    )  # fmt: skip
    degrees = degrees_of(SNAPSHOT, SPEC, wish)
    rows = np.arange(len(ITEMS), dtype=np.int32)
    for part in (slice(0, 4), slice(1, 3), slice(3, 4)):
        totals = np.zeros(part.stop - part.start, np.float32)
        degrees.add(totals, 2.0, part)
        assert totals.tolist() == (2 * degrees.of(rows[part])).tolist()


def test_a_bound_that_cannot_be_read_is_met_by_nothing():
    snapshot = build_snapshot(SPEC, [Item(item_id="m", title="E", facets={"minutes": 90})], None, "1")
    wish = degrees_of(snapshot, SPEC, bounded("at_most", ["many"]))
    assert wish.of(np.array([0], np.int32)).tolist() == [0.0]
