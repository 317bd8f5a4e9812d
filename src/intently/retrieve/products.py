"""Cosines of all items with several questions at once: the vectors are read from memory one time, not once a question.

A product of 100,000 x 384 with one vector waits for memory, so further questions cost little while a piece of the
vectors is still in the processor's cache: on two idle cores four took 1.8 x one, and 3.5 x as one product of matrices,
which copies the vectors first (docs/results/speed.md). Pieces are as large as BLAS still computes in the thread that
asks, without copies, so they are shared out between our own threads.
"""

import os
from functools import partial
from threading import Lock

import numpy as np

from intently.catalog.coarse import share_out, thread_count
from intently.retrieve.request import Floats, Rows

__all__ = ["GATHER_BELOW", "SCORING_LANE", "gathered", "products", "products_of"]

SCORING_LANE = Lock()  # one product at a time: eight threads with BLAS each served a quarter of the requests
GATHER_BELOW = 0.05  # share of the items under which gathering their rows is cheaper than the whole product
PIECE = 900_000  # multiplications of a piece; OpenBLAS copies what has more than a million
FOURS = 3  # questions from which they are made up to a multiple of four: its kernel answers four faster than three
THREADS_FROM = 4_000_000  # numbers of all vectors from which a second thread pays


def products(vectors: Floats, queries: Floats) -> Floats:
    """vectors (n, dim), queries (q, dim) -> (q, n), one contiguous row a question."""
    if len(queries) == 1:
        with SCORING_LANE:
            return np.asarray(vectors @ queries[0], np.float32)[np.newaxis]
    found = np.empty((len(queries), len(vectors)), np.float32)
    shares = thread_count(os.environ) if vectors.size >= THREADS_FROM else 1
    with SCORING_LANE:
        share_out(len(vectors), shares, partial(_fill, found, vectors, queries))
    return found


def products_of(vectors: Floats, rows: Rows, queries: Floats) -> Floats:
    """The same for some rows: (q, len(rows)). The whole product is made where so many are asked for that it is
    cheaper."""
    if len(rows) < GATHER_BELOW * len(vectors):
        return gathered(vectors, rows, queries)
    whole = products(vectors, queries)
    return whole if len(rows) == len(vectors) else whole[:, rows]


def gathered(vectors: Floats, rows: Rows, queries: Floats) -> Floats:
    """The same for few rows, read one by one."""
    found = np.empty((len(queries), len(rows)), np.float32)
    with SCORING_LANE:
        _fill(found, vectors[rows], queries, 0, len(rows))
    return found


def _fill(found: Floats, vectors: Floats, queries: Floats, first: int, last: int) -> None:
    """The columns from `first` to `last`, piece by piece."""
    count = len(queries)
    asked = np.zeros((-(-count // 4) * 4 if count >= FOURS else count, queries.shape[1]), np.float32)
    asked[:count] = queries
    step = max(1, PIECE // max(1, asked.size))
    turned = np.ascontiguousarray(asked.T)
    for start in range(first, last, step):
        end = min(start + step, last)
        found[:, start:end] = (vectors[start:end] @ turned).T[:count]
