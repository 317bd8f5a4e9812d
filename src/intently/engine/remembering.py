"""The memory as the engine uses it: versions, with the times of a client's slates from the journal."""

from collections.abc import Sequence
from datetime import UTC, datetime

from intently.config import Config
from intently.engine.answers import MemoryView
from intently.engine.store import Store
from intently.feed.revision import Revision
from intently.feed.versions import Applied, Memory
from intently.nouns import Change, Command

__all__ = ["Remembering"]


class Remembering:
    """Memories of the people of one store."""

    def __init__(self, store: Store, config: Config) -> None:
        self._journal = store.journal
        self._memory = Memory(store.journal, store.spec, config.feed.idle_hours)

    def now(self, user_id: str, client: str, moment: datetime | None = None) -> MemoryView:
        """What is in force for this person and client."""
        at = moment or datetime.now(UTC)
        view = self._memory.read(user_id, client, at, self._shown(user_id, client))
        return MemoryView(view.version, view.preferences, said=view.said)

    def apply(self, command: Command, changes: Sequence[Change]) -> Applied:
        """Merge one command and keep it as a version."""
        return self._memory.apply(
            command.user_id, command.client, changes, command_id=command.command_id, now=command.time,
            shown=self._shown(command.user_id, command.client),
        )  # fmt: skip

    def foresee(self, command: Command, changes: Sequence[Change]) -> Applied:
        """What `apply` would give; nothing is written."""
        return self._memory.foresee(
            command.user_id, command.client, changes, command_id=command.command_id, now=command.time,
            shown=self._shown(command.user_id, command.client),
        )  # fmt: skip

    def at(self, user_id: str, client: str, number: int) -> MemoryView:
        """What version `number` put in force for this client when it was made."""
        view = self._memory.at(user_id, client, number)
        return MemoryView(view.version, view.preferences)

    def accept(self, user_id: str, client: str, change: Change, command_id: str, seen: int | None) -> MemoryView:
        """Put a proposed preference in force. Raises Stale."""
        return _view(
            self._memory.apply(
                user_id, client, [change], command_id=command_id, now=datetime.now(UTC),
                shown=self._shown(user_id, client), made_by="accept", seen_version=seen,
            )
        )  # fmt: skip

    def drop(self, user_id: str, preference_id: str, client: str, seen: int | None) -> MemoryView:
        return _view(self._memory.drop(user_id, client, preference_id, seen_version=seen, now=datetime.now(UTC),
                                       shown=self._shown(user_id, client)))  # fmt: skip

    def revise(self, user_id: str, preference_id: str, revision: Revision, client: str, seen: int | None) -> MemoryView:
        return _view(self._memory.revise(user_id, client, preference_id, revision, seen_version=seen,
                                         now=datetime.now(UTC), shown=self._shown(user_id, client)))  # fmt: skip

    def undo(self, user_id: str, client: str, seen: int | None) -> MemoryView:
        return _view(self._memory.undo(user_id, client, now=datetime.now(UTC), seen_version=seen))

    def restore(self, user_id: str, number: int, client: str, seen: int | None) -> MemoryView:
        return _view(self._memory.restore(user_id, client, number, seen_version=seen, now=datetime.now(UTC)))

    def reset(self, user_id: str, client: str, seen: int | None) -> MemoryView:
        return _view(self._memory.reset(user_id, client, now=datetime.now(UTC), seen_version=seen))

    def _shown(self, user_id: str, client: str) -> list[datetime]:
        return self._journal.slate_times(user_id, client)


def _view(applied: Applied) -> MemoryView:
    return MemoryView(applied.version, applied.preferences, applied.notices)
