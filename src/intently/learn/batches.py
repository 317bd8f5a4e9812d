"""One pass over everybody, in an order that seed and epoch decide; and the same form for what a network is asked.

A person is one window. For sasrec it is their newest `length` + 1 items, of which every item but the last predicts the
next; for bert4rec their newest `length` items, some of them hidden and to be found from the others. Windows of like
length go together, so that little is computed for padding; padding stands behind, and places are counted from the
newest item, as when the tower serves. Sources: Kang & McAuley 2018; Sun et al. 2019, arXiv:1904.06690, section 3.6.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.learn.sequences import Sequences
from intently.learn.settings import TowerSettings
from intently.retrieve.request import Rows

__all__ = ["Batch", "batches_of", "questions"]

_POOL = 16  # batches whose people are sorted by length together

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Batch:
    """All (people, width): `inputs` item rows; `places` of each in a window of full length; `real` where there is no
    padding; `asked` where something is to be found, and `targets` what that is."""

    inputs: Numbers
    places: Numbers
    real: Flags
    asked: Flags
    targets: Numbers


def batches_of(sequences: Sequences, settings: TowerSettings, seed: int, epoch: int) -> Iterator[Batch]:
    """Everybody with two items at least; the same arguments give the same batches."""
    random = np.random.default_rng([seed, epoch])
    reach = settings.length + (settings.kind == "sasrec")
    windows = [rows[-reach:] for rows in sequences.people if len(rows) >= 2]
    for group in _groups(windows, settings.batch, random):
        chosen = [windows[j] for j in group]
        yield _next_items(chosen, settings) if settings.kind == "sasrec" else _gaps(chosen, settings, random)


def questions(histories: Sequence[Rows], settings: TowerSettings) -> Batch:
    """What comes next after each history: asked at one place of each, which is the last real one."""
    if settings.kind == "sasrec":
        windows = [rows[-settings.length :] for rows in histories]
    else:
        windows = [np.append(rows[-settings.length + 1 :], np.int32(0)) for rows in histories]  # the gap at the end
    inputs, places, real = _padded(windows, settings.length)
    asked = np.arange(inputs.shape[1])[None, :] == real.sum(axis=1)[:, None] - 1
    return Batch(inputs, places, real, asked, np.zeros_like(inputs))


def _groups(windows: list[Rows], size: int, random: np.random.Generator) -> Iterator[list[int]]:
    """Numbers of windows, `size` together, of like length, in random order."""
    shuffled = random.permutation(len(windows))
    groups: list[Numbers] = []
    for first in range(0, len(shuffled), size * _POOL):
        pool = shuffled[first : first + size * _POOL]
        pool = pool[np.argsort([len(windows[j]) for j in pool], kind="stable")]
        groups += [pool[start : start + size] for start in range(0, len(pool), size)]
    for number in random.permutation(len(groups)):
        yield groups[number].tolist()


def _next_items(windows: list[Rows], settings: TowerSettings) -> Batch:
    inputs, places, real = _padded([rows[:-1] for rows in windows], settings.length)
    targets, _, _ = _padded([rows[1:] for rows in windows], settings.length)
    return Batch(inputs, places, real, real, targets)


def _gaps(windows: list[Rows], settings: TowerSettings, random: np.random.Generator) -> Batch:
    """Each item hidden by chance, one at least; of some windows the newest alone, which is what is asked in serving."""
    targets, places, real = _padded(windows, settings.length)
    last = np.arange(targets.shape[1])[None, :] == real.sum(axis=1)[:, None] - 1
    hidden = (random.random(targets.shape) < settings.hide) & real
    alone = (random.random(len(windows)) < settings.hide_last) | ~hidden.any(axis=1)
    return Batch(targets, places, real, np.where(alone[:, None], last, hidden), targets)


def _padded(windows: Sequence[Rows], length: int) -> tuple[Numbers, Numbers, Flags]:
    """Windows of at most `length` items as (inputs, places, real), each (people, width of the longest)."""
    counts = np.array([len(rows) for rows in windows])
    width = int(counts.max(initial=1))
    steps = np.arange(width)[None, :]
    real = steps < counts[:, None]
    inputs = np.zeros((len(windows), width), dtype=np.int64)
    inputs[real] = np.concatenate(windows) if len(windows) else 0
    places = np.where(real, steps + (length - counts)[:, None], length - 1)
    return inputs, places.astype(np.int64), real
