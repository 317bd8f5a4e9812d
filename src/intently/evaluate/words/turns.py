"""A turn: what somebody typed, what it was said about, and what its labels say; and what a reader heard in it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from intently.catalog.encode import Encoder
from intently.errors import DataError
from intently.evaluate.words.grounds import Ground
from intently.evaluate.words.metrics import Measure
from intently.nouns import Change

__all__ = ["HELD", "STUDIED", "Heard", "Turn", "WordSet", "adds", "by_half", "half_of", "read_table"]

STUDIED, HELD = "studied", "held back"


@dataclass(frozen=True, slots=True)
class Turn:
    """`key` is unique in its set; `half` names the part of the set that it is reported with; `shown` are titles that
    the words may point at ("that one"), newest first; `gold` is what the set's labels say, as the set keeps it."""

    key: str
    text: str
    half: str = ""
    shown: tuple[str, ...] = ()
    gold: Any = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What one reader made of a turn. `complete`: read without a language model, every content word consumed.
    `failed`: why nothing was read, where that is so. Tokens are of a language model, those of cached answers too."""

    changes: tuple[Change, ...] = ()
    by: str = "none"
    complete: bool = False
    seconds: float = 0.0
    asked: int = 0  # calls of a language model
    tokens_new: int = 0
    tokens_reused: int = 0
    tokens_out: int = 0
    failed: str = ""
    residue: tuple[str, ...] = ()  # words that the grammar could not consume


class WordSet(Protocol):
    """A set of people's words. Two calls with the same arguments give the same turns in the same order."""

    @property
    def name(self) -> str: ...

    @property
    def note(self) -> str:
        """What its figures do not say, in one or two sentences; printed under the table."""
        ...

    @property
    def films(self) -> bool:
        """Whether the words are about films, and are read against the demo films."""
        ...

    def turns(self, data: Path) -> Sequence[Turn]:
        """data: the folder that holds the sets' folders. Raises DataError that names a file that is absent or of
        another form."""
        ...

    def ground(self, data: Path, encoder: Encoder | None) -> Ground:
        """The declared catalogue that the words are read against, where they are not about films."""
        ...

    def measure(self, heard: Sequence[tuple[Turn, Heard]], ground: Ground, seed: int) -> Sequence[Measure]: ...


def read_table(file: Path, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a Parquet file. Raises DataError that names the file and what it lacks."""
    if not file.is_file():
        raise DataError(f"{file}: is not there. Pass --data, the folder that holds the folder {file.parent.name!r}.")
    table = pl.read_parquet(file)
    if missing := [column for column in columns if column not in table.columns]:
        raise DataError(f"{file}: has no column {missing[0]!r}; it has {', '.join(table.columns)}")
    return table.select(columns).to_dicts()


def half_of(conversation: str) -> str:
    """The half that a conversation is in: patterns were studied in one, the other was never opened."""
    digest = hashlib.sha256(f"words:{conversation}".encode()).digest()
    return STUDIED if digest[-1] % 2 == 0 else HELD


def adds(heard: Heard) -> list[Change]:
    """The preferences that a reading makes, without hidden items: what it takes the person to want and to avoid."""
    return [change for change in heard.changes if change.op in ("add", "replace") and change.facet != "item"]


def by_half(heard: Sequence[tuple[Turn, Heard]]) -> Mapping[str, list[tuple[Turn, Heard]]]:
    """The turns of each half, in order of first appearance; of all together first where there are several."""
    halves: dict[str, list[tuple[Turn, Heard]]] = {}
    for turn, what in heard:
        halves.setdefault(turn.half, []).append((turn, what))
    return {"all": list(heard), **halves} if len(halves) > 1 else halves
