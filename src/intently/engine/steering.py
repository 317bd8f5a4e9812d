"""The memory as the person sees and edits it: versions, single preferences, and what is only proposed.

Half of `Engine`. What is `always` or `until` belongs to the person, on every client; `session` and `next` to one
client. `version`, where a method takes it, is the one that the caller saw: Stale is raised when another is in force.
None acts on the one in force.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from intently.engine.answers import MemoryView, Round, Version
from intently.engine.feeds import Feeds, shown_at
from intently.engine.store import Store
from intently.engine.understood import understood
from intently.engine.worlds import WorldKeeper
from intently.errors import BadRequest, NotFound
from intently.feed.proposals import Proposal, propose
from intently.feed.revision import Revision
from intently.feed.session import scope_of
from intently.nouns import Change, Scope, Strength, check_id, utc

__all__ = ["LASTING", "Steering", "check_ids", "check_zone", "named_scope"]

LASTING = ("next", "session", "tonight", "today", "week", "month", "always")  # words for scopes
WINDOW = 2000  # events that a proposal may rest on


class Steering:
    """Methods of `Engine` about the memory."""

    def __init__(self, store: Store, worlds: WorldKeeper, feeds: Feeds) -> None:
        self._store, self._worlds, self._memory = store, worlds, feeds.memory

    def memory(self, user_id: str, *, client: str = "api") -> MemoryView:
        """What is in force for this person and client."""
        check_ids(user_id, client)
        return self._memory.now(user_id, client)

    def preference(self, user_id: str, preference_id: str, *, client: str = "api") -> MemoryView:
        """One preference in force, with the version that says so. Raises NotFound."""
        view = self.memory(user_id, client=client)
        kept = tuple(held for held in view.preferences if held.id == preference_id)
        if not kept:
            raise NotFound(f"no preference {preference_id[:64]!r} is in force; the memory lists those that are")
        return MemoryView(view.version, kept)

    def memory_versions(self, user_id: str, *, limit: int = 50) -> list[Version]:
        """Versions of the memory, the newest first: number, what made it, the sentence if it was one, when."""
        check_ids(user_id)
        said = {row.command.command_id: row.command.text for row in self._store.journal.commands(user_id, 4 * limit)}
        return [
            Version(row.version, row.made_by, row.time, row.command_id, said.get(row.command_id or "", ""), row.parent)
            for row in self._store.journal.memory_rows(user_id, limit)
        ]

    def commands(self, user_id: str, *, limit: int = 50) -> list[Round]:
        """What the person said, the newest first, each with the slate before, what was read and the slate after."""
        check_ids(user_id)
        rows = self._store.journal.commands(user_id, limit)
        answered = self._store.journal.slates_at(user_id, [shown_at(row.command.time) for row in rows])
        after = {(slate.client, slate.time): slate.feed_id for slate in answered}
        made = self._store.journal.versions_made(user_id, [row.command.command_id for row in rows])
        return [
            Round(
                said.command_id, said.time, said.client, said.text, row.by,
                tuple(Change.model_validate(change) for change in row.changes), said.feed_id,
                made.get(said.command_id), after.get((said.client, shown_at(said.time))),
            )
            for row in rows for said in [row.command]
        ]  # fmt: skip

    def memory_version(self, user_id: str, number: int, *, client: str = "api") -> MemoryView:
        """What version `number` put in force for this client when it was made. Raises NotFound."""
        check_ids(user_id, client)
        return self._memory.at(user_id, client, number)

    def drop(self, user_id: str, preference_id: str, *, client: str = "api", version: int | None = None) -> MemoryView:
        """Take one preference back. Raises Stale or NotFound."""
        check_ids(user_id, client)
        return self._memory.drop(user_id, preference_id, client, version)

    def revise(
        self,
        user_id: str,
        preference_id: str,
        *,
        scope: Scope | str | None = None,
        strength: Strength | None = None,
        value: float | dict[str, float] | None = None,
        client: str = "api",
        version: int | None = None,
        zone: str | None = None,
    ) -> MemoryView:
        """Change how long one preference holds, how strongly, or where its bound lies: one version.

        scope: a Scope or one of LASTING ("tonight" ends by the clock of `zone`). value: an amount in the facet's unit,
        or {"low", "high"}. Raises Stale, NotFound, or BadRequest with the mend.
        """
        check_ids(user_id, client)
        lasts = self.named_scope(scope, zone) if isinstance(scope, str) else scope
        revision = Revision(scope=lasts, strength=strength, value=value)
        return self._memory.revise(user_id, preference_id, revision, client, version)

    def named_scope(self, name: str, zone: str | None = None) -> Scope:
        """The scope that a word of LASTING names now. Raises BadRequest."""
        return named_scope(name, zone or self._store.spec.zone, datetime.now(UTC))

    def undo(self, user_id: str, *, client: str = "api", version: int | None = None) -> MemoryView:
        """Go back one version, whatever made it."""
        check_ids(user_id, client)
        return self._memory.undo(user_id, client, version)

    def restore(self, user_id: str, number: int, *, client: str = "api", version: int | None = None) -> MemoryView:
        """Bring version `number` back."""
        check_ids(user_id, client)
        return self._memory.restore(user_id, number, client, version)

    def reset(self, user_id: str, *, client: str = "api", version: int | None = None) -> MemoryView:
        """Forget all preferences of this person and client. Undo brings them back."""
        check_ids(user_id, client)
        return self._memory.reset(user_id, client, version)

    # ------------------------------------------------------------------------------------------------------ proposals
    def proposals(self, user_id: str, *, client: str = "api", as_of: datetime | None = None) -> tuple[Proposal, ...]:
        """Preferences that behaviour or the understanding suggests. None is in force before it is accepted."""
        check_ids(user_id, client)
        now = utc(as_of) if as_of is not None else datetime.now(UTC)
        journal, current = self._store.journal, self._worlds.current
        known = understood(journal, user_id, now)
        return propose(
            self._store.spec, current.world.snapshot, current.grounder,
            events=journal.events_of(user_id, until=now, newest=WINDOW),
            interests=known.row.interests if known else (),
            memory=self._memory.now(user_id, client).preferences,
            answered=journal.answered_proposals(user_id), now=now,
        )  # fmt: skip

    def accept(self, user_id: str, proposal_id: str, *, client: str = "api", version: int | None = None) -> MemoryView:
        """Make a proposal an explicit preference that always holds. Raises NotFound or Stale."""
        proposal = self._proposed(user_id, proposal_id, client)
        view = self._memory.accept(user_id, client, proposal.change, proposal.proposal_id, version)
        self._store.journal.put_answer(user_id, proposal_id, "accepted")
        return view

    def dismiss(self, user_id: str, proposal_id: str, *, client: str = "api") -> None:
        """Do not propose this again. Raises NotFound."""
        self._proposed(user_id, proposal_id, client)
        self._store.journal.put_answer(user_id, proposal_id, "dismissed")

    def _proposed(self, user_id: str, proposal_id: str, client: str) -> Proposal:
        for proposal in self.proposals(user_id, client=client):
            if proposal.proposal_id == proposal_id:
                return proposal
        raise NotFound(f"nothing with the id {proposal_id[:64]!r} is proposed; ask for the proposals again")


def named_scope(name: str, zone: str, now: datetime) -> Scope:
    """The scope that a word of LASTING names for a clock in `zone`. Raises BadRequest."""
    if name not in LASTING:
        raise BadRequest(f"`scope` is {name[:40]!r}; give one of {', '.join(LASTING)}, or kind and until")
    return scope_of(name, now.astimezone(check_zone(zone)))


def check_zone(name: str) -> ZoneInfo:
    """The time zone of this IANA name. Raises BadRequest."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRequest(f"`zone` is {name[:64]!r}, no IANA time zone such as Europe/London") from error


def check_ids(*ids: str) -> None:
    """Raises BadRequest for an id that cannot be one."""
    for text in ids:
        try:
            check_id(text)
        except ValueError as error:
            raise BadRequest(f"the id {text[:40]!r} cannot be used: {error}") from error
