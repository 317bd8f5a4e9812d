"""What a source is asked, and inside which items it may answer.

`RetrievalRequest` is one request to all sources; `Allowed` is the mask of items that meet every `must`, compiled before
any source runs; `Retriever` is the seam that every source fulfils. Rows are rows of the snapshot.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from intently.nouns import Candidates, History

__all__ = [
    "Allowed",
    "Floats",
    "IntentQuery",
    "Mask",
    "RetrievalRequest",
    "Retriever",
    "Rows",
    "TagQuery",
    "empty_history",
    "no_rows",
]

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


def no_rows() -> Rows:
    """An empty list of item rows."""
    return np.empty(0, dtype=np.int32)


def empty_history() -> History:
    """The history of a person who has done nothing yet."""
    return History(no_rows(), np.empty(0), np.empty(0, dtype=np.bool_), ())


@dataclass(frozen=True, slots=True)
class TagQuery:
    """One tag of the person: what the model expects that they will want. `vector` (dim,) float32 of length 1."""

    tag_id: str
    text: str
    vector: Floats
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class IntentQuery:
    """One wish in force, by meaning. `vector` (dim,) float32 of length 1; a wish to avoid has a negative weight."""

    preference_id: str
    text: str
    vector: Floats
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class RetrievalRequest:
    """One question to all sources. Nothing later than `as_of` (seconds since 1970 UTC) is in `history`.

    `seeds` are items that the answer should be like, `dislikes` items it should be unlike. `scratch` keeps what one
    source computed for this request (the one product over all items), so that further masks cost no second one; it is
    no part of the meaning.
    """

    user_id: str
    as_of: float
    history: History = field(default_factory=empty_history)
    seed: int = 0
    tags: tuple[TagQuery, ...] = ()
    intents: tuple[IntentQuery, ...] = ()
    seeds: Rows = field(default_factory=no_rows)
    dislikes: Rows = field(default_factory=no_rows)
    scratch: dict[str, npt.NDArray[Any]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Allowed:
    """The items that every source answers inside. `mask` (n,) bool over the rows of the snapshot."""

    mask: Mask

    @cached_property
    def rows(self) -> Rows:
        """The allowed rows, ascending."""
        return np.flatnonzero(self.mask).astype(np.int32)

    @cached_property
    def count(self) -> int:
        return int(np.count_nonzero(self.mask))

    @property
    def share(self) -> float:
        """Allowed items as a share of all, 0 to 1."""
        return self.count / len(self.mask) if len(self.mask) else 0.0


class Retriever(Protocol):
    """A source of candidates."""

    @property
    def name(self) -> str:
        """How slates, traces and weights call it."""

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        """At most `k` allowed rows, best first; ties by row. Rows that the source knows nothing for may be left out."""

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        """The same score, in [0, 1] and never NaN, for any rows: shape (len(rows),)."""

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        """What the score of one shown row rests on, strongest first: ("event", id), ("tag", id), ("wish", id),
        ("item", row as text for seeds) ; empty when it rests on nothing of this person's."""
