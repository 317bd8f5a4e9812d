"""What the engine answers with, beyond the nouns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from intently.language.status import ModelStatus
from intently.nouns import Change, Preference, Slate

__all__ = ["Health", "MemoryView", "Said"]

By = Literal["grammar", "model", "both", "none"]


@dataclass(frozen=True, slots=True)
class Said:
    """The answer to a command. `pending`: the model is still reading; this is the grammar's provisional reading and
    nothing was stored. `preview`: nothing was stored because only a preview was asked for."""

    command_id: str
    changes: tuple[Change, ...]
    memory: tuple[Preference, ...]
    memory_version: int
    feed: Slate
    by: By
    notices: tuple[str, ...]
    pending: bool = False
    preview: bool = False

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Said":
        """An answer as it was kept for its Idempotency-Key."""
        return cls(
            command_id=body["command_id"],
            changes=tuple(Change.model_validate(change) for change in body["changes"]),
            memory=tuple(Preference.model_validate(preference) for preference in body["memory"]),
            memory_version=body["memory_version"],
            feed=Slate.model_validate(body["feed"]),
            by=body["by"],
            notices=tuple(body["notices"]),
        )

    def as_json(self) -> dict[str, Any]:
        """The object of SEMANTICS 1."""
        return {
            "command_id": self.command_id,
            "changes": [change.model_dump(mode="json") for change in self.changes],
            "memory": [preference.model_dump(mode="json") for preference in self.memory],
            "memory_version": self.memory_version,
            "feed": self.feed.model_dump(mode="json"),
            "by": self.by,
            "notices": list(self.notices),
        }


@dataclass(frozen=True, slots=True)
class MemoryView:
    """What is in force for one person and client."""

    version: int
    preferences: tuple[Preference, ...]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """`items`, `events`: in the journal; `encoded`: items that can be found by meaning."""

    store: str
    items: int
    events: int
    encoded: int
    encoder: bool
    model: ModelStatus
    snapshot: str
    shifted_weeks: int
