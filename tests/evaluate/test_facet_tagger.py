"""Tags without a model: what liked items share comes first, then what each of them is."""

import numpy as np

from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import build_snapshot
from intently.evaluate.facet_tagger import facet_tags, kinds_text
from intently.nouns import Item

SPEC = CatalogSpec.model_validate(
    {"format": "intently.catalog", "version": 1, "name": "films", "nouns": "films",
     "items": {"file": "i.csv", "id": "id", "title": "title"},
     "facets": {"genre": {"kind": "term", "column": "genre", "many": True, "weight": 2.0},
                "path": {"kind": "term", "column": "path"}}}
)  # fmt: skip
GENRES = {"a": ("noir",), "b": ("noir",), "c": ("comedy",), "d": ("war", "drama", "comedy", "noir")}
REST = {f"x{n}": ("filler",) for n in range(40)}  # so that noir is rare
ITEMS = [
    Item(item_id=name, title=name, facets={"genre": genres, "path": ("films > all",)})
    for name, genres in {**GENRES, **REST}.items()
]
SNAPSHOT = build_snapshot(SPEC, ITEMS, np.zeros((len(ITEMS), 0), np.float32), "v1")


def test_what_the_liked_items_share_comes_before_what_each_of_them_is_the_newest_first():
    assert facet_tags(["c", "b", "a"], SPEC, SNAPSHOT, 30) == ("noir", "comedy")
    assert facet_tags(["c", "b"], SPEC, SNAPSHOT, 30) == ("comedy", "noir")  # nothing is shared


def test_a_text_is_told_once_and_never_more_than_asked_for():
    assert facet_tags(["a", "a", "b", "unknown"], SPEC, SNAPSHOT, 30) == ("noir",)
    assert facet_tags(["c", "b", "a"], SPEC, SNAPSHOT, 1) == ("noir",)
    assert facet_tags([], SPEC, SNAPSHOT, 30) == ()


def test_the_kind_of_an_item_is_three_terms_without_its_path():
    assert kinds_text("d", SPEC, SNAPSHOT).count(", ") == 2
    assert kinds_text("a", SPEC, SNAPSHOT) == "noir"
    assert kinds_text("unknown", SPEC, SNAPSHOT) == ""
