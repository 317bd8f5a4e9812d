"""Several questions in one product: the same numbers as one at a time, for whole catalogues and for some rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.retrieve.products import GATHER_BELOW, THREADS_FROM, products, products_of


def floats(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 700), st.integers(1, 40), st.integers(1, 7), st.integers(0, 99))
def test_every_item_is_multiplied_with_every_question(n, dim, asked, seed):
    rng = np.random.default_rng(seed)
    vectors, queries = floats(rng, n, dim), floats(rng, asked, dim)
    np.testing.assert_allclose(products(vectors, queries), queries @ vectors.T, atol=1e-4)
    rows = np.flatnonzero(rng.random(n) < rng.choice([GATHER_BELOW / 2, 0.5, 1.0])).astype(np.int32)
    np.testing.assert_allclose(products_of(vectors, rows, queries), queries @ vectors[rows].T, atol=1e-4)


@pytest.mark.parametrize("threads", ["1", "2", "7"])
def test_threads_share_the_pieces_and_leave_none_out(threads, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", threads)
    rng = np.random.default_rng(1)
    vectors, queries = floats(rng, THREADS_FROM // 32 + 123, 32), floats(rng, 3, 32)
    found = products(vectors, queries)
    assert np.abs(found - (queries.astype(np.float64) @ vectors.T)).max() < 1e-4
