"""BM25 on text finds the items whose words are those of the history, and weighs rare words more."""

import numpy as np
import pytest

from intently.catalog.text_index import build_text_index
from intently.config import RetrieveConfig
from intently.evaluate.retrieval.folds import Walk, folds_of
from intently.evaluate.retrieval.lexical import Lexical, LexicalModel, weights_of
from tests.evaluate.retrieval.worlds import N, ring_pack

TEXTS = ("submarine war", "submarine deep", "war film", "film night", "film day", "film")


def test_an_item_answers_with_the_sum_of_its_weights_of_the_asked_terms():
    index = build_text_index(TEXTS, "en")
    scores = LexicalModel(weights_of(index, len(TEXTS))).scores(np.array([0], np.int32), np.ones(1, np.float32))
    held = {term: dict(zip(*map(np.ndarray.tolist, index.holders(term)), strict=True)) for term in ("submarin", "war")}
    for row in range(len(TEXTS)):
        assert scores[row] == pytest.approx(sum(weights.get(row, 0.0) for weights in held.values()), abs=1e-6)
    assert scores[1] > 0
    assert scores[3] == scores[4] == scores[5] == 0


def test_the_newest_item_counts_most():
    (fold,) = folds_of(ring_pack(), "llo", 1.0)
    model = Lexical().fit(fold)
    for moment in Walk(fold.pack, RetrieveConfig(), 0).moments(fold):
        newest = int(moment.request.history.rows[-1])
        best = int(model.rank(moment, 10)[0])
        assert best == (newest + 1) % N  # its text names the newest item, and nothing nearer is left
