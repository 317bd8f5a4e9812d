"""What the engine answers with, beyond the nouns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from intently.journal import MadeBy
from intently.language.status import ModelStatus
from intently.nouns import Change, Preference, Slate

__all__ = ["Difference", "Health", "MemoryView", "Round", "Said", "Version"]

By = Literal["grammar", "model", "both", "none"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a command would change: preferences that would come and go, and (item_id, title) of items that would come
    and of those that would leave the slate it was typed under. `feed.removed.counts`: which rule would remove how many.
    """

    come: tuple[Preference, ...]
    go: tuple[Preference, ...]
    items_come: tuple[tuple[str, str], ...]
    items_leave: tuple[tuple[str, str], ...]

    @classmethod
    def between(
        cls, before: Sequence[Preference], after: Sequence[Preference], shown: Sequence[tuple[str, str]], feed: Slate
    ) -> "Difference":
        """A preference that would change goes as it is and comes as it would be."""
        then, now = dict(shown), {item.item_id: item.title for item in feed.items}
        return cls(
            come=tuple(preference for preference in after if preference not in before),
            go=tuple(preference for preference in before if preference not in after),
            items_come=tuple(pair for pair in now.items() if pair[0] not in then),
            items_leave=tuple(pair for pair in then.items() if pair[0] not in now),
        )

    def as_json(self) -> dict[str, Any]:
        def titled(pairs: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
            return [{"item_id": item_id, "title": title} for item_id, title in pairs]

        return {
            "come": [preference.model_dump(mode="json") for preference in self.come],
            "go": [preference.model_dump(mode="json") for preference in self.go],
            "items_come": titled(self.items_come),
            "items_leave": titled(self.items_leave),
        }


@dataclass(frozen=True, slots=True)
class Said:
    """The answer to a command. `pending`: the model is still reading; this is the grammar's provisional reading and
    nothing was stored. `preview`: nothing was stored because only a preview was asked for; `difference` says what the
    command would change."""

    command_id: str
    changes: tuple[Change, ...]
    memory: tuple[Preference, ...]
    memory_version: int
    feed: Slate
    by: By
    notices: tuple[str, ...]
    pending: bool = False
    preview: bool = False
    difference: Difference | None = None

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
        """The object of SEMANTICS 1; of a preview, with what would change."""
        would = {"would": self.difference.as_json()} if self.difference is not None else {}
        return {
            "command_id": self.command_id,
            "changes": [change.model_dump(mode="json") for change in self.changes],
            "memory": [preference.model_dump(mode="json") for preference in self.memory],
            "memory_version": self.memory_version,
            "feed": self.feed.model_dump(mode="json"),
            "by": self.by,
            "notices": list(self.notices),
            **would,
        }


@dataclass(frozen=True, slots=True)
class MemoryView:
    """What is in force for one person and client."""

    version: int
    preferences: tuple[Preference, ...]
    notices: tuple[str, ...] = ()
    said: tuple[datetime, datetime] | None = None  # `memory` only: this session's oldest and newest words


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a memory. `text`: the sentence that made it, empty when none did; `parent`: the version whose
    state it changed or, for an undo or restore, brought back."""

    version: int
    made_by: MadeBy
    time: datetime
    command_id: str | None
    text: str
    parent: int


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a session: the sentence, the slate under which it was typed, and what came of it.

    `changes`: what was read; `keep` alone is praise, talk or what was not understood. `version`: of the memory that it
    made, None where it made none. `next_feed_id`: the slate that answered; the trace of either says what made it.
    """

    command_id: str
    time: datetime
    client: str
    text: str
    by: str  # who read it, as the journal keeps it: grammar, model, both or none
    changes: tuple[Change, ...]
    feed_id: str | None
    version: int | None
    next_feed_id: str | None


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
