"""Cosines of all items with several questions at once: the vectors are read from memory one time, not once a question.

A product of 100,000 x 384 with one vector waits for memory, so a second question costs little while a piece of the
vectors is still in the processor's cache: two of them took 1.3 x one, four 1.6 x, and 2.4 x as one product of matrices,
which copies the vectors first (docs/results/speed.md). Pieces are small enough that BLAS computes each in the thread
that asks, so the pieces are shared out between our own threads.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Lock

import numpy as np

from intently.retrieve.request import Floats, Rows

__all__ = ["GATHER_BELOW", "SCORING_LANE", "products", "products_of"]

SCORING_LANE = Lock()  # one product at a time: eight threads with BLAS each served a quarter of the requests
GATHER_BELOW = 0.05  # share of the items under which gathering their rows is cheaper than the whole product
PIECE = 98_304  # numbers of a piece: 256 rows of 384, 384 KB
THREADS_FROM = 4_000_000  # numbers of all vectors from which a second thread pays


def products(vectors: Floats, queries: Floats) -> Floats:
    """vectors (n, dim), queries (q, dim) -> (q, n), one contiguous row a question."""
    if len(queries) == 1:
        with SCORING_LANE:
            return np.asarray(vectors @ queries[0], np.float32)[np.newaxis]
    found = np.empty((len(queries), len(vectors)), np.float32)
    shares = _thread_count(os.environ) if vectors.size >= THREADS_FROM else 1
    bounds = np.linspace(0, len(vectors), shares + 1).astype(np.int64).tolist()
    with SCORING_LANE:
        others = [
            _workers().submit(_fill, found, vectors, queries, first, last)
            for first, last in zip(bounds[1:-1], bounds[2:], strict=True)
        ]
        _fill(found, vectors, queries, bounds[0], bounds[1])
        for other in others:
            other.result()
    return found


def products_of(vectors: Floats, rows: Rows, queries: Floats) -> Floats:
    """The same for some rows: (q, len(rows)). The whole product is made where so many are asked for that it is
    cheaper."""
    if len(rows) < GATHER_BELOW * len(vectors):
        found = np.empty((len(queries), len(rows)), np.float32)
        with SCORING_LANE:
            _fill(found, vectors[rows], queries, 0, len(rows))
        return found
    whole = products(vectors, queries)
    return whole if len(rows) == len(vectors) else whole[:, rows]


def _fill(found: Floats, vectors: Floats, queries: Floats, first: int, last: int) -> None:
    """The columns from `first` to `last`, piece by piece."""
    step = max(1, PIECE // max(1, vectors.shape[1]))
    turned = np.ascontiguousarray(queries.T)
    for start in range(first, last, step):
        end = min(start + step, last)
        found[:, start:end] = (vectors[start:end] @ turned).T


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="products")


def _thread_count(env: Mapping[str, str]) -> int:
    """As many as BLAS would take: its own setting, or the cores that this process may use."""
    told = env.get("OPENBLAS_NUM_THREADS") or env.get("OMP_NUM_THREADS") or ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(int(told), cores) if told.isdigit() else cores)
