"""The memory's service: versions of a person's memory in the journal. One command, one version.

Versions belong to the person. `undo` goes back one version whatever made it, skipping those that changed nothing for
the client that asks; a second undo goes further back; an undo is undone by restoring a version.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from intently.catalog.schema import CatalogSpec
from intently.errors import NotFound, Stale
from intently.feed.memory import IDLE_HOURS, MemoryState, Merged, bring_back, content, merge, owner_of, view
from intently.feed.revision import Revision, drop, revise
from intently.journal import MemoryRow
from intently.journal.memory import MadeBy
from intently.nouns import Change, Preference, utc

__all__ = ["Applied", "Memory", "MemoryStore", "MemoryView"]

RETRIES = 8  # of a command that meets another one of the same person


class MemoryStore(Protocol):
    """What the memory needs of the journal."""

    def memory_head(self, user_id: str) -> MemoryRow | None: ...
    def memory_row(self, user_id: str, version: int) -> MemoryRow | None: ...
    def put_memory(self, row: MemoryRow, expected: int) -> None: ...


@dataclass(frozen=True, slots=True)
class MemoryView:
    """What is in force for one client, and the version that says so (0 = nothing was ever said)."""

    version: int
    preferences: tuple[Preference, ...]
    said: tuple[datetime, datetime] | None = None  # when the oldest and the newest of this session's were said


@dataclass(frozen=True, slots=True)
class Applied:
    version: int
    preferences: tuple[Preference, ...]
    said: tuple[datetime, datetime] | None = None  # when the oldest and the newest of this session's were said
    notices: tuple[str, ...] = ()
    diversify: bool = False
    search: str | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """The next state, who made it, and its parent where that is not the head."""

    state: MemoryState
    made_by: MadeBy
    parent: int | None = None
    notices: tuple[str, ...] = ()
    diversify: bool = False
    search: str | None = None


class Memory:
    """Memories of people. Safe from threads: a version is written only on the head that it was made from."""

    def __init__(self, store: MemoryStore, spec: CatalogSpec, idle_hours: float = IDLE_HOURS) -> None:
        self._store = store
        self._spec = spec
        self._idle_hours = idle_hours
        self._single = {name for name, facet in spec.facets.items() if facet.kind == "term" and not facet.many}

    def read(self, user_id: str, client: str, now: datetime, shown: Sequence[datetime] = ()) -> MemoryView:
        """What is in force. `shown`: times of this client's new slates since its last command, ascending."""
        version, state = self._head(user_id)
        return MemoryView(version, *self._seen(state, client, now, shown))

    def apply(
        self,
        user_id: str,
        client: str,
        changes: Sequence[Change],
        *,
        command_id: str,
        now: datetime,
        shown: Sequence[datetime] = (),
        made_by: MadeBy | None = None,
        seen_version: int | None = None,
    ) -> Applied:
        """Merge one command and keep it as a version. `made_by`: what it was, when it was no command. Raises Stale."""

        def step(head: int, state: MemoryState) -> _Step:
            _check_seen(seen_version, head)
            made = self._step(user_id, client, changes, command_id, now, shown, head, state)
            return made if made_by is None else replace(made, made_by=made_by)

        return self._write(user_id, client, now, command_id, step)

    def foresee(
        self,
        user_id: str,
        client: str,
        changes: Sequence[Change],
        *,
        command_id: str,
        now: datetime,
        shown: Sequence[datetime] = (),
    ) -> Applied:
        """What `apply` would give, with nothing written; `version` is the one in force."""
        head, state = self._head(user_id)
        step = self._step(user_id, client, changes, command_id, now, shown, head, state)
        return _applied(head, self._seen(step.state, client, now, ()), step)

    def at(self, user_id: str, client: str, version: int) -> MemoryView:
        """What an older version put in force for this client when it was made. Raises NotFound."""
        row = self._store.memory_row(user_id, version) if version else None
        state = self._at(user_id, version)
        return MemoryView(version, () if row is None else self._view(state, client, row.time, ()))

    def drop(
        self,
        user_id: str,
        client: str,
        preference_id: str,
        *,
        seen_version: int | None,
        now: datetime,
        shown: Sequence[datetime] = (),
    ) -> Applied:
        """Delete one preference. Raises Stale when another version is in force, NotFound when it is not in it."""

        def step(head: int, state: MemoryState) -> _Step:
            _check_seen(seen_version, head)
            seen = _find(self._view(state, client, now, shown), preference_id, head)
            return _Step(drop(self._touched(state, client, now, shown), seen, client), "delete")

        return self._write(user_id, client, now, None, step)

    def revise(
        self,
        user_id: str,
        client: str,
        preference_id: str,
        revision: Revision,
        *,
        seen_version: int | None,
        now: datetime,
        shown: Sequence[datetime] = (),
    ) -> Applied:
        """Change scope, strength or bound of one preference. Raises Stale, NotFound, or BadRequest with the mend."""

        def step(head: int, state: MemoryState) -> _Step:
            _check_seen(seen_version, head)
            seen = _find(self._view(state, client, now, shown), preference_id, head)
            merged = revise(
                self._touched(state, client, now, shown), seen, revision, client=client, now=now, spec=self._spec,
                single_valued=self._single,
            )  # fmt: skip
            return _Step(merged.state, "revise", None, merged.notices)

        return self._write(user_id, client, now, None, step)

    def undo(self, user_id: str, client: str, *, now: datetime, seen_version: int | None = None) -> Applied:
        """Go back to before the newest version that changed something for this client. Raises Stale."""

        def step(head: int, state: MemoryState) -> _Step:
            _check_seen(seen_version, head)
            return self._undone(user_id, client, now, head, state)

        return self._write(user_id, client, now, None, step)

    def restore(self, user_id: str, client: str, version: int, *, seen_version: int | None, now: datetime) -> Applied:
        """Put an older version back in force. Raises Stale or NotFound."""

        def step(head: int, state: MemoryState) -> _Step:
            _check_seen(seen_version, head)
            return _Step(bring_back(state, self._at(user_id, version), client, now), "restore")

        return self._write(user_id, client, now, None, step)

    def reset(self, user_id: str, client: str, *, now: datetime, seen_version: int | None = None) -> Applied:
        """Forget everything that this client sees. Undo brings it back. Raises Stale."""

        def step(head: int, state: MemoryState) -> _Step:
            _check_seen(seen_version, head)
            merged = merge(state, [Change(op="reset")], client=client, command_id="reset", now=now, spec=self._spec)
            return _Step(merged.state, "reset")

        return self._write(user_id, client, now, None, step)

    # ------------------------------------------------------------------------------------------------------ inside
    def _head(self, user_id: str) -> tuple[int, MemoryState]:
        row = self._store.memory_head(user_id)
        return (0, MemoryState()) if row is None else (row.version, MemoryState.from_json(row.state))

    def _at(self, user_id: str, version: int) -> MemoryState:
        if version == 0:
            return MemoryState()
        row = self._store.memory_row(user_id, version)
        if row is None:
            raise NotFound(f"there is no version {version} of this memory; list the versions to see which there are")
        return MemoryState.from_json(row.state)

    def _view(
        self, state: MemoryState, client: str, now: datetime, shown: Sequence[datetime]
    ) -> tuple[Preference, ...]:
        return view(state, client, now, self._idle_hours, shown=shown, single_valued=self._single)

    def _seen(
        self, state: MemoryState, client: str, now: datetime, shown: Sequence[datetime]
    ) -> tuple[tuple[Preference, ...], tuple[datetime, datetime] | None]:
        """What is in force, and when the oldest and the newest of what holds for this session alone were said."""
        held = self._view(state, client, now, shown)
        ids = {preference.id for preference in held if owner_of(preference.scope, client)}
        times = [entry.made for entry in state.entries if entry.preference.id in ids]
        return held, (min(times), max(times)) if times else None

    def _write(
        self,
        user_id: str,
        client: str,
        now: datetime,
        command_id: str | None,
        make: Callable[[int, MemoryState], _Step],
    ) -> Applied:
        for attempt in range(RETRIES):
            head, state = self._head(user_id)
            step = make(head, state)
            row = MemoryRow(
                user_id=user_id,
                version=head + 1,
                parent=head if step.parent is None else step.parent,
                made_by=step.made_by,
                command_id=command_id,
                client=client,
                time=utc(now),
                state=step.state.to_json(),
            )
            try:
                self._store.put_memory(row, head)
            except Stale:
                if attempt == RETRIES - 1:
                    raise
                continue
            return _applied(head + 1, self._seen(step.state, client, now, ()), step)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _step(
        self,
        user_id: str,
        client: str,
        changes: Sequence[Change],
        command_id: str,
        now: datetime,
        shown: Sequence[datetime],
        head: int,
        state: MemoryState,
    ) -> _Step:
        notices: list[str] = []
        parent: int | None = None
        rest = [change for change in changes if change.op not in ("undo", "keep")]
        if any(change.op == "undo" for change in changes):
            undone = self._undone(user_id, client, now, head, state, shown)
            state, notices, parent = undone.state, list(undone.notices), undone.parent
        if not rest:
            made_by: MadeBy = "undo" if parent is not None else "command"
            return _Step(self._touched(state, client, now, shown), made_by, parent, tuple(notices))
        merged: Merged = merge(
            state, rest, client=client, command_id=command_id, now=now, spec=self._spec,
            idle_hours=self._idle_hours, shown=shown,
        )  # fmt: skip
        made_by = "reset" if all(change.op == "reset" for change in rest) else "command"
        return _Step(merged.state, made_by, None, (*notices, *merged.notices), merged.diversify, merged.search)

    def _touched(self, state: MemoryState, client: str, now: datetime, shown: Sequence[datetime]) -> MemoryState:
        """A command that changes nothing still keeps the session alive."""
        return merge(
            state, [], client=client, command_id="", now=now, spec=self._spec, idle_hours=self._idle_hours, shown=shown
        ).state

    def _undone(
        self,
        user_id: str,
        client: str,
        now: datetime,
        head: int,
        state: MemoryState,
        shown: Sequence[datetime] = (),
    ) -> _Step:
        at = head
        activity = list(shown)
        while at > 0:
            row = self._store.memory_row(user_id, at)
            if row is None:
                break
            activity += [row.time] if row.client == client else []
            if row.made_by == "undo" and row.client == client:
                at = row.parent  # for this client the version is what its parent was
                continue
            before = self._at(user_id, at - 1)
            if content(MemoryState.from_json(row.state), client) != content(before, client):
                back = bring_back(state, before, client, now, self._idle_hours, sorted(activity))
                return _Step(back, "undo", at - 1)
            at -= 1
        return _Step(state, "command", None, ("there is nothing to undo",))


def _find(held: Sequence[Preference], preference_id: str, version: int) -> Preference:
    for preference in held:
        if preference.id == preference_id:
            return preference
    raise NotFound(f"no preference {preference_id[:64]!r} in version {version}; read the memory again")


def _check_seen(seen: int | None, head: int) -> None:
    """None: the caller saw no version and acts on the one in force."""
    if seen is not None and seen != head:
        raise Stale(f"you saw version {seen} of the memory, version {head} is in force; read it again and repeat")


def _applied(
    version: int, seen: tuple[tuple[Preference, ...], tuple[datetime, datetime] | None], step: _Step
) -> Applied:
    return Applied(version, *seen, step.notices, step.diversify, step.search)
