"""Brands are proper names: they are found as they are written, and never by what their words mean."""

import pytest

from intently.catalog.ground import Grounder
from intently.catalog.meaning import facet_words
from intently.catalog.names import are_marks
from intently.catalog.schema import parse_spec
from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.nouns import Item

SPEC = parse_spec(
    """
format = "intently.catalog"
version = 1
name = "Bathroom"
noun = "product"
nouns = "products"
[items]
file = "items.csv"
id = "id"
title = "title"
[facets.brand]
kind = "term"
column = "brand"
[facets.kind]
kind = "term"
column = "kind"
[facets.colour]
kind = "term"
words_in = ["title"]
values = ["purple", "white"]
""",
    "bathroom.toml",
)
BRANDS = ("Lucky Feet", "Purple", *(f"Brand{letter}{number}" for letter in "ABCDEF" for number in range(10)))


def shelf() -> Snapshot:
    """Two products a brand, in three kinds."""
    rows = [
        Item(
            item_id=f"{at}-{copy}",
            title=f"{'purple' if at % 2 else 'white'} soap {at}",
            facets={"brand": (brand,), "kind": (("Soap", "Towels", "Combs")[at % 3],)},
        )
        for at, brand in enumerate(BRANDS)
        for copy in (1, 2)
    ]
    return build_snapshot(SPEC, rows, None, "1")


def test_a_brand_is_no_word_to_be_near_to_and_a_kind_is():
    snapshot = shelf()
    values = {name: held.values for name, held in snapshot.terms.items()}
    words = {(word.facet, word.text) for word in facet_words(SPEC, values, len(snapshot.item_ids))}
    assert ("kind", "Towels") in words
    assert not [text for facet, text in words if facet == "brand"]


@pytest.mark.parametrize(
    ("values", "n_items", "marks"),
    [
        (BRANDS, 124, True),
        (BRANDS, 1000, False),  # sixteen items each: categories
        (BRANDS[:20], 40, False),  # a short list may be one of kinds
        (tuple(brand.lower() for brand in BRANDS), 124, False),  # tags
        ((), 0, False),
    ],
)
def test_marks_are_many_have_a_capital_and_few_items_each(values, n_items, marks):
    assert are_marks(values, n_items) is marks


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        (["something", "in", "purple"], ("colour", "purple")),
        (["something", "by", "Purple"], ("brand", "Purple")),
        (["nothing", "by", "lucky", "feet"], ("brand", "Lucky Feet")),
        (["no", "branda3"], ("brand", "BrandA3")),
    ],
)
def test_in_small_letters_a_word_is_first_what_it_means_elsewhere(words, meaning):
    found = Grounder(SPEC, shelf()).scan(words)[-1].grounding
    assert found.pairs[0] == meaning
