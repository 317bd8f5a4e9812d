"""An item in a few words: the title and its kind, or what the catalogue says; long titles lose their tails."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.catalog.schema import parse_spec
from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.errors import CatalogError
from intently.nouns import Item
from intently.understand.compress import WORDS, describer, is_long, recorder, shortened
from tests.understand.worlds import TOML

GROCERIES = TOML.replace('title = "title"', 'title = "title"\ncore = "{title} {size}"') + (
    '[facets.size]\nkind = "term"\ncolumn = "size"\n[facets.depot]\nkind = "term"\ncolumn = "depot"\nshown = false\n'
)
TITLES = st.text(st.sampled_from("ab ,-|()[]/;:'"), max_size=120) | st.lists(st.text("abc,-()", min_size=1)).map(
    " ".join
)


def _items(core: bool) -> tuple[Snapshot, object]:
    spec = parse_spec(GROCERIES if core else GROCERIES.replace('core = "{title} {size}"', ""), "groceries.toml")
    facets = {"kind": ("dairy", "fresh", "white"), "size": ("16 OZ",), "depot": ("D4",)}
    items = [
        Item(item_id="1", title="WHOLE MILK", facets=facets),
        Item(item_id="2", title="Oat milk", facets={}),
        *(Item(item_id=f"other {n}", title="Other", facets={"kind": ("plain",)}) for n in range(20)),
    ]
    return build_snapshot(spec, items, None, "v1"), spec


def test_an_item_is_its_title_and_two_leading_terms():
    snapshot, spec = _items(core=False)
    assert describer(spec, snapshot)("1") == ("WHOLE MILK", "dairy, fresh")
    assert describer(spec, snapshot)("2") == ("Oat milk", "")


def test_a_catalogue_says_what_an_item_is_called_where_titles_are_no_more_than_types():
    snapshot, spec = _items(core=True)
    assert describer(spec, snapshot)("1") == ("whole milk 16 oz", "")
    assert describer(spec, snapshot)("2") == ("Oat milk", "")


def test_what_the_model_chose_stands_for_the_title_of_its_item_alone():
    snapshot, spec = _items(core=False)
    describe = describer(spec, snapshot, {"1": "milk"})
    assert (describe("1"), describe("2")) == (("milk", "dairy, fresh"), ("Oat milk", ""))


def test_an_item_that_is_gone_has_no_words():
    snapshot, spec = _items(core=True)
    assert describer(spec, snapshot)("9") is None
    assert recorder(spec, snapshot)("9") is None


def test_a_raw_record_is_the_title_and_every_shown_term():
    snapshot, spec = _items(core=True)
    assert recorder(spec, snapshot)("1") == ("WHOLE MILK, dairy, fresh, white, 16 OZ", "")


def test_a_core_may_name_terms_of_the_catalogue_alone():
    with pytest.raises(CatalogError, match=r"`items.core` names \{colour\}"):
        parse_spec(GROCERIES.replace("{size}", "{colour}"), "groceries.toml")


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("The Lord of the Rings: The Return of the King", "The Lord of the Rings: The Return of the King"),
        (
            "Acme Wireless Mouse (2024 Model, Black) - Silent, Ergonomic Grip, for Laptop, Desktop and Tablet",
            "Acme Wireless Mouse - Silent, Ergonomic Grip, for Laptop",
        ),
        (
            "Acme - Desk lamp with a very long arm and a foot that is heavy, white",
            "Acme - Desk lamp with a very long arm",
        ),
        ("one two three four five six seven eight nine for eleven", "one two three four five six seven eight nine"),
    ],
)
def test_a_long_title_ends_at_a_seam_and_on_a_telling_word(title, core):
    assert shortened(title) == core


@given(TITLES)
def test_a_core_has_no_more_words_than_the_limit_and_none_that_the_title_lacks(title):
    core = shortened(title)
    assert core == title or not is_long(core)
    assert not is_long(title) or len(core.split()) <= WORDS
    assert set(re.findall(r"[abc]+", core)) <= set(re.findall(r"[abc]+", title))
