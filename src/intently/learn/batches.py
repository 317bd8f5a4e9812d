"""One pass over everybody, in an order that seed and epoch decide.

A person is one window: their newest `length` + 1 items, of which every item but the last predicts the next. Windows of
like length go together, so that little is computed for padding; padding stands behind, where a causal model cannot see
it, and places are counted from the newest item, as when the tower serves.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.learn.sequences import Sequences
from intently.retrieve.request import Rows

__all__ = ["Batch", "batches_of", "padded"]

_POOL = 16  # batches whose people are sorted by length together

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """`inputs`, `targets` and `places` (people, width): item rows, the rows that follow, and the position of each input
    in a window of full length. `real` marks what is no padding."""

    inputs: Numbers
    targets: Numbers
    places: Numbers
    real: npt.NDArray[np.bool_]


def batches_of(sequences: Sequences, length: int, size: int, seed: int, epoch: int) -> Iterator[Batch]:
    """Batches of `size` people; the same arguments give the same batches."""
    random = np.random.default_rng([seed, epoch])
    windows = [rows[-length - 1 :] for rows in sequences.people if len(rows) >= 2]
    shuffled = random.permutation(len(windows))
    groups: list[npt.NDArray[np.int64]] = []
    for first in range(0, len(shuffled), size * _POOL):
        pool = shuffled[first : first + size * _POOL]
        pool = pool[np.argsort([len(windows[j]) for j in pool], kind="stable")]
        groups += [pool[start : start + size] for start in range(0, len(pool), size)]
    for number in random.permutation(len(groups)):
        chosen = [windows[j] for j in groups[number]]
        inputs, places, real = padded([rows[:-1] for rows in chosen], length)
        targets, _, _ = padded([rows[1:] for rows in chosen], length)
        yield Batch(inputs, targets, places, real)


def padded(histories: list[Rows], length: int) -> tuple[Numbers, Numbers, npt.NDArray[np.bool_]]:
    """Histories of at most `length` items as (inputs, places, real), each (people, width of the longest)."""
    counts = np.array([len(rows) for rows in histories])
    width = int(counts.max(initial=1))
    steps = np.arange(width)[None, :]
    real = steps < counts[:, None]
    inputs = np.zeros((len(histories), width), dtype=np.int64)
    inputs[real] = np.concatenate(histories) if histories else 0
    places = np.where(real, steps + (length - counts)[:, None], length - 1)
    return inputs, places.astype(np.int64), real
