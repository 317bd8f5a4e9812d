"""The behaviour index: built whole, event by event, saved and opened, it says the same."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.config import RetrieveConfig
from intently.errors import StoreError
from intently.retrieve.index import build_index, index_log, open_index, save_index
from intently.retrieve.live import IndexBuilder
from intently.retrieve.similarity import neighbour_lists
from tests.retrieve.worlds import DAY, Columns, Items, log_of, spec_of

CONFIG = RetrieveConfig()
N = 12
events = st.lists(st.tuples(st.integers(0, 5), st.integers(0, N - 1), st.integers(0, 400)), max_size=60)


def in_order(found: list[tuple[int, int, int]]) -> list[tuple[int, int, float]]:
    return [(user, row, float(day)) for user, row, day in sorted(found, key=lambda event: event[2])]


@settings(deadline=None)
@given(events)
def test_event_by_event_and_all_at_once_make_the_same_index(found):
    log = log_of(in_order(found))
    whole = index_log(N, log, spec_of(), CONFIG)
    builder = IndexBuilder(N, spec_of(), CONFIG, whole.popularity.origin)
    for user, row, time in zip(log.users.tolist(), log.rows.tolist(), log.times.tolist(), strict=True):
        builder.add(user, row, time)
    live = builder.view()
    assert live.as_of == whole.as_of
    assert np.allclose(live.popularity.logs, whole.popularity.logs)
    assert np.allclose(live.trend.logs, whole.trend.logs)
    assert np.allclose(live.lasting.logs, whole.lasting.logs)
    assert live.recent.rows.tolist() == whole.recent.rows.tolist()
    for row in range(N):
        rows, similarities = whole.neighbours.of(row)
        live_rows, live_similarities = live.neighbours.of(row)
        assert rows.tolist() == live_rows.tolist()
        assert similarities.tolist() == live_similarities.tolist()
    nothing = neighbour_lists(0, np.empty(0, np.int32), np.empty(0, np.int32), 5).of_many(np.array([0, 3], np.int32))
    assert [len(part) for part in nothing] == [0, 0, 0]
    asked = np.array([N + 3, *range(N), 0, -1], np.int32)  # unknown ones have none
    for table in (whole.neighbours, live.neighbours):
        rows, similarities, owners = table.of_many(asked)
        for place, row in enumerate(asked.tolist()):
            assert rows[owners == place].tolist() == table.of(row)[0].tolist()
            assert similarities[owners == place].tolist() == table.of(row)[1].tolist()


@settings(deadline=None)
@given(events, events)
def test_events_added_later_move_popularity_as_a_build_would_and_its_order_stays_sorted(before, after):
    first, second = log_of(in_order(before)), log_of(in_order(after))
    index = index_log(N, first, spec_of(), CONFIG)
    assert len(index.popularity.order) == N  # the order is there, so that it is moved and not sorted anew
    later = index.with_events(second.rows, second.times, N + 2)
    expected = np.full(N + 2, -np.inf)
    np.logaddexp2.at(expected, first.rows, index.popularity.weigh(first.times))
    np.logaddexp2.at(expected, second.rows, index.popularity.weigh(second.times))
    assert np.allclose(later.popularity.logs, expected)
    assert later.popularity.order.tolist() == np.argsort(-later.popularity.logs, kind="stable").tolist()
    assert np.exp2(later.lasting.logs).sum() == pytest.approx(len(first) + len(second))
    assert later.recent.times.tolist() == sorted(later.recent.times.tolist())


def test_an_event_of_a_half_life_ago_counts_half():
    index = index_log(3, log_of([(1, 0, 0.0), (2, 0, 0.0), (3, 1, 7.0)]), spec_of(half_life=7.0), CONFIG)
    assert index.popularity.shares(np.array([0, 1, 2])).tolist() == [1.0, 1.0, 0.0]


def test_a_century_of_events_does_not_overflow():
    index = index_log(2, log_of([(1, 0, 0.0), (1, 1, 36_500.0)]), spec_of(half_life=1.0), CONFIG)
    assert index.popularity.order.tolist() == [1, 0]
    assert np.isfinite(index.popularity.logs).all()


def test_a_saved_index_opens_as_it_was(tmp_path):
    log = log_of([(1, 0, 0.0), (1, 2, 1.0), (2, 0, 2.0), (2, 2, 3.0), (2, 1, 4.0)])
    index = replace(index_log(3, log, spec_of(), CONFIG), weights={"popularity": 1.0})
    save_index(index, tmp_path / "index", "s1")
    save_index(index, tmp_path / "index", "s2")  # replaces the first
    opened, version = open_index(tmp_path / "index")
    assert version == "s2"
    assert opened.weights == {"popularity": 1.0}
    assert opened.as_of == 4 * DAY
    assert opened.popularity.logs.tolist() == index.popularity.logs.tolist()
    assert opened.neighbours.of(0)[0].tolist() == index.neighbours.of(0)[0].tolist() == [2, 1]


def test_an_empty_log_makes_an_index_that_opens(tmp_path):
    save_index(index_log(0, log_of([]), spec_of(), CONFIG), tmp_path / "index", "s1")
    opened, _ = open_index(tmp_path / "index")
    assert opened.as_of == -np.inf
    assert opened.size == 0


def test_a_damaged_or_newer_index_says_what_to_do(tmp_path):
    with pytest.raises(StoreError, match="Build it again"):
        open_index(tmp_path / "nothing")
    save_index(index_log(2, log_of([(1, 0, 0.0)]), spec_of(), CONFIG), tmp_path / "index", "s1")
    manifest = json.loads((tmp_path / "index" / "manifest.json").read_text())
    (tmp_path / "index" / "manifest.json").write_text(json.dumps({**manifest, "version": 2}))
    with pytest.raises(StoreError, match="version 2"):
        open_index(tmp_path / "index")


def test_a_build_leaves_out_what_is_later_and_what_is_not_in_the_snapshot():
    columns = Columns(
        ["a", "gone", "b"], np.array([0, 0, 1, 1], np.int32), np.array([0, 1, 2, 0], np.int32),
        np.array([1.0, 2.0, 3.0, 9.0]), np.full(4, np.nan),
    )  # fmt: skip
    index = build_index(spec_of(), Items(("b", "a"), np.zeros((2, 0), np.float32)), columns, CONFIG, as_of=5.0)
    assert index.lasting.logs.tolist() == [0.0, 0.0]  # one event each
    assert index.as_of == 3.0
