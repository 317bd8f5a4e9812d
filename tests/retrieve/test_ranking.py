"""Orders by score, look-ups, and rows of several lists together: shorter ways to the same answers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from intently.retrieve.ranking import best_first, distinct, looked_up, top

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
