"""Orders by score, look-ups, and rows of several lists together: shorter ways to the same answers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from intently.retrieve.ranking import best_first, distinct, highest_places, looked_up, summed, top

rows = st.lists(st.integers(0, 30), max_size=20)


@given(st.lists(rows, min_size=1, max_size=4))
def test_distinct_rows_are_those_of_a_set_in_order(lists: list[list[int]]):
    found = distinct(*(np.array(one, np.int32) for one in lists))
    assert found.dtype == np.int32
    assert found.tolist() == sorted({row for one in lists for row in one})


@given(st.lists(st.integers(0, 3), min_size=1, max_size=120), st.integers(1, 12), st.integers(0, 9))
def test_the_top_is_that_of_sorting_all_however_many_are_equal(levels, k, seed):
    rows = np.random.default_rng(seed).permutation(len(levels)).astype(np.int32)
    scores = np.array(levels, np.float32) / 3 + np.float32(2e-8) * rows  # equal once they are rounded
    ranked, values = top(rows, scores, k)
    every, all_values = best_first(rows, scores)
    assert ranked.tolist() == every[:k].tolist()
    assert values.tolist() == all_values[:k].tolist()


@given(st.sets(st.integers(0, 60), max_size=6), st.integers(0, 200))
def test_a_look_up_is_the_same_for_few_rows_and_for_many(known, size):
    found = np.array(sorted(known), np.int32)
    scores = np.arange(1, len(found) + 1, dtype=np.float32)
    said = dict(zip(found.tolist(), scores.tolist(), strict=True))
    rows = np.arange(size, dtype=np.int32)[::-1].copy()
    assert looked_up(rows, found, scores).tolist() == [said.get(row, 0.0) for row in rows.tolist()]


@given(st.integers(0, 3000), st.integers(1, 400), st.sampled_from(["spread", "equal", "steps"]), st.integers(0, 99))
def test_the_highest_places_are_those_of_sorting_all(count, k, kind, seed):
    """Whether the sample that says how high the k-th is tells it, or many are equal."""
    rng = np.random.default_rng(seed)
    every = {"spread": rng.random(count), "equal": np.ones(count), "steps": rng.integers(0, 5, count)}
    scores = every[kind].astype(np.float32)
    places = highest_places(scores, k)
    assert len(set(places.tolist())) == len(places) == min(k, count)
    assert sorted(scores[places], reverse=True) == sorted(scores, reverse=True)[:k]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(-3, 3))))
def test_sums_are_those_of_each_row(pairs):
    rows, values = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
    found, sums = summed(rows.astype(np.int32), values.astype(np.float64))
    assert dict(zip(found.tolist(), sums.tolist(), strict=True)) == {
        row: sum(value for other, value in pairs if other == row) for row, _ in pairs
    }
    assert found.tolist() == sorted(found.tolist())


@given(st.integers(1, 200), st.integers(1, 400), st.integers(1, 20_000), st.integers(0, 9))
def test_looking_up_is_the_same_by_a_table_and_by_searching(count, asked, size, seed):
    rng = np.random.default_rng(seed)
    found = np.unique(rng.integers(0, size, count)).astype(np.int32)
    scores = rng.random(len(found)).astype(np.float32)
    rows = rng.integers(0, size + 5, asked).astype(np.int32)
    told = dict(zip(found.tolist(), scores.tolist(), strict=True))
    assert looked_up(rows, found, scores).tolist() == [told.get(row, 0.0) for row in rows.tolist()]
