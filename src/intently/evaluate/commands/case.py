"""A simulated session: who asks, for what, through which system, and what came back.

A `Case` is drawn once and played through every `System`, so that all rows of a table answer the same people. What a
system is told is text alone; only ceilings read the `Truth` behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from intently.engine import Engine
from intently.evaluate.oracle import Condition, Oracle

__all__ = [
    "Case",
    "Conversation",
    "Goal",
    "Ground",
    "Kind",
    "Scenario",
    "Shown",
    "System",
    "Truth",
    "Wanted",
    "wanted_from",
]

Scenario = Literal["SR", "MR", "MRID"]
Origin = Literal["facet", "text", "undeclared"]
Kind = Literal["blind", "reads", "ours", "ablation", "ceiling"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One condition of a person. `hard`: a bound, an avoided value that the catalogue declares, or an "only"; the
    others are wishes. `origin`: a declared facet, words of the text, or a column that the catalogue does not declare.
    `said`: the words that a person has for it, without grammar or aliases ("horror", "90 minutes")."""

    condition: Condition
    hard: bool
    origin: Origin
    said: str


def wanted_from(body: Mapping[str, Any]) -> Wanted:
    """A condition as it was written to a file."""
    condition = Condition(**{**body["condition"], "words": tuple(body["condition"]["words"])})
    return Wanted(**{**body, "condition": condition})


@dataclass(frozen=True, slots=True)
class Goal:
    """What the person has in mind: the target and the conditions that it meets. `pool`: items that meet all of them."""

    target: str
    conditions: tuple[Wanted, ...]
    pool: int


@dataclass(frozen=True, slots=True)
class Case:
    """One session to be played. `goals` holds one, or two where the interest drifts (MRID: after round 2)."""

    case_id: str
    user_id: str
    scenario: Scenario
    goals: tuple[Goal, ...]
    behaviour: str  # of the simulated person: follow, ignore, overstate, waver, impatient
    seed: int
    split: str = "visible"  # of the templates that the person speaks in: visible or hidden; nobody tunes on the latter


@dataclass(frozen=True, slots=True)
class Truth:
    """What the person has said so far and still means: for ceilings and metrics, never for a system under test."""

    conditions: tuple[Wanted, ...]
    others: bool = False  # "show me something else": what is shown now shall go


@dataclass(frozen=True, slots=True)
class Shown:
    """A slate of at most 10 items, best first. `by`: who read the command; tokens are of a language model."""

    item_ids: tuple[str, ...]
    by: str = ""
    seconds: float = 0.0
    tokens_new: int = 0
    tokens_reused: int = 0
    tokens_out: int = 0
    failed: str = ""  # why the command could not be read, where it could not
    changes: tuple[Mapping[str, Any], ...] = ()  # what the command did to the memory, for the trajectory
    notices: tuple[str, ...] = ()  # what people were told


class Conversation(Protocol):
    """One session with one system."""

    def open(self) -> Shown:
        """The first feed, before anything was said."""

    def say(self, text: str, truth: Truth) -> Shown:
        """The feed after a command. `truth` is for ceilings alone."""


class System(Protocol):
    """A row of the table. `kind` says what it may see: blind ones ignore the words, ceilings read the truth."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    def start(self, ground: "Ground", case: Case) -> Conversation: ...


@dataclass(frozen=True)
class Ground:
    """A catalogue on which sessions are played: a store imported without the targets' events, and its raw rows.

    `rows`: the source columns by item id, for baselines and the oracle; `liked`: what each person liked before, in
    order, item ids; `words`: title and text of an item by id.
    """

    name: str
    engine: Engine
    oracle: Oracle
    rows: Mapping[str, Mapping[str, Any]]
    liked: Mapping[str, tuple[str, ...]]
    seen: Mapping[str, frozenset[str]]
    words: Mapping[str, str] = field(default_factory=dict)
    home: Path = Path()  # of this run, gone after it
    kept: Path = Path()  # of the import, for what is made once
    as_of: datetime = datetime(1970, 1, 1, tzinfo=UTC)  # just after the last event of the log: when sessions take place
    facets: Mapping[str, str] = field(
        default_factory=dict
    )  # field of a condition -> facet of the catalogue, for ceilings
