"""Clusters of unit vectors by k-means, seeded: numpy alone, so that a published file can be made anew.

Spherical k-means (Dhillon and Modha 2001) with k-means++ starts (Arthur and Vassilvitskii 2007); the best of several
starts by the sum of cosines. A cluster that lost all its members takes the vector that fits its own the worst.
"""

import numpy as np
import numpy.typing as npt

from intently.retrieve.request import Floats

__all__ = ["cluster"]

ROUNDS = 100  # at most; it ends when nothing moves


def cluster(vectors: Floats, k: int, seed: int, starts: int = 5) -> npt.NDArray[np.int32]:
    """The cluster of each vector, (n,), numbered by size, the largest first. `vectors` (n, dim): rows of length 1."""
    runs = [_run(vectors, k, np.random.default_rng([seed, start])) for start in range(starts)]
    chosen, _ = max(runs, key=lambda run: run[1])
    sizes = np.bincount(chosen, minlength=k)
    rank = np.empty(k, dtype=np.int32)
    rank[np.lexsort((np.arange(k), -sizes))] = np.arange(k, dtype=np.int32)
    return rank[chosen]


def _run(vectors: Floats, k: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], float]:
    centres = _spread(vectors, k, rng)
    chosen = np.full(len(vectors), -1, dtype=np.int64)
    fit = np.zeros(len(vectors), dtype=np.float32)
    for _ in range(ROUNDS):
        near = vectors @ centres.T
        found, fit = near.argmax(axis=1), near.max(axis=1)
        if (found == chosen).all():
            break
        chosen = _filled(found, fit, k)
        centres = _centres(vectors, chosen, k)
    return chosen, round(float(fit.sum()), 3)


def _spread(vectors: Floats, k: int, rng: np.random.Generator) -> Floats:
    """k of the vectors, each drawn the likelier the farther it lies from those drawn before."""
    rows = [int(rng.integers(len(vectors)))]
    far = 1 - vectors @ vectors[rows[0]]
    for _ in range(k - 1):
        weight = np.maximum(far, 0).astype(np.float64) ** 2
        rows.append(int(rng.choice(len(vectors), p=weight / weight.sum())))
        far = np.minimum(far, 1 - vectors @ vectors[rows[-1]])
    return vectors[rows]


def _filled(found: npt.NDArray[np.int64], fit: Floats, k: int) -> npt.NDArray[np.int64]:
    chosen, fit = found.copy(), fit.copy()
    for empty in np.flatnonzero(np.bincount(chosen, minlength=k) == 0):
        worst = int(fit.argmin())
        chosen[worst], fit[worst] = empty, np.inf
    return chosen


def _centres(vectors: Floats, chosen: npt.NDArray[np.int64], k: int) -> Floats:
    sums = np.zeros((k, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, chosen, vectors)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    centres: Floats = np.divide(sums, lengths, out=sums, where=lengths > 0)
    return centres
