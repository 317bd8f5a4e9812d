"""BM25 on text: the items whose words are those of the newest items of the history.

The question is the terms of the last LAST items, each item's once, weighted by recency as item-kNN weighs them; an
item answers with the sum of its BM25 weights of these terms (the weights of `catalog.text_index`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from intently.catalog.text_index import TextIndex
from intently.evaluate.retrieval.folds import Fold, Moment, ranked
from intently.retrieve.neighbours import recent_items
from intently.retrieve.request import Floats, Rows

__all__ = ["Lexical", "LexicalModel", "weights_of"]

LAST = 5  # items of the history


@dataclass(frozen=True)
class LexicalModel:
    """`weights` (items, terms), sparse: BM25 of each term in each item."""

    weights: Any  # scipy.sparse.csr_array

    def scores(self, rows: Rows, parts: Floats) -> Floats:
        """Of all items, for a question of these items with these weights: (items,)."""
        asked = self.weights[rows]
        asked.data = np.ones_like(asked.data)
        question = asked.T @ parts
        return np.asarray(self.weights @ question, dtype=np.float32)

    def rank(self, moment: Moment, k: int) -> Rows:
        rows, parts, _ = recent_items(moment.request, LAST)
        if not len(rows):
            return rows
        return ranked(moment, self.scores(rows, parts.astype(np.float32)), k)


@dataclass(frozen=True)
class Lexical:
    """The row of the table."""

    name: str = "bm25"
    title: str = "BM25 on text, last five"

    def fit(self, fold: Fold) -> LexicalModel:
        return LexicalModel(weights_of(fold.pack.snapshot.text, len(fold.pack.snapshot.item_ids)))


def weights_of(index: TextIndex, size: int) -> Any:
    """(items, terms) as a sparse matrix by rows."""
    from scipy import sparse

    terms = len(index.vocabulary)
    return sparse.csr_array(sparse.csc_array((index.weights, index.rows, index.starts), shape=(size, terms)))
