"""The memory: preferences in force, merged in code (SEMANTICS 3). Pure functions over frozen state.

Entries of scope session and next belong to one client, always and until to the person. A newer preference removes only
entries that do not outlast it; longer-lived ones it contradicts are hidden while it lasts and come back after ("tonight
horror is fine"). So what one client says for a while changes nothing for another.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from intently.catalog.schema import CatalogSpec
from intently.errors import StoreError
from intently.feed.session import in_force
from intently.feed.slots import own_pairs, settle, without_values
from intently.nouns import Change, Preference, Scope, utc

__all__ = [
    "IDLE_HOURS", "LASTS", "MAX_PREFERENCES", "Entry", "MemoryState", "Merged", "alive", "bring_back", "content",
    "merge", "owner_of", "view",
]  # fmt: skip

MAX_PREFERENCES = 32
IDLE_HOURS = 6.0
FORMAT, VERSION = "intently.memory", 1
LASTS = {"next": 0, "session": 1, "until": 2, "always": 3}


@dataclass(frozen=True, slots=True)
class Entry:
    """One preference with its owner. `client` is empty where it belongs to the person on every client."""

    preference: Preference
    client: str
    made: datetime
    touched: datetime  # last command of this client
    replaces: bool = False  # it came with "instead": it hides older wants on its facet


@dataclass(frozen=True, slots=True)
class MemoryState:
    """All entries of a person, the oldest first."""

    entries: tuple[Entry, ...] = ()

    def to_json(self) -> dict[str, Any]:
        entries = [
            {
                "preference": entry.preference.model_dump(mode="json"),
                "client": entry.client,
                "made": entry.made.isoformat(),
                "touched": entry.touched.isoformat(),
                "replaces": entry.replaces,
            }
            for entry in self.entries
        ]
        return {"format": FORMAT, "version": VERSION, "entries": entries}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "MemoryState":
        """Raises StoreError when a newer intently wrote it."""
        if not body:
            return cls()
        if body.get("format") != FORMAT or int(body.get("version", 0)) > VERSION:
            raise StoreError("this memory was written by a newer intently; install that version or restore a backup")
        return cls(tuple(_entry(row) for row in body["entries"]))


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        Preference.model_validate(row["preference"]),
        str(row["client"]),
        utc(datetime.fromisoformat(row["made"])),
        utc(datetime.fromisoformat(row["touched"])),
        bool(row["replaces"]),
    )


@dataclass(frozen=True, slots=True)
class Merged:
    state: MemoryState
    notices: tuple[str, ...] = ()
    diversify: bool = False  # more variety in the next slate
    search: str | None = None  # "trending" or "new": what the next slate shows first


def view(
    state: MemoryState,
    client: str,
    now: datetime,
    idle_hours: float = IDLE_HOURS,
    *,
    shown: Sequence[datetime] = (),
    single_valued: Collection[str] = (),
) -> tuple[Preference, ...]:
    """What is in force for this client, the newest last. `shown`: times of its new slates, ascending (session)."""
    held: tuple[Preference, ...] = ()
    for entry in alive(state, client, now, idle_hours, shown):
        settled = settle(held, entry.preference, replaces=entry.replaces, single_valued=single_valued)
        held = settled.preferences
    return held


def content(state: MemoryState, client: str) -> tuple[Preference, ...]:
    """What this client can see of a state, whether or not it has run out: what undo compares."""
    return tuple(entry.preference for entry in state.entries if entry.client in ("", client))


def bring_back(
    head: MemoryState,
    old: MemoryState,
    client: str,
    now: datetime,
    idle_hours: float = IDLE_HOURS,
    activity: Sequence[datetime] | None = None,
) -> MemoryState:
    """`head` with this client's and the person's entries as they were in `old`; other clients' entries stay.

    `activity`: times of this client's commands and slates since, ascending; what a pause ended stays ended. None: the
    person chose this version by hand, so all of it holds again.
    """
    theirs = [entry for entry in head.entries if entry.client not in ("", client)]
    ours = [
        replace(entry, touched=now) if entry.client else entry
        for entry in old.entries
        if entry.client in ("", client) and (activity is None or _lives_on(entry, now, idle_hours, activity))
    ]
    return MemoryState((*theirs, *ours))


def _lives_on(entry: Entry, now: datetime, idle_hours: float, activity: Sequence[datetime]) -> bool:
    return in_force(
        entry.preference.scope,
        made=entry.made,
        touched=entry.touched,
        now=now,
        idle_hours=idle_hours,
        shown=activity,
    )


def merge(
    state: MemoryState,
    changes: Sequence[Change],
    *,
    client: str,
    command_id: str,
    now: datetime,
    spec: CatalogSpec,
    idle_hours: float = IDLE_HOURS,
    shown: Sequence[datetime] = (),
) -> Merged:
    """Apply the changes of one command, in order. `undo` needs versions and is done by `versions.Memory`."""
    single = {name for name, facet in spec.facets.items() if facet.kind == "term" and not facet.many}
    lasting = set(map(id, alive(state, client, now, idle_hours, shown)))
    entries = tuple(e for e in state.entries if e.client not in ("", client) or id(e) in lasting)
    work = _Work(client, command_id, now, single, entries, [])
    for number, change in enumerate(changes):
        if change.op in ("add", "replace"):
            work.add(change, number)
        elif change.op == "retract":
            work.retract(change)
        elif change.op == "reset":
            work.reset()
    work.cap()
    touched = tuple(replace(entry, touched=now) if entry.client == client else entry for entry in work.entries)
    diversify = any(change.op == "diversify" for change in changes)
    return Merged(MemoryState(touched), tuple(work.notices), diversify, searched_for(changes))


def searched_for(changes: Sequence[Change]) -> str | None:
    """What the last search of a command is for: "trending" or "new"."""
    asked = [change.value for change in changes if change.op == "search"]
    last = asked[-1] if asked else None
    return str(last.get("text")) if isinstance(last, dict) else None


def alive(state: MemoryState, client: str, now: datetime, idle_hours: float, shown: Sequence[datetime]) -> list[Entry]:
    """The entries of this client and of the person that have not run out, the oldest first."""
    return [
        entry
        for entry in state.entries
        if entry.client in ("", client)
        and in_force(
            entry.preference.scope, made=entry.made, touched=entry.touched, now=now, idle_hours=idle_hours, shown=shown
        )
    ]


def owner_of(scope: Scope, client: str) -> str:
    """Whose entry it is: "" (the person's, on every client) when it outlasts sessions, else this client's."""
    return "" if scope.kind in ("until", "always") else client


def _preference_id(command_id: str, number: int) -> str:
    return "p" + hashlib.sha256(f"{command_id}\n{number}".encode()).hexdigest()[:10]


@dataclass
class _Work:
    """One merge in progress."""

    client: str
    command_id: str
    now: datetime
    single_valued: Collection[str]
    entries: tuple[Entry, ...]
    notices: list[str]

    def _ours(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.client in ("", self.client)]

    def add(self, change: Change, number: int) -> None:
        scope = change.scope or Scope()
        new = _preference_of(change, scope, self.command_id, _preference_id(self.command_id, number))
        owner = owner_of(scope, self.client)
        yields = [entry for entry in self._ours() if LASTS[entry.preference.scope.kind] <= LASTS[scope.kind]]
        replaces = change.op == "replace"
        settled = settle(
            [entry.preference for entry in yields], new, replaces=replaces, single_valued=self.single_valued
        )
        self.notices += [notice for notice in settled.notices if notice not in self.notices]
        after = {held.id: held for held in settled.preferences[:-1]}
        gone = {entry.preference.id for entry in yields} - set(after)
        kept = [
            replace(entry, preference=after.get(entry.preference.id, entry.preference))
            for entry in self.entries
            if entry.preference.id not in gone
        ]
        self.entries = (*kept, Entry(settled.preferences[-1], owner, self.now, self.now, replaces))

    def retract(self, change: Change) -> None:
        kept: list[Entry] = []
        found = False
        for entry in self.entries:
            rest: Preference | None = entry.preference
            if entry.client in ("", self.client) and _is_named(entry.preference, change):
                rest, found = _rest(entry.preference, change), True
            kept += [replace(entry, preference=rest)] if rest is not None else []
        self.entries = tuple(kept)
        if not found:
            self.notices.append(f"nothing about “{change.quote or change.facet or change.target}” was in force")

    def reset(self) -> None:
        self.entries = tuple(entry for entry in self.entries if entry.client not in ("", self.client))

    def cap(self) -> None:
        while len(ours := self._ours()) > MAX_PREFERENCES:
            goes = next((entry for entry in ours if entry.preference.strength == "prefer"), ours[0])
            self.entries = tuple(entry for entry in self.entries if entry is not goes)
            self.notices.append(
                f"at most {MAX_PREFERENCES} preferences are kept: the oldest, “{goes.preference.quote}”, was let go"
            )


def _preference_of(change: Change, scope: Scope, command_id: str, preference_id: str) -> Preference:
    assert change.relation is not None
    assert change.value is not None
    return Preference(
        id=preference_id,
        polarity=change.polarity or "want",
        strength=change.strength or "prefer",
        facet=change.facet,
        matches=change.matches,
        relation=change.relation,
        value=change.value,
        scope=scope,
        quote=change.quote or "",
        command_id=command_id,
    )


def _is_named(held: Preference, change: Change) -> bool:
    """Whether a retraction names this preference: by id, else by value, else by facet, else by words."""
    if change.target is not None:
        return held.id == change.target
    if change.polarity not in (None, held.polarity):
        return False
    if change.matches:
        return bool(own_pairs(held) & set(change.matches)) or _liked_item(held) in {
            value for _, value in change.matches
        }
    if change.facet is not None:
        return held.facet == change.facet
    return bool(change.quote) and (change.quote or "").casefold() in held.quote.casefold()


def _liked_item(held: Preference) -> str | None:
    return str(held.value["item_id"]) if isinstance(held.value, dict) and "item_id" in held.value else None


def _rest(held: Preference, change: Change) -> Preference | None:
    """What is left when the named values go: of "comedy or horror" without horror, the comedy."""
    if not change.matches or not own_pairs(held) & set(change.matches):
        return None
    return without_values(held, change.matches)
