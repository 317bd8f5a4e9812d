"""The journal: one method for each thing that is kept or asked, each one unit of work.

The functions that hold the SQL live in the files named for their concept; here is only where transactions begin and
end. All methods may be called from many threads at once, and raise StoreError when the database cannot answer. A little
over 400 lines: one method a thing, each of a few lines that hand on.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from intently.journal import (
    activity,
    calls,
    cores,
    events,
    export,
    items,
    jobs,
    memory,
    merge,
    people,
    slates,
    understanding,
)
from intently.journal.activity import Activity
from intently.journal.events import Appended, EventColumns
from intently.journal.export import Erased
from intently.journal.jobs import Job, JobState
from intently.journal.judgements import Judgements
from intently.journal.labels import Labels
from intently.journal.memory import Answer, CommandRow, MemoryRow
from intently.journal.reasons import Reasons
from intently.journal.slates import SlateRow
from intently.journal.store import Store
from intently.journal.understanding import FailureRow, UnderstandingRow
from intently.nouns import CallRow, Command, Event, Item, Profile

__all__ = ["Journal"]


class Journal:
    """An open journal, made by `open_journal`. `url` names the database, without its password; `embedded`: it is a file
    here, no server's. `labels`: what people and judges said of what was made; `reasons`: lines made for items;
    `judgements`: what a judge said."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.url = store.place
        self.embedded = store.is_sqlite
        self.labels = Labels(store)
        self.reasons = Reasons(store)
        self.judgements = Judgements(store)

    def close(self) -> None:
        """Give back all connections. On SQLite the last one to close folds the write-ahead log into the file."""
        self._store.engine.dispose()

    # Items

    def put_items(self, items_: Iterable[Item]) -> int:
        """Add or replace items, all or none; returns the item revision, which rises if any is new or differs."""
        with self._store.write() as connection:
            return items.put_items(connection, items_)

    def change_items(
        self, item_ids: Sequence[str], change: Callable[[Mapping[str, Item]], Sequence[Item]]
    ) -> tuple[int, Sequence[Item]]:
        """Read items by id and write what `change` makes of those that there are, as one step; returns the revision and
        what was written. Nothing is written when `change` raises."""
        with self._store.write() as connection:
            changed = change(items.find_items(connection, item_ids))
            return items.put_items(connection, changed), changed

    def delete_item(self, item_id: str) -> int:
        """Take an item out of the catalogue; returns the item revision, which rises if it was there."""
        with self._store.write() as connection:
            return items.delete_item(connection, item_id)

    def item(self, item_id: str) -> Item | None:
        with self._store.read() as connection:
            return items.find_item(connection, item_id)

    def find_items(self, item_ids: Sequence[str]) -> dict[str, Item]:
        """Those of these items that there are, by id, as they are at one moment."""
        with self._store.read() as connection:
            return items.find_items(connection, item_ids)

    def items(self) -> Iterator[Item]:
        """All items in order of first arrival. Read `item_revision` first: it tells whether one changed meanwhile."""
        return items.walk_items(self._store)

    def item_revision(self) -> int:
        """Rises with every change of an item, so that a snapshot knows when it is stale; 0 before the first."""
        with self._store.read() as connection:
            return items.item_revision(connection)

    def item_count(self) -> int:
        with self._store.read() as connection:
            return items.count_items(connection)

    # Events

    def append(self, events_: Iterable[Event]) -> Appended:
        """Keep events in this order, each once by `event_id`; large imports are committed in chunks."""
        return events.append(self._store, events_)

    def events_of(
        self,
        user_id: str,
        *,
        kinds: Collection[str] | None = None,
        until: datetime | None = None,
        newest: int | None = None,
    ) -> list[Event]:
        """A person's events, ascending by (time, seq), none later than `until`, at most the `newest` k of them."""
        with self._store.read() as connection:
            return events.events_of(connection, user_id, kinds=kinds, until=until, newest=newest)

    def event_columns(
        self, kinds: Collection[str], *, since: datetime | None = None, until: datetime | None = None
    ) -> EventColumns:
        """Everybody's events about items, of these kinds, none before `since` or after `until`, by (time, seq)."""
        with self._store.read() as connection:
            return events.event_columns(connection, kinds, since=since, until=until)

    def last_event_time(self) -> datetime | None:
        with self._store.read() as connection:
            return events.last_event_time(connection)

    def event_count(self) -> int:
        with self._store.read() as connection:
            return events.count_events(connection)

    # People

    def user_ids(
        self, *, prefix: str = "", limit: int | None = 50, order: Literal["events", "id"] = "events"
    ) -> list[tuple[str, int]]:
        """Known people with the number of their events: most events first, or by id."""
        with self._store.read() as connection:
            return people.user_ids(connection, prefix=prefix, limit=limit, order=order)

    def has_user(self, user_id: str) -> bool:
        """Whether events, a memory or a profile of this person are kept."""
        with self._store.read() as connection:
            return people.has_user(connection, user_id)

    def put_profile(self, profile: Profile) -> None:
        """Set a person's declared attributes; none at all removes the profile."""
        with self._store.write() as connection:
            memory.put_profile(connection, profile)

    def profile(self, user_id: str) -> Profile | None:
        with self._store.read() as connection:
            return memory.find_profile(connection, user_id)

    # Memory and commands

    def memory_head(self, user_id: str) -> MemoryRow | None:
        """The version in force; None before the first."""
        with self._store.read() as connection:
            return memory.memory_head(connection, user_id)

    def memory_row(self, user_id: str, version: int) -> MemoryRow | None:
        with self._store.read() as connection:
            return memory.memory_row(connection, user_id, version)

    def memory_rows(self, user_id: str, limit: int | None = None) -> list[MemoryRow]:
        """Versions, the newest first."""
        with self._store.read() as connection:
            return memory.memory_rows(connection, user_id, limit)

    def versions_made(self, user_id: str, command_ids: Sequence[str]) -> dict[str, int]:
        """The versions that these commands made, by command id; a command that made none is not there."""
        with self._store.read() as connection:
            return memory.versions_made(connection, user_id, command_ids)

    def put_memory(self, row: MemoryRow, expected: int) -> None:
        """Make version `expected` + 1. Raises Stale when the head is not `expected` (0 = no version yet)."""
        with self._store.write() as connection:
            memory.put_memory(connection, row, expected)

    def put_command(self, command: Command, changes: Any, by: str) -> None:
        """Keep what was typed and what was read from it. The same command again replaces the reading."""
        with self._store.write() as connection:
            memory.put_command(connection, command, changes, by)

    def commands(self, user_id: str, limit: int | None = None) -> list[CommandRow]:
        """What a person typed, the newest first."""
        with self._store.read() as connection:
            return memory.commands(connection, user_id, limit)

    def put_answer(self, user_id: str, proposal_id: str, answer: Answer) -> None:
        """Keep what a person answered to a proposal; a later answer replaces it."""
        with self._store.write() as connection:
            memory.put_answer(connection, user_id, proposal_id, answer, _now())

    def answered_proposals(self, user_id: str) -> dict[str, Answer]:
        """Proposals that a person has answered, by id."""
        with self._store.read() as connection:
            return memory.answered_proposals(connection, user_id)

    def reply(self, user_id: str, key: str) -> Any | None:
        """The body that this Idempotency-Key was answered with; None if it is new."""
        with self._store.read() as connection:
            return memory.find_reply(connection, user_id, key)

    def keep_reply(self, user_id: str, key: str, body: Any) -> None:
        """Keep the first answer to an Idempotency-Key; a later one is ignored."""
        with self._store.write() as connection:
            memory.keep_reply(connection, user_id, key, body, _now())

    def prune_replies(self, before: datetime) -> int:
        with self._store.write() as connection:
            return memory.prune_replies(connection, before)

    # Slates and traces

    def put_slate(
        self, feed_id: str, user_id: str, client: str, surface: str, time: datetime, item_ids: Sequence[str]
    ) -> None:
        """Keep what was shown under this feed id; the same feed id again replaces it."""
        with self._store.write() as connection:
            slates.put_slate(connection, feed_id, user_id, client, surface, time, item_ids)

    def slate(self, feed_id: str) -> SlateRow | None:
        with self._store.read() as connection:
            return slates.find_slate(connection, feed_id)

    def last_slate(self, user_id: str, client: str) -> SlateRow | None:
        """The newest slate that this client showed to this person."""
        with self._store.read() as connection:
            return slates.last_slate(connection, user_id, client)

    def newest_slates(self, limit: int) -> list[SlateRow]:
        """The newest slates of everybody, the newest first."""
        with self._store.read() as connection:
            return slates.newest_slates(connection, limit)

    def slates(self, user_id: str, client: str, first: datetime, before: datetime, limit: int = 50) -> list[SlateRow]:
        """The newest slates that this client showed to this person from `first` on and earlier than `before`,
        ascending by time."""
        with self._store.read() as connection:
            return slates.slates_between(connection, user_id, client, first, before, limit)

    def slates_at(self, user_id: str, moments: Sequence[datetime]) -> list[SlateRow]:
        """The slates that were shown to this person at exactly these times."""
        with self._store.read() as connection:
            return slates.slates_at(connection, user_id, moments)

    def slate_times(self, user_id: str, client: str, limit: int = 200) -> list[datetime]:
        """Times of the newest slates that this client showed to this person, ascending."""
        with self._store.read() as connection:
            return slates.slate_times(connection, user_id, client, limit)

    def put_trace(self, feed_id: str, user_id: str, time: datetime, body: Any) -> None:
        """Keep a trace (JSON), compressed; the same feed id again replaces it."""
        packed = slates.pack(body)  # before the write lock is taken
        with self._store.write() as connection:
            slates.put_trace(connection, feed_id, user_id, time, packed)

    def trace(self, feed_id: str) -> Any | None:
        with self._store.read() as connection:
            return slates.find_trace(connection, feed_id)

    def prune_traces(self, before: datetime) -> int:
        """Forget traces older than this; returns how many."""
        with self._store.write() as connection:
            return slates.prune_traces(connection, before)

    # Understanding

    def put_understanding(self, made: UnderstandingRow) -> None:
        """Keep a new understanding beside the older ones."""
        with self._store.write() as connection:
            understanding.put_understanding(connection, made)

    def understanding(self, user_id: str, until: datetime | None = None) -> UnderstandingRow | None:
        """The newest understanding, none made later than `until`."""
        with self._store.read() as connection:
            return understanding.find_understanding(connection, user_id, until)

    def newest_understandings(self, before: datetime | None = None) -> list[UnderstandingRow]:
        """The newest understanding of every person, by person; only of those made before a moment."""
        with self._store.read() as connection:
            return understanding.newest_understandings(connection, before)

    def activities(self, kinds: Collection[str], until: datetime) -> list[Activity]:
        """What everybody did of these kinds until a moment, and how much of it since they were understood; by id."""
        with self._store.read() as connection:
            return activity.activities(connection, kinds, until)

    def put_stage(self, user_id: str, stage: str, input_hash: str, output: Any) -> None:
        """Keep a stage's output (JSON) by the hash of its input, so that an interrupted run resumes behind it."""
        with self._store.write() as connection:
            understanding.put_stage(connection, user_id, stage, input_hash, output, _now())

    def stage_output(self, user_id: str, stage: str, input_hash: str) -> Any | None:
        with self._store.read() as connection:
            return understanding.stage_output(connection, user_id, stage, input_hash)

    def put_failure(self, user_id: str | None, stage: str, error_type: str, message: str) -> None:
        """Keep that a stage failed for a person."""
        with self._store.write() as connection:
            understanding.put_failure(connection, user_id, stage, error_type, message, _now())

    def failures(
        self, limit: int | None = None, *, user_id: str | None = None, since: datetime | None = None
    ) -> list[FailureRow]:
        """What failed, of one person or of all, later than `since`, the newest first."""
        with self._store.read() as connection:
            return understanding.failures(connection, limit, user_id, since)

    def put_core(self, item_id: str, input_hash: str, text: str) -> None:
        """Keep the core attributes that a model chose for an item, with the hash of what it was asked."""
        with self._store.write() as connection:
            cores.put_core(connection, item_id, input_hash, text, _now())

    def cores(self, item_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Item id -> hash and core, for those of these items that have one."""
        with self._store.read() as connection:
            return cores.cores_of(connection, item_ids)

    # Model calls

    def find_call(self, call_hash: str) -> CallRow | None:
        """The newest successful call with this hash; failed ones never answer."""
        with self._store.read() as connection:
            return calls.find_call(connection, call_hash)

    def put_call(self, row: CallRow) -> None:
        """Keep a call; it is committed when this returns, and only then may its answer be used."""
        with self._store.write() as connection:
            calls.put_call(connection, row)

    def calls(self, user_id: str | None = None, limit: int | None = None) -> list[CallRow]:
        """Calls of one person, or of all, the newest first."""
        with self._store.read() as connection:
            return calls.calls(connection, user_id, limit)

    # Jobs

    def enqueue(self, kind: str, key: str, payload: Any, input_hash: str = "", user_id: str | None = None) -> Job:
        """Ask for work: one job for each (kind, key); done already with this input hash (not ""), it is not run again.

        user_id: whose data it works on; default: the payload's "user_id", if it has one.
        """
        if user_id is None and isinstance(payload, Mapping):
            user_id = payload.get("user_id")
        with self._store.write() as connection:
            return jobs.enqueue(connection, kind, key, payload, input_hash, _now(), user_id)

    def lease(self, kinds: Collection[str], seconds: float, now: datetime | None = None) -> Job | None:
        """Take the oldest job that waits or whose lease ran out, for so many seconds; None if there is none."""
        with self._store.write() as connection:
            return jobs.lease(connection, kinds, seconds, now or _now())

    def extend(self, job: Job, seconds: float = 60.0, now: datetime | None = None) -> bool:
        """Hold a leased job for so many seconds from now. False: it is no longer yours; stop."""
        with self._store.write() as connection:
            return jobs.extend(connection, job, seconds, now or _now())

    def finish(self, job: Job, error: str | None = None) -> bool:
        """End a leased job as done, or as failed with an error. False: it was no longer yours."""
        with self._store.write() as connection:
            return jobs.finish(connection, job, error, _now())

    def jobs(self, state: JobState | None = None) -> list[Job]:
        """All jobs, or those in one state, the oldest first."""
        with self._store.read() as connection:
            return jobs.jobs(connection, state)

    # The store itself

    def get_meta(self, key: str) -> str | None:
        with self._store.read() as connection:
            return people.find_meta(connection, key)

    def set_meta(self, key: str, value: str) -> None:
        with self._store.write() as connection:
            people.set_meta(connection, key, value)

    # The person's rights

    def export(self, user_id: str) -> dict[str, Any]:
        """Everything that is kept of a person or derived from them, as JSON."""
        with self._store.read() as connection:
            return export.export(connection, user_id, _now())

    def erase(self, user_id: str) -> Erased:
        """Delete everything that `export` names. Once begun it is finished, by the next `open_journal` if need be."""
        return export.erase(self._store, user_id, _now())

    def resume_erasures(self) -> int:
        """Finish erasures that a crash interrupted; returns how many. `open_journal` does this."""
        return export.resume(self._store)

    def merge_user(self, source: str, target: str) -> dict[str, int]:
        """Make everything of `source` (anonymous) belong to `target` (known); returns rows moved by name."""
        with self._store.write() as connection:
            return merge.merge_user(connection, source, target, _now())


def _now() -> datetime:
    return datetime.now(UTC)
