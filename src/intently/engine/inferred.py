"""How something was inferred: from what a person did, over interests, personas and tags, to items; with what it cost.

Frozen views of one moment, in the order in which the reasoning went. Made by `engine.inferring`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from intently.nouns import Cue
from intently.understand.corrections import Disowned

__all__ = ["Asked", "CallText", "Did", "Fault", "Found", "Inferred", "Kind", "Left", "Strand", "Want"]

Kind = Literal["interest", "persona", "tag"]


@dataclass(frozen=True, slots=True)
class Did:
    """An event that something rests on. `title`: of the item, or the query; empty when the item is gone."""

    event_id: str
    kind: str
    time: datetime
    item_id: str | None
    title: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """An item near a tag. `similarity`: cosine. `position`: its place in the feed as it is now, if it is there because
    of the tag, and `reason`: the line under it there."""

    item_id: str
    title: str
    similarity: float | None
    position: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Want:
    """A tag and what it leads to. `found`: how many items lie near it; `items`: the nearest, and those in the feed."""

    tag_id: str
    text: str
    why: str
    found: int
    best_similarity: float
    items: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Strand:
    """An interest or a persona: what it rests on, and the tags that serve it."""

    kind: Kind
    strand_id: str
    text: str
    why: str
    did: tuple[Did, ...]
    cues: tuple[Cue, ...]
    wants: tuple[Want, ...]
    listed: bool = False  # an interest of the pool
    verdicts: Mapping[str, str] = field(default_factory=dict)
    valid_until: datetime | None = None
    by_code: bool = False  # a persona that code named, where the model named too few

    @property
    def labels(self) -> tuple[str, ...]:
        """Where it comes from and who checked it, in words for people."""
        return (
            *(["named by code"] if self.by_code else []),
            *(["shared with other people"] if self.listed else []),
            *(f"{label} (by {by})" for label, by in self.verdicts.items()),
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of the language model, without its texts."""

    call_hash: str
    prompt: str
    prompt_version: str
    model: str
    tokens_new: int
    tokens_reused: int
    tokens_out: int
    seconds: float
    cost: float
    time: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """What was left out: by which stage ("you" where the person said so), what, and why."""

    stage: str
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """An understanding that failed after the one that is in force."""

    stage: str
    error_type: str
    message: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Inferred:
    """`time` None: nothing was inferred yet. `wants`: tags that serve no strand. `cues`: what the model was told of the
    moment. `disowned`: what the person said is not them, the newest first."""

    user_id: str
    time: datetime | None = None
    pipeline: str = ""
    strands: tuple[Strand, ...] = ()
    wants: tuple[Want, ...] = ()
    cues: tuple[Cue, ...] = ()
    asked: tuple[Asked, ...] = ()
    left: tuple[Left, ...] = ()
    disowned: tuple[Disowned, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class CallText:
    """What the model answered, and the person's history as it was told to the model: of the person and an admin.
    `missing`: why the history is empty, where it cannot be shown as it was."""

    call_hash: str
    history: str
    answer: str
    missing: str = ""
