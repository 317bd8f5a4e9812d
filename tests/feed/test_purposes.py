"""What a thing is for is a wish, how it is used a refusal, and words that many titles hold are read as themselves."""

from dataclasses import replace

import numpy as np
import pytest

from intently.catalog.ground import Grounder
from intently.catalog.schema import parse_spec
from intently.catalog.snapshot import build_snapshot
from intently.feed.parser import ParseContext, read_exact
from intently.nouns import Item
from tests.feed.commands import NOW, context, short

SPEC = parse_spec(
    """
format = "intently.catalog"
version = 1
name = "Bathroom"
noun = "product"
nouns = "products"
language = "en"
zone = "UTC"
[items]
file = "items.csv"
id = "id"
title = "title"
[facets.kind]
kind = "term"
column = "kind"
[facets.price]
kind = "number"
column = "price"
unit = "$"
units = { "$" = 1, dollars = 1 }
nouns = ["price"]
""",
    "bathroom.toml",
)
ITEMS = [
    Item(item_id="1", title="Curly hair wig", facets={"kind": ("wig",), "price": 20.0}),
    Item(item_id="2", title="Hair oil", facets={"kind": ("oil",), "price": 8.0}),
    Item(item_id="3", title="Dry hair shampoo", facets={"kind": ("shampoo",), "price": 6.0}),
    Item(item_id="4", title="Bath soap", facets={"kind": ("soap",), "price": 3.0}),
]


class _Alike:
    """All texts of a list mean the same: an encoder whose answers are known by construction."""

    def __init__(self, *texts: str) -> None:
        self.texts, self.dim, self.digest = texts, 2, "alike"

    def encode(self, texts):
        return np.array([[1.0, 0.0] if text in self.texts else [0.0, 1.0] for text in texts], np.float32)


def bathroom(encoder: _Alike | None = None) -> ParseContext:
    snapshot = build_snapshot(SPEC, ITEMS, None, "1")
    grounder = Grounder(SPEC, snapshot, encoder)
    return replace(context(), spec=SPEC, snapshot=snapshot, grounder=grounder, slate=(), now=NOW)


def read(said: str, world: ParseContext) -> list[str]:
    return [short(change) for change in read_exact(said, world).changes]


FOR_HAIR = "want prefer like text:hair"
PURPOSES = {
    "a product for hair": [FOR_HAIR],
    "a product for hair, no soap please": [FOR_HAIR, "avoid must kind is soap"],
    "a shampoo for hair please": ["want prefer kind is shampoo", FOR_HAIR],
    "a product up to $25 for hair": ["want must price at_most 25", FOR_HAIR],
    "no soap. a product that is good for hair": ["avoid must kind is soap", FOR_HAIR],
    "what products that are good for hair do you have?": [FOR_HAIR],
    "it would be nice if it was a product that is good for hair": [FOR_HAIR],
    "it would be nice if it was a shampoo": ["want prefer kind is shampoo"],
    "a product for a gift": ["want prefer like text:gift"],
    "something for a set, and no soap": ["want prefer like text:set", "avoid must kind is soap"],
    "only products that are good for sleep": ["want prefer like text:sleep"],
    "a set of shampoo": ["want prefer kind is shampoo"],
    "a gift for my sister": ["want prefer like text:sister"],
}


@pytest.mark.parametrize(("said", "changes"), PURPOSES.items())
def test_what_a_thing_is_for_is_a_wish(said, changes):
    assert sorted(read(said, bathroom())) == sorted(changes)


@pytest.mark.parametrize("said", ["thanks for the suggestions", "good for you", "thank you for the list", "for sure"])
def test_thanks_are_no_purpose(said):
    assert read(said, context("films")) == ["keep"]


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ("I don't buy soap", ["avoid must kind is soap"]),
        ("a shampoo, we never use soap", ["want prefer kind is shampoo", "avoid must kind is soap"]),
        ("I can't use soap", ["avoid must kind is soap"]),
        ("I do not usually use soap", ["avoid prefer kind is soap"]),
        ("I'd buy a soap", ["want prefer kind is soap"]),
    ],
)
def test_what_one_never_uses_is_refused(said, changes):
    assert [change.split(" [")[0] for change in read(said, bathroom())] == changes


def test_what_one_did_not_believe_is_told():
    assert read("I didn't buy the western", context("films")) != ["avoid must genre is Western"]


def test_a_word_of_many_titles_is_read_as_itself_though_a_value_is_near():
    near = bathroom(_Alike("hair", "wig"))
    assert near.grounder.nearest("hair") is not None
    assert read("something for hair", near) == [FOR_HAIR]  # three titles hold it, one product is a wig


def test_a_word_that_few_titles_hold_is_read_as_the_value_that_is_near():
    assert read("something for the tub", bathroom(_Alike("tub", "soap"))) == ["want prefer kind is soap"]
