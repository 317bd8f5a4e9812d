"""Rows of several lists together, ascending and each once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from intently.retrieve.ranking import distinct

rows = st.lists(st.integers(0, 30), max_size=20)


@given(st.lists(rows, min_size=1, max_size=4))
def test_distinct_rows_are_those_of_a_set_in_order(lists: list[list[int]]):
    found = distinct(*(np.array(one, np.int32) for one in lists))
    assert found.dtype == np.int32
    assert found.tolist() == sorted({row for one in lists for row in one})
