"""Who reads the history in the light of the wish: one contract for all, and what the two of ours say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.feed.tools.intent import Attention, MeanOfHistory

READERS = [Attention(), MeanOfHistory()]
COSY, SPACE = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]


def rows(*numbers):
    return np.array(numbers, np.int32)


def floats(*vectors):
    return np.array(vectors, np.float32)


@pytest.mark.parametrize("reader", READERS)
@given(st.integers(0, 60), st.integers(1, 3), st.integers(1, 30), st.integers(0, 1000))
def test_a_reader_answers_for_every_candidate_with_a_cosine(reader, seen, wishes, candidates, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(80, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    history, asked = rng.integers(0, 80, seen).astype(np.int32), rng.integers(0, 80, candidates).astype(np.int32)
    found = reader.score(vectors, history, vectors[:wishes], asked)
    if not seen:
        assert found is None
        return
    assert found.shape == (candidates,)
    assert np.abs(found).max() <= 1 + 1e-5
    turned = reader.score(vectors, history, vectors[:wishes], asked[::-1].copy())
    np.testing.assert_allclose(turned[::-1], found, atol=1e-6)


@pytest.mark.parametrize("reader", READERS)
def test_a_history_of_items_that_are_not_encoded_tells_nothing(reader):
    assert reader.score(floats([0, 0, 0], COSY), rows(0, 0), floats(COSY), rows(1)) is None


def test_the_attention_looks_at_what_the_wish_is_near_to_and_the_mean_does_not():
    vectors, history = floats(COSY, SPACE), rows(0, 1)
    cosy, space = Attention().score(vectors, history, floats(COSY), rows(0, 1))
    assert cosy > 0.99
    assert space < 0.01
    assert MeanOfHistory().score(vectors, history, floats(COSY), rows(0, 1)).tolist() == pytest.approx([0.5**0.5] * 2)


def test_the_newest_fifty_are_read():
    vectors = floats(COSY, SPACE)
    assert MeanOfHistory().score(vectors, rows(*[0] * 9, *[1] * 50), floats(COSY), rows(0)).tolist() == [0.0]
