"""What a command is read against, and what reading it gives."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from intently.catalog.ground import Grounder
from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import Snapshot
from intently.errors import BadRequest
from intently.nouns import Change, Preference

__all__ = ["By", "ParseContext", "Parsed", "ShownItem"]

By = Literal["grammar", "model", "both", "none"]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One place of the slate that the person sees, in order."""

    item_id: str
    title: str


@dataclass(frozen=True)
class ParseContext:
    """The catalogue, what is in force, what is shown and what time it is for the person."""

    spec: CatalogSpec
    grounder: Grounder
    snapshot: Snapshot
    memory: tuple[Preference, ...]
    slate: tuple[ShownItem, ...]
    now: datetime  # aware
    zone: str = ""  # IANA name; empty: the catalogue's
    command_id: str = ""

    @cached_property
    def local_now(self) -> datetime:
        """Raises BadRequest when the zone is unknown."""
        name = self.zone or self.spec.zone
        try:
            return self.now.astimezone(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadRequest(f"{name!r} is no IANA time zone; send one such as 'Europe/London', or none.") from error


@dataclass(frozen=True)
class Parsed:
    """`changes` in the order said. `complete`: every content word was consumed. `residue`: the words that were not.

    `guesses` are positions in `changes` that rest on unknown words; a model's reading of the same words replaces them.
    """

    changes: tuple[Change, ...]
    complete: bool
    residue: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    by: By = "grammar"
    guesses: frozenset[int] = field(default_factory=frozenset)
