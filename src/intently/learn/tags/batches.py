"""Examples as arrays of one width, the tags of what was taken, and the items that stand against it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.learn.tags.pairs import TagPairs
from intently.learn.tags.people import People
from intently.learn.tags.settings import TagTowerSettings
from intently.retrieve.request import Floats

__all__ = ["Batch", "Draws", "Histories", "batches_of", "draws_of", "histories_of"]

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Histories:
    """Of several people: `rows` (people, width) items, oldest first, 0 in the padding behind; `shares` (people, width,
    behaviours) what each gives to the mean of each behaviour; `owners` (people,)."""

    rows: Numbers
    real: npt.NDArray[np.bool_]
    shares: Floats
    owners: Numbers


@dataclass(frozen=True)
class Batch:
    """`targets` (people,) item rows; `tagged`: places of those whose item has a tag, `tags` one of each;
    `candidates` (c,) item rows, the targets among them; `logs` (c,): log of the chance of each to be among them."""

    histories: Histories
    targets: Numbers
    tagged: Numbers
    tags: Numbers
    candidates: Numbers
    logs: Floats


@dataclass(frozen=True)
class Draws:
    """How candidates come into a batch. `known` (k,): the rows of items that anybody took, ascending; `shares` (n,): of
    all examples. Items that nobody took are never negatives: they would be learnt to be bad for being new."""

    known: Numbers
    shares: npt.NDArray[np.float64]

    def candidates(self, targets: Numbers, negatives: int, random: np.random.Generator) -> tuple[Numbers, Floats]:
        """The targets and `negatives` known items drawn uniformly, each once; 0: all known items.

        The second answer is log of the chance that a batch holds the item: a sum over the candidates, each divided by
        its chance, estimates the sum over all known items without bias (Horvitz and Thompson 1952; log-q correction:
        Yi et al. 2019, "Sampling-bias-corrected neural modeling").
        """
        if negatives == 0 or negatives >= len(self.known):
            return self.known, np.zeros(len(self.known), np.float32)
        drawn = random.integers(len(self.known), size=negatives)
        rows = np.union1d(targets, self.known[drawn])
        absent = len(targets) * np.log1p(-self.shares[rows]) + negatives * np.log1p(-1 / len(self.known))
        return rows, np.log(-np.expm1(absent)).astype(np.float32)


def draws_of(people: People, examples: Numbers) -> Draws:
    """Chances by what is learnt from."""
    counts = np.bincount(people.log.rows[examples], minlength=people.size)
    return Draws(np.flatnonzero(counts), counts / max(counts.sum(), 1))


def batches_of(
    people: People,
    examples: Numbers,
    pairs: TagPairs,
    draws: Draws,
    settings: TagTowerSettings,
    random: np.random.Generator,
) -> Iterator[Batch]:
    """One pass over all examples in random order."""
    shuffled = random.permutation(examples)
    for start in range(0, len(shuffled), settings.batch):
        chosen = shuffled[start : start + settings.batch]
        targets = people.log.rows[chosen].astype(np.int64)
        candidates, logs = draws.candidates(targets, settings.negatives, random)
        yield Batch(histories_of(people, chosen, settings), targets, *pairs.drawn(targets, random), candidates, logs)


def histories_of(people: People, examples: Numbers, settings: TagTowerSettings) -> Histories:
    """What was done before each of these examples."""
    ends = people.past[examples]
    starts = np.maximum(people.first[examples], ends - settings.length)
    counts = ends - starts
    steps = np.arange(max(int(counts.max(initial=0)), 1))[None, :]
    real = steps < counts[:, None]
    places = np.where(real, starts[:, None] + steps, 0)
    behaviours = np.where(real, people.behaviours[places], -1)
    shares = (behaviours[:, :, None] == np.arange(len(people.names))).astype(np.float32)
    shares[:, :, 0] = real & (steps >= (counts - settings.newest)[:, None])
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1)
    rows = np.where(real, people.log.rows[places], 0).astype(np.int64)
    return Histories(rows, real, shares, people.log.users[examples].astype(np.int64))
