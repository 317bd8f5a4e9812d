"""Snapshots: both sides of the postings agree, changes equal a rebuild, the disk gives back what it got."""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.catalog.schema import CatalogSpec, parse_spec
from intently.catalog.snapshot import (
    Snapshot,
    build_snapshot,
    open_snapshot,
    save_snapshot,
    with_item,
    with_items,
    with_vectors,
    without_item,
)
from intently.errors import DataError, NotFound, StoreError
from intently.nouns import Item

SPEC: CatalogSpec = parse_spec(
    """
format = "intently.catalog"
version = 1
name = "Test"
[items]
file = "items.csv"
id = "id"
title = "title"
[facets.genre]
kind = "term"
column = "genres"
many = true
[facets.person]
kind = "term"
column = "people"
many = true
[facets.year]
kind = "date"
column = "year"
unit = "year"
[facets.price]
kind = "number"
column = "price"
""",
    "test.toml",
)

names = st.sampled_from(["Comedy", "Horror", "Drama", "Čeština 恐怖", "a:b"])
facets = st.fixed_dictionaries(
    {
        "genre": st.none() | st.lists(names, min_size=1, max_size=3, unique=True).map(tuple),
        "person": st.none() | st.lists(names, min_size=1, max_size=2, unique=True).map(tuple),
        "year": st.none() | st.integers(1890, 2030).map(float),
        "price": st.none() | st.floats(-10, 1000, allow_nan=False),
    }
)
ids = st.sampled_from([f"item/{n}" for n in range(8)])
one_item = st.builds(Item, item_id=ids, title=st.text(max_size=5), facets=facets, available=st.booleans())
item_lists = st.lists(one_item, max_size=8, unique_by=lambda item: item.item_id)


def build(items: list[Item], vectors: np.ndarray | None = None) -> Snapshot:
    return build_snapshot(SPEC, items, vectors, "v")


def by_id(snapshot: Snapshot) -> dict[str, object]:
    """What a snapshot says of each item, whatever the order of rows and values."""
    return {
        item_id: (snapshot.titles[row], bool(snapshot.available[row]), snapshot.facets_of(row))
        for row, item_id in enumerate(snapshot.item_ids)
    }


def postings(snapshot: Snapshot) -> dict[tuple[str, str], set[str]]:
    """(facet, value) -> ids, from the side of the values; values that nobody has are left out."""
    held = {
        (name, value): {snapshot.item_ids[row] for row in facet.rows_of(value).tolist()}
        for name, facet in snapshot.terms.items()
        for value in facet.values
    }
    return {pair: ids for pair, ids in held.items() if ids}


def check_consistent(snapshot: Snapshot) -> None:
    from_items = {
        (name, value): {
            item_id for row, item_id in enumerate(snapshot.item_ids) if value in (snapshot.facets_of(row)[name] or ())
        }
        for name, facet in snapshot.terms.items()
        for value in facet.values
    }
    assert postings(snapshot) == {pair: ids for pair, ids in from_items.items() if ids}
    for facet in snapshot.terms.values():
        assert len(facet.rows) == len(facet.item_values) == facet.starts[-1] == facet.item_starts[-1]
        assert len(set(facet.values)) == len(facet.values) == len(facet.starts) - 1
        for value in facet.values:
            rows = facet.rows_of(value).tolist()
            assert rows == sorted(set(rows))
    assert [snapshot.row_of(item_id) for item_id in snapshot.item_ids] == list(range(len(snapshot)))


@settings(deadline=None, max_examples=40)
@given(item_lists)
def test_a_snapshot_holds_what_the_items_say(items: list[Item]):
    snapshot = build(items)
    check_consistent(snapshot)
    assert by_id(snapshot) == {item.item_id: (item.title, item.available, dict(item.facets)) for item in items}
    assert snapshot.row_of("nobody") is None


@settings(deadline=None, max_examples=40)
@given(item_lists, st.randoms())
def test_the_order_of_items_changes_only_their_rows(items: list[Item], random: Random):
    shuffled = list(items)
    random.shuffle(shuffled)
    one, other = build(items), build(shuffled)
    assert by_id(one) == by_id(other)
    assert postings(one) == postings(other)
    assert [facet.values for facet in one.terms.values()] == [facet.values for facet in other.terms.values()]


@settings(deadline=None, max_examples=40)
@given(item_lists, st.lists(one_item, max_size=6))
def test_changing_items_one_by_one_equals_building_anew(items: list[Item], changes: list[Item]):
    changed, wanted = build(items), {item.item_id: item for item in items}
    for item in changes:
        changed, wanted = with_item(changed, SPEC, item), wanted | {item.item_id: item}
        check_consistent(changed)
    fresh = build(list(wanted.values()))
    assert by_id(changed) == by_id(fresh)
    assert postings(changed) == postings(fresh)
    assert changed.text_hashes.tolist() == fresh.text_hashes.tolist()


@settings(deadline=None, max_examples=60)
@given(item_lists, st.lists(one_item, max_size=6), st.lists(st.tuples(st.integers(0, 5), st.floats(0, 9)), max_size=6))
def test_changing_items_together_equals_one_by_one(items: list[Item], others: list[Item], prices: list):
    dearer = [
        items[place % len(items)].model_copy(update={"facets": {**items[place % len(items)].facets, "price": price}})
        for place, price in prices
        if items
    ]
    changes = [change for pair in zip([*dearer, *others], [*others, *dearer], strict=True) for change in pair]
    single = build(items)
    for item in changes:
        single = with_item(single, SPEC, item)
    together = with_items(build(items), SPEC, changes, {})
    check_consistent(together)
    assert by_id(together) == by_id(single)
    assert postings(together) == postings(single)
    assert together.text_hashes.tolist() == single.text_hashes.tolist()
    assert together.encoded.tolist() == single.encoded.tolist()


@settings(deadline=None, max_examples=40)
@given(item_lists, one_item)
def test_a_change_leaves_the_former_snapshot_as_it_was(items: list[Item], item: Item):
    before = build(items)
    said, held, length = by_id(before), postings(before), len(before)
    after = with_item(before, SPEC, item)
    without_item(after, item.item_id)
    assert (by_id(before), postings(before), len(before)) == (said, held, length)
    assert after.version != before.version


@settings(deadline=None, max_examples=40)
@given(item_lists, st.integers(0, 3))
def test_the_disk_gives_back_what_it_got(items: list[Item], dim: int):
    vectors = np.arange(len(items) * dim, dtype=np.float32).reshape(len(items), dim)
    snapshot = build(items, vectors)
    with tempfile.TemporaryDirectory() as folder:
        save_snapshot(snapshot, Path(folder) / "snapshot")
        opened = open_snapshot(Path(folder) / "snapshot")
        assert by_id(opened) == by_id(snapshot)
        assert postings(opened) == postings(snapshot)
        assert opened.version == snapshot.version
        assert np.array_equal(opened.vectors, vectors)
        assert np.array_equal(opened.encoded, snapshot.encoded)
        assert np.array_equal(opened.text_hashes, snapshot.text_hashes)


COMEDY = Item(item_id="a", title="A", facets={"genre": ("Comedy",), "year": 1999.0, "price": 3.0})
HORROR = Item(item_id="b", title="B", facets={"genre": ("Horror", "Comedy"), "year": 2005.0})
UNKNOWN = Item(item_id="c", title="C", available=False)


def test_masks_answer_pairs_and_bounds_and_missing_values():
    snapshot = build([COMEDY, HORROR, UNKNOWN])
    assert snapshot.mask_of([("genre", "Comedy")]).tolist() == [True, True, False]
    assert snapshot.mask_of([("genre", "Horror"), ("item", "c"), ("genre", "no such")]).tolist() == [False, True, True]
    assert snapshot.bound_mask("year", 1999, 1999).tolist() == [True, False, False]
    assert snapshot.bound_mask("year", None, 2010).tolist() == [True, True, False]
    assert snapshot.bound_mask("price", None, None).tolist() == [True, False, False]
    assert snapshot.known("genre").tolist() == [True, True, False]
    assert (snapshot.missing("price"), snapshot.missing("year")) == (1, 0)  # c is not available, so it is not missed
    assert snapshot.terms["genre"].counts().tolist() == [2, 1]


@pytest.mark.parametrize("ask", [lambda s: s.mask_of([("mood", "x")]), lambda s: s.bound_mask("mood", 1, 2)])
def test_an_undeclared_facet_is_named_with_those_that_are_declared(ask):
    with pytest.raises(NotFound, match="'mood'. It declares: genre, person, year, price"):
        ask(build([COMEDY]))


def test_an_empty_catalogue_builds_changes_and_keeps(tmp_path: Path):
    empty = build([])
    save_snapshot(empty, tmp_path / "s")
    assert by_id(with_item(open_snapshot(tmp_path / "s"), SPEC, COMEDY)) == by_id(build([COMEDY]))
    assert empty.mask_of([("genre", "Comedy")]).tolist() == []


def test_a_title_with_half_a_character_is_kept_on_disk(tmp_path: Path):
    save_snapshot(build([COMEDY.model_copy(update={"title": "\ud83d"})]), tmp_path / "s")
    assert open_snapshot(tmp_path / "s").titles == ("\ud83d",)


def test_an_item_that_goes_keeps_its_row_and_is_not_available():
    snapshot = without_item(build([COMEDY, HORROR]), "a")
    assert (snapshot.available.tolist(), snapshot.row_of("a")) == ([False, True], 0)
    assert without_item(snapshot, "a") is snapshot
    assert without_item(snapshot, "nobody") is snapshot


def test_a_new_price_shares_every_other_array():
    before = build([COMEDY, HORROR], np.eye(2, dtype=np.float32))
    after = with_item(before, SPEC, COMEDY.model_copy(update={"facets": {**COMEDY.facets, "price": 2.5}}))
    assert after.numbers["price"].amounts.tolist()[0] == 2.5
    assert after.numbers["year"] is before.numbers["year"]
    assert all(after.terms[name] is before.terms[name] for name in before.terms)
    assert after.vectors is before.vectors
    assert after.titles is before.titles
    assert after.available is before.available
    assert after.encoded.tolist() == [True, True]  # the encoder does not read the price


def test_a_vector_that_is_there_already_is_not_copied():
    before = build([COMEDY, HORROR], np.eye(2, dtype=np.float32))
    after = with_item(before, SPEC, COMEDY.model_copy(update={"available": False}), before.vectors[0])
    assert after.vectors is before.vectors
    assert after.available.tolist() == [False, True]


def test_a_changed_text_waits_for_its_vector():
    before = build([COMEDY, HORROR], np.eye(2, dtype=np.float32))
    after = with_item(before, SPEC, COMEDY.model_copy(update={"title": "Another"}))
    assert after.encoded.tolist() == [False, True]
    done = with_vectors(after, [0], np.array([[0.6, 0.8]], np.float32))
    assert done.encoded.tolist() == [True, True]
    assert done.vectors[0].tolist() == pytest.approx([0.6, 0.8])
    assert before.vectors[0].tolist() == [1.0, 0.0]


def test_a_new_item_may_bring_its_vector():
    before = build([COMEDY], np.eye(1, dtype=np.float32))
    after = with_item(before, SPEC, HORROR, np.array([-1.0], np.float32))
    assert (after.vectors.tolist(), after.encoded.tolist()) == ([[1.0], [-1.0]], [True, True])
    assert with_item(before, SPEC, HORROR).encoded.tolist() == [True, False]


@pytest.mark.parametrize(
    "facets",
    [{"genre": 3.0}, {"price": ("three",)}, {"price": math.inf}],
)
def test_a_value_of_the_wrong_kind_is_refused(facets: dict[str, object]):
    item = Item(item_id="x", title="X").model_copy(update={"facets": facets})
    with pytest.raises(DataError, match="item 'x': facet `"):
        build([item])
    with pytest.raises(DataError, match="item 'x': facet `"):
        with_item(build([COMEDY]), SPEC, item)


def test_two_items_with_one_id_are_refused():
    with pytest.raises(DataError, match="two items have one id"):
        build([COMEDY, COMEDY])


def test_vectors_of_another_number_or_length_are_refused():
    with pytest.raises(DataError, match="1 vectors for 2 items"):
        build([COMEDY, HORROR], np.zeros((1, 3), np.float32))
    with pytest.raises(DataError, match="vectors of 2 numbers"):
        with_vectors(build([COMEDY], np.ones((1, 3), np.float32)), [0], np.ones((1, 2), np.float32))


def test_arrays_cannot_be_changed_in_place():
    snapshot = with_item(build([COMEDY]), SPEC, HORROR)
    for array in (
        snapshot.available,
        snapshot.numbers["price"].amounts,
        snapshot.terms["genre"].rows,
        snapshot.vectors,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


# -------------------------------------------------------------------------------------------------------------- disk
def test_saving_again_replaces_and_who_has_the_former_open_keeps_it(tmp_path: Path):
    save_snapshot(build([COMEDY]), tmp_path / "s")
    former = open_snapshot(tmp_path / "s")
    save_snapshot(build([COMEDY, HORROR]), tmp_path / "s")
    assert (len(open_snapshot(tmp_path / "s")), len(former)) == (2, 1)
    assert former.facets_of(0)["price"] == 3.0
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_a_folder_whose_writing_was_cut_off_does_not_open(tmp_path: Path):
    save_snapshot(build([COMEDY]), tmp_path / "s")
    (tmp_path / "s" / "manifest.json").unlink()
    with pytest.raises(StoreError, match="no snapshot can be read here"):
        open_snapshot(tmp_path / "s")
    save_snapshot(build([COMEDY]), tmp_path / "s")
    assert len(open_snapshot(tmp_path / "s")) == 1


def test_a_cut_off_array_and_another_format_do_not_open(tmp_path: Path):
    save_snapshot(build([COMEDY, HORROR]), tmp_path / "s")
    titles = tmp_path / "s" / "titles.json"
    titles.write_text('["A"]', "utf-8")
    with pytest.raises(StoreError, match="do not hold 2 items"):
        open_snapshot(tmp_path / "s")
    manifest = tmp_path / "s" / "manifest.json"
    body = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**body, "version": 99}), "utf-8")
    with pytest.raises(StoreError, match="newer intently"):
        open_snapshot(tmp_path / "s")


def test_opening_a_snapshot_does_not_import_polars(tmp_path: Path):
    save_snapshot(build([COMEDY]), tmp_path / "s")
    code = (
        "import sys; from pathlib import Path; from intently.catalog.snapshot import open_snapshot; "
        "from intently.catalog.load import read_items; open_snapshot(Path(sys.argv[1])); "
        "assert 'polars' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "s")], check=True)


def test_a_new_price_costs_milliseconds_at_100_000_items(tmp_path: Path):
    items = [
        Item(item_id=str(n), title=f"Item {n}", facets={"genre": (f"g{n % 50}",), "price": float(n)})
        for n in range(100_000)
    ]
    save_snapshot(build(items), tmp_path / "s")
    snapshot = open_snapshot(tmp_path / "s")
    assert snapshot.row_of("77") == 77
    dearer = items[77].model_copy(update={"facets": {**items[77].facets, "price": 5.0}})
    seconds = []
    for _ in range(5):
        start = perf_counter()
        snapshot = with_item(snapshot, SPEC, dearer)
        seconds.append(perf_counter() - start)
    assert snapshot.numbers["price"].amounts[77] == 5.0
    assert min(seconds) < 0.02  # about 0.2 ms here; the bar leaves room for a busy machine
