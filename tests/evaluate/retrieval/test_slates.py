"""What is said of a slate beside whether it was right, on worlds small enough to count by hand."""

import json
from dataclasses import asdict
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import build_snapshot
from intently.config import RetrieveConfig
from intently.evaluate.metrics import Interval, share_interval
from intently.evaluate.pack import Pack
from intently.evaluate.retrieval.exposure import exposure_of, gini, taken_shares
from intently.evaluate.retrieval.folds import Moment, Walk, folds_of
from intently.evaluate.retrieval.slates import GROUPS, Lens, SlateFacts, group_of_items
from intently.nouns import Item
from intently.retrieve.columns import Log

DAY = 86_400.0
SPEC = CatalogSpec.model_validate(
    {"format": "intently.catalog", "version": 1, "name": "shelf", "repeat": "always",
     "items": {"file": "i.csv", "id": "id", "title": "title"},
     "facets": {"kind": {"kind": "term", "column": "kind", "many": True}}}
)  # fmt: skip
KINDS = (("mug",), ("mug", "gift"), ("lamp",), None)
EVENTS = [(0, 0, 0), (0, 2, 100), (1, 0, 120), (0, 1, 150)]  # person, item, day: the last of person 0 is asked for


def moment_of(protocol: str = "time") -> tuple[Pack, Moment]:
    """Person 0 took item 0 on day 0 and item 2 on day 100; on day 150 they take item 1. Person 1 took item 0."""
    items = [Item(item_id=f"i{n}", title=f"item {n}", facets={"kind": kinds}) for n, kinds in enumerate(KINDS)]
    users, rows, days = (np.array(column) for column in zip(*EVENTS, strict=True))
    log = Log(users.astype(np.int32), rows.astype(np.int32), days * DAY, np.ones(4, np.bool_))
    snapshot = build_snapshot(SPEC, items, None, "v1")
    pack = Pack("shelf", SPEC, snapshot, log, ("a", "b", "c", "d"), ("p0", "p1"), "0" * 64)
    (fold,) = folds_of(pack, protocol, 1000.0)
    (moment,) = Walk(pack, RetrieveConfig(), 0).moments(fold)
    return pack, moment


def facts(shown: list[int], timed: bool = True, category: str = "kind") -> SlateFacts:
    pack, moment = moment_of()
    return Lens(pack, category, timed).facts(moment, np.array(shown, np.int32))


def test_categories_are_counted_once_however_many_items_show_them():
    assert facts([0, 1, 2]).categories == len({"mug", "gift", "lamp"})
    assert facts([3]).categories == 0


def test_novelty_is_the_mean_of_the_bits_of_each_item_with_one_added_to_every_count():
    # three events before the moment, two on item 0 and one on item 2; four items: shares 3/7, 1/7, 2/7, 1/7
    assert facts([0, 1]).novelty == pytest.approx((-log2(3 / 7) - log2(1 / 7)) / 2)
    assert facts([2]).novelty == pytest.approx(-log2(2 / 7))


def test_an_item_is_new_again_ninety_days_after_the_person_did_something_with_it():
    assert facts([0, 2]).new_items == 1 / 2  # item 0: 150 days ago; item 2: 50 days ago
    assert facts([0, 2], timed=False).new_items == 0  # without times the whole history counts
    assert facts([1, 3]).new_items == 1


def test_a_category_is_new_by_the_share_of_an_items_categories_that_the_person_has_not_touched():
    assert facts([2, 0]).new_categories == 1 / 2  # lamp: 50 days ago; mug: 150 days ago
    assert (
        facts([1, 3], timed=False).new_categories == 1 / 2
    )  # mug known, gift not; the item without a kind is no voice
    assert np.isnan(facts([3]).new_categories)


def test_without_a_category_facet_nothing_is_said_of_categories():
    found = facts([0, 1], category="")
    assert np.isnan(found.categories)
    assert np.isnan(found.new_categories)
    assert found.new_items == 1


def test_an_empty_slate_shows_no_category_and_has_no_novelty():
    found = facts([])
    assert (found.rows, found.groups, found.found, found.categories) == ((), (), (), 0)
    assert found.taken == (GROUPS - 1,)  # item 1, which nobody took before
    assert np.isnan(found.novelty)
    assert np.isnan(found.new_items)


def test_what_comes_after_the_tenth_place_is_not_looked_at():
    pack, moment = moment_of()
    ranked = np.array([0] * 10 + [3], np.int32)
    assert 3 not in Lens(pack, "kind", True).facts(moment, ranked).rows


def test_groups_cut_the_events_into_fifths_from_the_head_down():
    # ten events: item 2 has four (from 0), item 0 three (from .4), item 3 two (from .7), item 1 one (from .9)
    assert group_of_items(np.array([3.0, 1, 4, 2, 0])).tolist() == [2, 4, 0, 3, 4]
    assert group_of_items(np.zeros(3)).tolist() == [GROUPS - 1] * 3


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_no_item_is_in_a_group_nearer_the_head_than_one_with_more_events(counts):
    groups = group_of_items(np.array(counts, np.float64))
    order = np.argsort(-np.array(counts), kind="stable")
    assert (np.diff(groups[order]) >= 0).all()
    assert set(groups[np.array(counts) == 0]) <= {GROUPS - 1}


def test_facts_come_back_from_a_file_as_they_went():
    found = facts([0, 1, 2])
    assert SlateFacts.read(json.loads(json.dumps(asdict(found)))) == found


def test_gini_is_nothing_when_all_are_shown_alike_and_nears_one_when_one_is_shown_alone():
    assert gini([2, 2, 2, 2]) == pytest.approx(0)
    assert gini([0, 0, 0, 4]) == pytest.approx(3 / 4)
    assert gini([1, 3]) == pytest.approx((2 * (1 * 1 + 2 * 3)) / (2 * 4) - 3 / 2)
    assert np.isnan(gini([0, 0]))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30).filter(any), st.integers(1, 9))
def test_gini_is_half_the_relative_mean_difference_and_knows_no_scale_and_no_order(counts, factor):
    pairs = np.abs(np.subtract.outer(counts, counts)).mean() / (2 * np.mean(counts))
    assert gini(counts) == pytest.approx(pairs)
    assert gini([factor * count for count in reversed(counts)]) == pytest.approx(pairs)


def shown(rows, groups, found=(), taken=(0,)) -> SlateFacts:
    return SlateFacts(tuple(rows), tuple(groups), tuple(found), tuple(taken), 1.0, 1.0, 1.0, 1.0)


def test_exposure_and_hits_are_told_by_group_and_coverage_by_item():
    slates = [shown([0, 1], [0, 4], [4], [4]), shown([0, 2], [0, 0], [0], [0, 0]), shown([], [], [], [4])]
    exposure = exposure_of(slates, items=6, seed=0)
    assert exposure.coverage == 3 / 6
    head, *middle, tail = exposure.groups
    assert (head.shown.mean, tail.shown.mean) == (3 / 4, 1 / 4)
    assert (head.hits.mean, tail.hits.mean) == (1 / 3, 1 / 1)
    assert all(group.shown.mean == 0 and np.isnan(group.hits.mean) for group in middle)
    assert taken_shares(slates, 0)[0].mean == pytest.approx((0 + 1 + 0) / 3)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), min_size=1, max_size=20))
def test_the_interval_of_a_share_holds_the_share_and_stays_between_the_least_and_the_most(pairs):
    parts = np.array([min(part, whole) for part, whole in pairs], np.float64)
    wholes = np.array([whole for _, whole in pairs], np.float64)
    found = share_interval(parts, wholes, 0)
    assert found.mean == pytest.approx(parts.sum() / wholes.sum())
    each = parts / wholes
    assert each.min() - 1e-9 <= found.low <= found.high <= each.max() + 1e-9


def test_a_share_of_nothing_is_no_number_and_who_has_no_part_does_not_make_it_one():
    assert np.isnan(share_interval(np.zeros(3), np.zeros(3), 0).mean)
    rare = share_interval(np.array([0.0, 0, 0, 0]), np.array([1.0, 0, 0, 0]), 0)
    assert rare == Interval(0.0, 0.0, 0.0)  # a third of the resamples draw nobody with a whole, and say nothing
