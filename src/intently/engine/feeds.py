"""Making slates for a store: gathers what a request needs from the journal, asks `recommend`, keeps slate and trace."""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from intently.catalog.snapshot import Snapshot
from intently.config import Config
from intently.engine.allocating import Allocating
from intently.engine.filters import read_filters
from intently.engine.lines import Lines
from intently.engine.people import DOUBT, HIDING, NEWEST, SEEN, Person, person_of
from intently.engine.remembering import Remembering
from intently.engine.store import Store
from intently.engine.traces import TraceWriter
from intently.engine.understood import understood
from intently.engine.worlds import WorldKeeper
from intently.errors import BadRequest, NotFound
from intently.explain.liking import strands_of
from intently.feed.passed import passed_over
from intently.feed.replay import Replayed, replay
from intently.feed.request import FeedRequest, Recommended, next_page, recommend
from intently.feed.slate import read_cursor
from intently.feed.trace import request_of
from intently.feed.whynot import WhyNot, why_not
from intently.nouns import Preference, Reason, Slate, SlateItem, utc
from intently.retrieve.fusion import similar
from intently.retrieve.request import Allowed
from intently.understand.corrections import Corrected

__all__ = ["Feeds", "Made", "Shown", "shown_at"]

AT_ONCE, AT_ONCE_AFAR = 1, 2  # slates being made, with a journal that is a file here and with one of a server
KEPT_SLATES = 2000  # last slates by person and client kept at hand; older ones are read from the journal


@dataclass(frozen=True, slots=True)
class Shown:
    """A slate as it was shown: what a command refers to."""

    feed_id: str
    items: tuple[tuple[str, str], ...]  # (item_id, title) in order


@dataclass(frozen=True, slots=True)
class Made:
    """Preferences under which a slate is made, when they are not those in force: a preview or a provisional reading."""

    preferences: tuple[Preference, ...]
    version: int
    newest_command: str | None = None
    diversify: bool = False
    search: str | None = None
    notices: tuple[str, ...] = ()
    said: tuple[datetime, datetime] | None = None  # when the oldest and the newest of this session's were said


def shown_at(asked: datetime) -> datetime:
    """When a slate counts as shown: a microsecond later than what was asked, so that a command's own slate is the one
    slate that "next" lasts for."""
    return asked + timedelta(microseconds=1)


class Feeds:
    """Slates of one store. They are made in turn: each uses all cores where it can, and threads that pass Python's lock
    to each other at every product and every row read made a third fewer (docs/experiments.md). A database
    server is waited for, so that there two are under way."""

    def __init__(self, store: Store, worlds: WorldKeeper, config: Config) -> None:
        self._store, self._worlds, self._config = store, worlds, config
        self.memory = Remembering(store, config)
        self.allocating = Allocating(store.journal, config.allocate)
        self.traces = TraceWriter(store.journal)
        self.lines = Lines(store.journal, worlds)
        self._last: OrderedDict[tuple[str, str], Shown] = OrderedDict()
        self._turn = threading.BoundedSemaphore(AT_ONCE if store.journal.embedded else AT_ONCE_AFAR)

    def make(
        self,
        user_id: str,
        *,
        client: str,
        limit: int,
        surface: str = "feed",
        exclude: Sequence[str] = (),
        filters: Sequence[str] = (),
        as_of: datetime | None = None,
        seed: int = 0,
        diversify: bool = False,
        only: tuple[str, ...] | None = None,
        made: Made | None = None,
        keep: bool = True,
    ) -> Slate:
        """A new slate. `keep`: it becomes the person's last slate, spends what "next" lasts for, and is traced."""
        if as_of is not None:
            self._worlds.at(utc(as_of))  # an index of an earlier time takes long to build: nobody else waits for it
        with self._turn:
            moment = utc(as_of) if as_of is not None else datetime.now(UTC)
            request = self._request(
                user_id, client=client, limit=limit, surface=surface, exclude=exclude, filters=filters, moment=moment,
                seed=seed, diversify=diversify, only=only, made=made,
            )  # fmt: skip
            done = recommend(self._worlds.at(moment), request)
            done = replace(done, slate=self.lines.put_on(done.slate, request))
            if keep:
                self._keep(request, done)
        return done.slate

    def page(self, user_id: str, cursor: str) -> Slate:
        """The page after, of the order that was made then."""
        feed_id, start = read_cursor(cursor)
        trace = self.trace(feed_id)
        if trace["request"]["user_id"] != user_id:
            raise BadRequest("this cursor is of another person's feed; ask for the feed without it")
        world = self._worlds.current.world
        slate = next_page(world, trace, start)
        self._lengthen(slate, start)
        person = self._person(user_id, slate.as_of, world.snapshot)
        told = replace(request_of(world, trace), interests=self._interests(user_id, slate.as_of), doubts=person.doubts)
        return self.lines.put_on(slate, told)

    def last(self, user_id: str, client: str, feed_id: str | None) -> Shown | None:
        """The slate that a command refers to: the named one, else the last one of this person and client."""
        known = self._last.get((user_id, client))
        if known is not None and feed_id in (None, known.feed_id):
            return known
        row = self._store.journal.slate(feed_id) if feed_id else self._store.journal.last_slate(user_id, client)
        if row is None:
            if feed_id:
                raise NotFound(f"there is no feed {feed_id!r}; leave feed_id out to refer to the last one shown")
            return None
        if row.user_id != user_id:
            raise BadRequest("this feed_id is of another person's feed")
        return Shown(row.feed_id, self._titled(row.item_ids))

    def similar(self, item_id: str, limit: int) -> Slate:
        world, moment = self._worlds.current.world, datetime.now(UTC)
        row = world.snapshot.row_of(item_id)
        if row is None:
            raise NotFound(f"there is no {world.spec.noun} {item_id!r}; look its id up by its title")
        allowed = np.array(world.snapshot.available)
        allowed[row] = False
        found = similar(world.sources, row, moment.timestamp(), Allowed(allowed), limit)
        reason = Reason(text=f"Like “{world.snapshot.titles[row]}”", evidence=(("item", item_id),))
        items = tuple(
            SlateItem(
                item_id=world.snapshot.item_ids[other], title=world.snapshot.titles[other], position=place + 1,
                score=round(float(found.base[place]), 6), reason=reason, source=found.source_of(place),
                parts={name: round(float(part[place]), 6) for name, part in found.parts.items()},
            )
            for place, other in enumerate(found.rows.tolist())
        )  # fmt: skip
        return Slate(feed_id=uuid.uuid4().hex, as_of=moment, items=items)

    def why_not(self, user_id: str, item_id: str, client: str) -> WhyNot:
        moment = datetime.now(UTC)
        request = self._request(user_id, client=client, limit=self._config.feed.limit, moment=moment)
        return why_not(self._worlds.at(moment), request, item_id)

    def trace(self, feed_id: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self.traces.get(feed_id)
        if found is None:
            raise NotFound(
                f"there is no trace of feed {feed_id[:40]!r}; they are kept {self._config.journal.trace_days:g} days"
            )
        return found

    def replay(self, feed_id: str, from_sources: bool) -> Replayed:
        trace = self.trace(feed_id)
        moment = datetime.fromisoformat(trace["request"]["as_of"])
        return replay(self._worlds.at(moment), trace, from_sources)

    def prune(self, now: datetime) -> int:
        return self._store.journal.prune_traces(now - timedelta(days=self._config.journal.trace_days))

    def forget(self, user_id: str) -> None:
        """Drop what is kept at hand of a person."""
        self.lines.forget()
        for key in [key for key in self._last if key[0] == user_id]:
            self._last.pop(key, None)

    def _request(
        self,
        user_id: str,
        *,
        client: str,
        limit: int,
        moment: datetime,
        surface: str = "feed",
        exclude: Sequence[str] = (),
        filters: Sequence[str] = (),
        seed: int = 0,
        diversify: bool = False,
        only: tuple[str, ...] | None = None,
        made: Made | None = None,
    ) -> FeedRequest:
        snapshot = self._worlds.current.world.snapshot
        person = self._person(user_id, moment, snapshot)
        if made is None:
            view = self.memory.now(user_id, client, moment)
            made = Made(view.preferences, view.version, said=view.said)
        known = understood(self._store.journal, user_id, moment)
        last = self.last(user_id, client, None) if only is None else None
        return FeedRequest(
            feed_id=uuid.uuid4().hex, user_id=user_id, as_of=moment, client=client, surface=surface, seed=seed,
            limit=limit, history=person.history, tags=known.row.tags if known else (),
            preferences=(*made.preferences, *read_filters(filters, self._store.spec)), memory_version=made.version,
            newest_command=made.newest_command, hidden=person.hidden, seen=person.seen,
            dislikes=np.array(person.disliked, np.int32), exclude=frozenset(exclude), only=only,
            diversify=diversify or made.diversify, search=made.search,
            passed=self._passed(user_id, client, made.said, person) if only is None else {},
            previous=tuple(item_id for item_id, _ in last.items) if last else (),
            multipliers=self.allocating.now(), notices=made.notices,
            interests=_keys(known), doubts=person.doubts,
        )  # fmt: skip

    def _passed(
        self, user_id: str, client: str, said: tuple[datetime, datetime] | None, person: Person
    ) -> Mapping[str, int]:
        if said is None or self._config.feed.passed <= 0:
            return {}
        return passed_over(self._store.journal.slates(user_id, client, *said), person.touched)

    def _interests(self, user_id: str, moment: datetime) -> tuple[str, ...]:
        return _keys(understood(self._store.journal, user_id, moment))

    def _person(self, user_id: str, moment: datetime, snapshot: Snapshot) -> Person:
        kinds = {DOUBT, *HIDING, *SEEN, *self._store.spec.history_kinds}  # impressions would push the history out
        events = self._store.journal.events_of(user_id, kinds=kinds, until=moment, newest=NEWEST)
        return person_of(events, self._store.spec, snapshot)

    def _keep(self, request: FeedRequest, done: Recommended) -> None:
        slate = done.slate
        shown = Shown(slate.feed_id, tuple((item.item_id, item.title) for item in slate.items))
        ids = [item_id for item_id, _ in shown.items]
        self._store.journal.put_slate(
            slate.feed_id, request.user_id, request.client, request.surface, shown_at(request.as_of), ids
        )
        self._last[(request.user_id, request.client)] = shown
        self._last.move_to_end((request.user_id, request.client))
        while len(self._last) > KEPT_SLATES:
            self._last.popitem(last=False)
        self.traces.put(slate.feed_id, request.user_id, request.as_of, done.trace)
        self.allocating.learn(done)

    def _lengthen(self, page: Slate, start: int) -> None:
        """What was shown grows by a page that is looked at: "something else" hides it too, and "the 14th" is there."""
        row = self._store.journal.slate(page.feed_id)
        if row is None or len(row.item_ids) > start:  # looked at before
            return
        ids = (*row.item_ids, *(item.item_id for item in page.items))
        self._store.journal.put_slate(row.feed_id, row.user_id, row.client, row.surface, row.time, ids)
        key = (row.user_id, row.client)
        if key in self._last and self._last[key].feed_id == row.feed_id:
            self._last[key] = Shown(row.feed_id, self._titled(ids))

    def _titled(self, item_ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
        snapshot = self._worlds.current.world.snapshot
        rows = [(item_id, snapshot.row_of(item_id)) for item_id in item_ids]
        return tuple((item_id, snapshot.titles[row] if row is not None else "") for item_id, row in rows)


def _keys(known: Corrected | None) -> tuple[str, ...]:
    """Of the interests in force."""
    if known is None:
        return ()
    return tuple(strand.key for strand in strands_of(known.row.interests, known.row.personas, known.row.tags))
