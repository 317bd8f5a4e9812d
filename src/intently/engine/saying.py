"""A command, from the sentence to the next feed: read, merge, show. Commands of one person run in order.

The exact grammar reads first; the model is asked only for what the grammar could not consume. `say` waits for it, up to
the configured deadline; `say_fast` shows the grammar's provisional reading at once and tells the final one later.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from intently.config import Config
from intently.engine.answers import Difference, MemoryView, Said
from intently.engine.broker import Broker, Told
from intently.engine.feeds import Feeds, Made, Shown
from intently.engine.services import Services
from intently.engine.steering import check_zone
from intently.engine.store import Store
from intently.engine.worlds import WorldKeeper
from intently.errors import BadRequest, IntentlyError, Stale
from intently.feed.parser import ParseContext, Parsed, ShownItem, read_exact, read_with_model, wishes_of
from intently.feed.parser.tokens import MAX_CHARACTERS, check_length
from intently.feed.planners import ModelPlanner
from intently.feed.relax import taken
from intently.feed.versions import Applied
from intently.feed.world import FeedRequest
from intently.language.model import Model
from intently.language.planning import ask_chain
from intently.language.reading import prefill_reading
from intently.nouns import Command, Preference, Relaxation, Slate, utc

__all__ = ["Saying"]

log = logging.getLogger(__name__)
NOT_READY = "The language model is not ready ({why}); the exact grammar answered alone."


@dataclass(frozen=True, slots=True)
class _Asked:
    """One command and all that it is read against."""

    command: Command
    shown: Shown | None
    context: ParseContext
    limit: int
    moment: datetime
    surface: str = "command"  # where the next feed is shown


class Saying:
    """Commands of one store."""

    def __init__(
        self, store: Store, worlds: WorldKeeper, feeds: Feeds, services: Services, broker: Broker, config: Config
    ) -> None:
        self._store, self._worlds, self._feeds = store, worlds, feeds
        self._services, self._broker, self._config = services, broker, config
        self.memory = feeds.memory
        self._turns: dict[str, threading.Lock] = {}
        self._turns_lock = threading.Lock()

    def say(
        self,
        user_id: str,
        text: str,
        *,
        client: str,
        feed_id: str | None,
        zone: str | None,
        model: bool,
        preview: bool,
        idempotency_key: str | None,
        limit: int,
        as_of: datetime | None,
        surface: str,
    ) -> Said:
        """Read, merge, show. With an `idempotency_key` that was answered before, that answer again; a preview is none
        of its answers. Raises BadRequest when the key answered something else."""
        once = {"text": text, "client": client, "feed_id": feed_id}
        key = None if preview else idempotency_key
        with self._turn(user_id):
            known = self._answered(user_id, key, once) if key is not None else None
            if known is not None:
                return known
            asked = replace(self._ask(user_id, text, client, feed_id, zone, limit, as_of), surface=surface)
            parsed = self._read(asked, self._model_for_command() if model else None, model)
            said = self._answer(asked, parsed, store=not preview)
            if key is not None:
                self._store.journal.keep_reply(user_id, key, {**said.as_json(), "asked": once})
            return said

    def say_fast(
        self, user_id: str, text: str, *, client: str, feed_id: str | None, zone: str | None, limit: int, surface: str
    ) -> Said:
        """The grammar's reading at once; the model's, if it is needed and there, is published when it comes."""
        with self._turn(user_id):
            asked = replace(self._ask(user_id, text, client, feed_id, zone, limit, None), surface=surface)
            parsed = read_exact(asked.command.text, asked.context)
            model = None if parsed.complete else self._services.model(self._store.journal)
            if parsed.complete:
                return self._answer(asked, parsed, store=True)
            if model is None or not model.ready():
                return self._answer(asked, self._alone(parsed), store=True)
            provisional = replace(self._answer(asked, parsed, store=False), pending=True)
        threading.Thread(target=self._finish, args=(asked, model), name="command", daemon=True).start()
        return provisional

    def parse(
        self, command: str, memory: tuple[Preference, ...], slate: tuple[tuple[str, str], ...], *, model: bool
    ) -> Parsed:
        """What a command would change; nothing is stored."""
        current = self._worlds.current
        shown = tuple(ShownItem(item_id, title) for item_id, title in slate)
        context = ParseContext(
            spec=self._store.spec, grounder=current.grounder, snapshot=current.world.snapshot, memory=memory,
            slate=shown, now=datetime.now(UTC), command_id=uuid.uuid4().hex,
        )  # fmt: skip
        return self._read_context(command, context, self._model_for_command() if model else None, model, None)

    def relax(self, user_id: str, relaxation: Relaxation, client: str, seen: int | None = None) -> MemoryView:
        """Apply an offered relaxation, as a command of the person's. `seen`: the version under which it was offered.
        Raises Stale or BadRequest."""
        command = Command(
            command_id=uuid.uuid4().hex, user_id=user_id, client=client, text=check_length(relaxation.text),
            feed_id=None, time=datetime.now(UTC), zone=self._store.spec.zone,
        )  # fmt: skip
        with self._turn(user_id):
            held = self.memory.now(user_id, client)
            if seen is not None and seen != held.version:
                raise Stale("the memory has changed since this was offered; look at the ways that are offered now.")
            changes = taken(relaxation, held.preferences)
            applied = self.memory.apply(command, changes)
            self._store.journal.put_command(command, [change.model_dump(mode="json") for change in changes], "none")
        return MemoryView(applied.version, applied.preferences, applied.notices)

    def like(self, user_id: str, item_id: str, title: str, *, client: str, limit: int) -> Said:
        """More like an item that was pointed at. It is read as the one item shown: a title is never read as words."""
        with self._turn(user_id):
            asked = self._ask(user_id, f"more like “{title}”"[:MAX_CHARACTERS], client, None, None, limit, None)
            pointed = replace(asked.context, slate=(ShownItem(item_id, title),))
            return self._answer(asked, read_exact("more like #1", pointed), store=True)

    def prefill(self, user_id: str, client: str, slate: Slate) -> None:
        """After a slate is shown: let the model's server read all but the command. Returns at once."""
        model = self._services.running_model()
        if model is None or not model.ready():
            return
        wishes = wishes_of(self.memory.now(user_id, client).preferences)
        titles = [item.title for item in slate.items]
        prefill_reading(model, wishes, titles, home=self._config.home)

    def _answered(self, user_id: str, key: str, asked: Mapping[str, str | None]) -> Said | None:
        """What this key was answered with; None when it is new."""
        known = self._store.journal.reply(user_id, key)
        if known is None:
            return None
        if known.get("asked", asked) != asked:  # answers of earlier versions do not say what was asked
            raise BadRequest(
                f"the Idempotency-Key {key[:40]!r} has answered another command; give each command a key of its own."
            )
        return Said.from_json(known)

    def _ask(
        self, user_id: str, text: str, client: str, feed_id: str | None, zone: str | None, limit: int,
        as_of: datetime | None,
    ) -> _Asked:  # fmt: skip
        text = check_length(text)  # before the work of a first feed
        if zone:
            check_zone(zone)  # whatever is said: else it fails on the day on which somebody says "tonight"
        moment = utc(as_of) if as_of is not None else datetime.now(UTC)
        shown = self._feeds.last(user_id, client, feed_id)
        if shown is None:  # a command before the first feed refers to the feed that would be shown
            first = self._feeds.make(user_id, client=client, limit=limit, as_of=as_of, keep=False)
            shown = Shown(first.feed_id, tuple((item.item_id, item.title) for item in first.items))
        current = self._worlds.current
        command = Command(
            command_id=uuid.uuid4().hex, user_id=user_id, client=client, text=text, feed_id=shown.feed_id, time=moment,
            zone=zone or self._store.spec.zone,
        )  # fmt: skip
        context = ParseContext(
            spec=self._store.spec, grounder=current.grounder, snapshot=current.world.snapshot,
            memory=self.memory.now(user_id, client, moment).preferences,
            slate=tuple(ShownItem(item_id, title) for item_id, title in shown.items), now=moment, zone=zone or "",
            command_id=command.command_id,
        )  # fmt: skip
        return _Asked(command, shown, context, limit, moment)

    def _read(self, asked: _Asked, model: Callable[[], Model | None] | None, allowed: bool) -> Parsed:
        return self._read_context(asked.command.text, asked.context, model, allowed, asked.command.user_id)

    def _read_context(
        self,
        text: str,
        context: ParseContext,
        model: Callable[[], Model | None] | None,
        allowed: bool,
        user_id: str | None,
    ) -> Parsed:
        parsed = read_exact(text, context)
        if parsed.complete or not allowed or model is None:
            return parsed
        found = model()
        if found is None or not found.ready():
            return self._alone(parsed)
        return read_with_model(
            text,
            context,
            found,
            user_id=user_id,
            timeout_seconds=self._config.language.command_timeout_seconds,
            home=self._config.home,
        )

    def _alone(self, parsed: Parsed) -> Parsed:
        notice = NOT_READY.format(why=self._services.status().text)
        return replace(parsed, notices=(*parsed.notices, notice))

    def _finish(self, asked: _Asked, model: Model) -> None:
        user_id = asked.command.user_id
        try:
            with self._turn(user_id):
                parsed = self._read(asked, lambda: model, True)
                said = self._answer(asked, parsed, store=True)
        except IntentlyError as error:
            log.warning("command_not_finished", extra={"error": str(error)})
            self._broker.publish(user_id, Told("failed", {"command_id": asked.command.command_id, "text": str(error)}))
            return
        self._broker.publish(user_id, Told("said", {"said": said, "client": asked.command.client}))

    def _answer(self, asked: _Asked, parsed: Parsed, *, store: bool) -> Said:
        """Merge the changes and make the feed under them. `store`: keep command, version, slate and trace."""
        command = asked.command
        apply = self.memory.apply if store and _counts(parsed) else self.memory.foresee
        applied = apply(command, parsed.changes)
        made = Made(
            applied.preferences,
            applied.version,
            command.command_id,
            applied.diversify,
            applied.search,
            said=applied.said,
        )
        feed = self._feeds.make(
            command.user_id,
            client=command.client,
            surface=asked.surface,
            limit=asked.limit,
            as_of=asked.moment,
            made=made,
            keep=store,
        )
        if store:
            self._store.journal.put_command(
                command, [change.model_dump(mode="json") for change in parsed.changes], parsed.by
            )
            self._plan_ahead(applied, asked.moment)
        notices = tuple(dict.fromkeys((*parsed.notices, *applied.notices)))
        return Said(
            command_id=command.command_id, changes=parsed.changes, memory=applied.preferences,
            memory_version=applied.version, feed=feed, by=parsed.by, notices=notices, preview=not store,
            difference=None if store else Difference.between(
                asked.context.memory, applied.preferences, asked.shown.items if asked.shown else (), feed
            ),
        )  # fmt: skip

    def _plan_ahead(self, applied: Applied, moment: datetime) -> None:
        """With `feed.planner = "model"`: ask for the chain of such feeds, where it is not known; waits for nothing."""
        planner, model = self._worlds.planner, self._services.running_model()
        request = FeedRequest(
            "", "", moment, preferences=applied.preferences, diversify=applied.diversify, search=applied.search
        )
        if isinstance(planner, ModelPlanner) and not planner.knows(request) and model is not None and model.ready():
            ask = partial(_chain, model, self._config)
            threading.Thread(target=planner.learn, args=(request, ask), name="plan", daemon=True).start()

    def _model_for_command(self) -> Callable[[], Model | None]:
        return lambda: self._services.patient_model(self._store.journal)

    @contextmanager
    def _turn(self, user_id: str) -> Iterator[None]:
        with self._turns_lock:
            lock = self._turns.setdefault(user_id, threading.Lock())
            if len(self._turns) > 10_000:
                self._turns = {key: held for key, held in self._turns.items() if held.locked() or key == user_id}
        with lock:
            yield


def _chain(model: Model, config: Config, tools: Mapping[str, str], kinds: Sequence[str]) -> tuple[str, ...]:
    timeout = config.language.command_timeout_seconds
    return ask_chain(model, tools, kinds, timeout_seconds=timeout, home=config.home).value.tools


def _counts(parsed: Parsed) -> bool:
    """Praise, chit-chat and what was not understood make no version: undo would go back to the same memory."""
    return any(change.op not in ("keep", "diversify", "search") for change in parsed.changes)
