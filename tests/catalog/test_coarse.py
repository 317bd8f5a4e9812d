"""Vectors in 8 bits: never further from the exact product than is said, and changed with the items."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.catalog.arrays import Snapshot
from intently.catalog.change import with_vectors
from intently.catalog.coarse import COARSE_FROM, Coarse


def unit_rows(count: int, dim: int, seed: int, empty: float = 0.1) -> np.ndarray:
    """Random directions, some with few large numbers, a share of them zeros."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, dim)) ** rng.choice([1, 3], size=(count, 1))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return np.where(rng.random((count, 1)) < empty, 0, rows).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.sampled_from([1, 3, 12, 100, 384]), st.integers(1, 9), st.integers(0, 999))
def test_a_product_is_no_further_from_the_exact_one_than_is_said(count, dim, asked, seed):
    vectors, queries = unit_rows(count, dim, seed), unit_rows(asked, dim, seed + 1)
    found, errors = Coarse.of(vectors).products(queries)
    off = np.abs(found.astype(np.float64) - queries.astype(np.float64) @ vectors.T.astype(np.float64))
    assert found.shape == (asked, count)
    assert (off <= errors[:, np.newaxis] + 1e-6).all()
    assert errors.max() < 0.05  # and what is said tells something


def test_pairs_of_the_largest_products_do_not_overflow():
    """All codes at an end of their range, against a question at an end of its own: what 16 bits must hold."""
    vectors = np.full((4, 256), 1 / 16, np.float32) * np.array([[1], [-1], [1], [-1]], np.float32)
    found, _ = Coarse.of(vectors).products(np.full((1, 256), 1 / 16, np.float32))
    assert found[0] == pytest.approx([1, -1, 1, -1], abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.data())
def test_changed_and_added_rows_are_as_if_made_anew(count, data):
    rows = data.draw(st.lists(st.integers(0, count + 2), max_size=6, unique=True))
    rows += [row for row in range(count, max(rows, default=0) + 1) if row not in rows]  # no gap
    before, new = unit_rows(count, 8, 1), unit_rows(len(rows), 8, 2)
    after = np.concatenate([before, np.zeros((max(0, max(rows, default=0) + 1 - count), 8), np.float32)])
    after[rows] = new
    changed, anew = Coarse.of(before).with_rows(rows, new), Coarse.of(after)
    assert np.array_equal(changed.codes, anew.codes)
    assert np.array_equal(changed.scales, anew.scales)
    assert changed.residue >= anew.residue - 1e-7


def snapshot_of(vectors: np.ndarray) -> Snapshot:
    count = len(vectors)
    return Snapshot(
        version="v", item_ids=tuple(map(str, range(count))), titles=("",) * count,
        text_hashes=np.zeros(count, np.uint64), available=np.ones(count, np.bool_), terms={}, numbers={},
        vectors=vectors, encoded=np.ones(count, np.bool_),
    )  # fmt: skip


def test_a_snapshot_with_new_vectors_looks_at_the_new_ones():
    vectors = unit_rows(COARSE_FROM, 4, 3)
    before = snapshot_of(vectors)
    assert snapshot_of(vectors[:-1]).coarse is None
    assert before.coarse is not None
    new = unit_rows(2, 4, 5, empty=0)
    after = with_vectors(before, [7, 9_000], new)
    assert after.coarse is not None
    found, errors = after.coarse.products(new)
    assert found[[0, 1], [7, 9_000]] == pytest.approx([1, 1], abs=float(errors.max()))
    assert np.array_equal(after.coarse.codes, Coarse.of(after.vectors).codes)
