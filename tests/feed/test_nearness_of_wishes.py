"""How nearly an item meets a wish: wholly where the wish's own facet holds it, less where only another facet does."""

import numpy as np
import pytest

from intently.catalog.schema import parse_spec
from intently.catalog.snapshot import build_snapshot
from intently.feed.conditions import ELSEWHERE, nearness
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
    rows, degree = nearness(SNAPSHOT, SPEC, wish)
    return {SNAPSHOT.item_ids[row]: float(share) for row, share in zip(rows, degree, strict=True)}


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


def test_degrees_are_single_precision_and_as_many_as_rows():
    wish = Preference(
        id="p", polarity="want", strength="prefer", facet="genre", matches=DRAMA, relation="is", value=["Drama"],
        quote="drama", command_id="c",
    )  # fmt: skip
    rows, degree = nearness(SNAPSHOT, SPEC, wish)
    assert degree.dtype == np.float32
    assert rows.dtype == np.int32
    assert len(rows) == len(degree) == 3
