"""What a pipeline gives: interests, personas and tags, with notes for the trace."""

from dataclasses import dataclass, field
from typing import Any

from intently.nouns import Cue, Interest, Persona, Tag

__all__ = ["Reasoned"]


@dataclass(frozen=True, slots=True)
class Reasoned:
    """`tags` are ungrounded. `cues`: those that were shown to the model. `notes`: JSON, why something was chosen or
    left out."""

    interests: tuple[Interest, ...] = ()
    tags: tuple[Tag, ...] = ()
    personas: tuple[Persona, ...] = ()
    cues: tuple[Cue, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)
