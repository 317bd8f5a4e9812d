"""The Python API of one store: what the command line and the server call.

Every method may be called from many threads. Commands of one person run in order. Nothing here asks the language model
but `say`, `parse` and the understanding; a feed never waits for it. A little over 400 lines: one method a verb, each of
a line or two that hands on to the file of its concept; what of a person is remembered and inferred is in `steering` and
`inferring`.
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from intently.catalog.load import facets_in_words
from intently.catalog.schema import CatalogSpec
from intently.config import Config, load_config
from intently.engine.answers import Health, MemoryView, Said
from intently.engine.background import Background
from intently.engine.broker import Broker
from intently.engine.changes import check_facets, patched
from intently.engine.feeds import Feeds
from intently.engine.inferring import Inferring
from intently.engine.judging import Judging
from intently.engine.labelling import Labelling
from intently.engine.population import Population
from intently.engine.production import Production
from intently.engine.saying import Saying
from intently.engine.services import Services
from intently.engine.steering import check_ids
from intently.engine.store import Store, ensure_demo, open_store
from intently.engine.understanding import Understander
from intently.engine.worlds import WorldKeeper, open_vectors
from intently.engine.writing import LineWriter
from intently.errors import BadRequest, NotFound
from intently.feed.parser import Parsed
from intently.feed.replay import Replayed
from intently.feed.tools import all_tools
from intently.feed.whynot import WhyNot
from intently.journal import Appended, Erased, UnderstandingRow
from intently.language.budget import Estimate
from intently.language.reading import reading_prompt
from intently.language.status import ModelStatus
from intently.nouns import Event, Item, Preference, Relaxation, Slate
from intently.understand import Progress
from intently.understand.census import Census
from intently.understand.unmet import Unmet

__all__ = ["Engine"]

MAX_SURFACE = 64  # characters
MAX_ITEMS = 1000  # of one batch of changes


class Engine(Inferring):
    """One store, open. Use it in a `with` block, or call `close()`.

    store: its name; the demos `films` and `shop` are imported on first use. config: default `load_config()`.
    services: encoder and model shared with other engines of this process; default: its own. model: False forbids the
    language model. Raises NotFound for a store that was never imported, ContractBroken for an installed tool that is
    none.
    """

    def __init__(
        self,
        store: str = "films",
        *,
        config: Config | None = None,
        services: Services | None = None,
        model: bool = True,
    ) -> None:
        self.config = config or load_config()
        all_tools()  # one that cannot be used is said now, not in somebody's feed
        ensure_demo(self.config, store)
        self._own_services = services is None
        self.services = services or Services(self.config, model=model)
        self.store: Store = open_store(self.config, store)
        self.broker = Broker()
        self._vectors = open_vectors(self.config, store, self.services.encoder)
        self.worlds = WorldKeeper(self.store, self.config, self._vectors, self.services.encoder)
        self.services.on_encoder(self._encoder_arrived)
        self.feeds = Feeds(self.store, self.worlds, self.config)
        self.labelling = Labelling(self.store, self.feeds, self.config.home)
        self.sayings = Saying(self.store, self.worlds, self.feeds, self.services, self.broker, self.config)
        self.understander = Understander(self.store, self.worlds, self.services, self.config)
        self.population = Population(self.store, self.understander, self.config)
        self.writer = LineWriter(self.store, self.worlds, self.understander, self.config)
        self.production = Production(self.store, self.worlds, self.understander, self.writer)
        self.judging = Judging(self.store, self.services, self.config)
        super().__init__(self.store, self.worlds, self.feeds, self.config)
        self._background: Background | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def spec(self) -> CatalogSpec:
        """The catalogue's own words, facets and rules."""
        return self.store.spec

    def model_status(self) -> ModelStatus:
        return self.services.status()

    # ------------------------------------------------------------------------------------------------------- the feed
    def feed(
        self,
        user_id: str,
        *,
        limit: int = 10,
        cursor: str | None = None,
        exclude: Sequence[str] = (),
        filters: Sequence[str] = (),
        surface: str = "feed",
        client: str = "api",
        as_of: datetime | None = None,
        seed: int = 0,
        diversify: bool = False,
    ) -> Slate:
        """A page of a person's feed. With `cursor`, the next page of the same order; nothing else is asked then."""
        check_ids(user_id, client)
        if cursor is not None:
            return self.feeds.page(user_id, cursor)
        _between("limit", limit, 1, 100)
        return self.feeds.make(
            user_id, client=client, limit=limit, exclude=exclude, filters=filters, surface=_surface(surface),
            as_of=as_of, seed=seed, diversify=diversify,
        )  # fmt: skip

    def rank(self, user_id: str, item_ids: Sequence[str], *, client: str = "api", limit: int = 100) -> Slate:
        """Rank the caller's own candidates under the person's memory; those that break a must are left out and said."""
        check_ids(user_id, client, *item_ids)
        _between("the number of item ids", len(item_ids), 1, 1000)
        return self.feeds.make(user_id, client=client, limit=min(limit, 1000), only=tuple(item_ids), surface="rank")

    def similar(self, item_id: str, *, limit: int = 10) -> Slate:
        """Items like an item, whoever asks. Raises NotFound."""
        _between("limit", limit, 1, 100)
        return self.feeds.similar(item_id, limit)

    def why_not(self, user_id: str, item_id: str, *, client: str = "api") -> WhyNot:
        """Why an item is not in the person's feed, or where it is. Raises NotFound."""
        check_ids(user_id, client)
        return self.feeds.why_not(user_id, item_id, client)

    def trace(self, feed_id: str) -> dict[str, Any]:
        """All that made one slate. Raises NotFound when it was never made, or is older than traces are kept."""
        return self.feeds.trace(feed_id)

    def replay(self, feed_id: str, *, from_sources: bool = False) -> Replayed:
        """Make a slate again from its trace and compare."""
        return self.feeds.replay(feed_id, from_sources)

    # ------------------------------------------------------------------------------------------------------- commands
    def say(
        self,
        user_id: str,
        text: str,
        *,
        client: str = "api",
        feed_id: str | None = None,
        zone: str | None = None,
        model: bool = True,
        preview: bool = False,
        idempotency_key: str | None = None,
        limit: int = 10,
        as_of: datetime | None = None,
        surface: str = "command",
    ) -> Said:
        """Read a command, change the memory, make the next feed. `feed_id`: the slate it was typed under; `surface`:
        where the next feed is shown, kept with slate and trace; `idempotency_key`: the same command again gets the same
        answer. Raises BadRequest for an unknown zone, or a key that answered another command."""
        check_ids(user_id, client)
        _between("limit", limit, 1, 100)
        return self.sayings.say(
            user_id, text, client=client, feed_id=feed_id, zone=zone, model=model, preview=preview,
            idempotency_key=idempotency_key, limit=limit, as_of=as_of, surface=_surface(surface),
        )  # fmt: skip

    def say_fast(self, user_id: str, text: str, *, client: str = "page", feed_id: str | None = None,
                 zone: str | None = None, limit: int = 10, surface: str = "page") -> Said:  # fmt: skip
        """As `say`, but never waits for the model: what the grammar alone can read is final; else the answer is
        provisional (`pending`), and the final one is published to the person's listeners under the topic "said"."""
        check_ids(user_id, client)
        return self.sayings.say_fast(user_id, text, client=client, feed_id=feed_id, zone=zone, limit=limit,
                                      surface=_surface(surface))  # fmt: skip

    def more_like(self, user_id: str, item_id: str, *, client: str = "api", limit: int = 10) -> Said:
        """More like this item, as if the person had said so; no model is asked. Raises NotFound."""
        check_ids(user_id, client)
        _between("limit", limit, 1, 100)
        return self.sayings.like(user_id, item_id, self.item(item_id).title, client=client, limit=limit)

    def parse(
        self,
        command: str,
        memory: Sequence[Preference] = (),
        slate: Sequence[tuple[str, str]] = (),
        *,
        model: bool = True,
    ) -> Parsed:
        """What a command would change, given a memory and the (item_id, title) shown. Nothing is stored."""
        return self.sayings.parse(command, tuple(memory), tuple(slate), model=model)

    def parse_json(self, line: str, *, model: bool = True, where: str = "") -> Parsed:
        """`parse` of one JSON object {"command", "memory"?, "slate"?}. Raises DataError with the mend."""
        form = 'one JSON object a line: {"command": "…", "memory": […]?, "slate": [{"item_id", "title"}]?}'
        try:
            body = json.loads(line)
            command = body["command"]
            memory = TypeAdapter(list[Preference]).validate_python(body.get("memory") or [])
            shown = [(str(entry["item_id"]), str(entry.get("title", ""))) for entry in body.get("slate") or []]
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
            raise BadRequest(f"{where}: cannot be read ({error}); send {form}".removeprefix(": ")) from error
        if not isinstance(command, str):
            raise BadRequest(f"{where}: `command` is not text; send {form}")
        return self.parse(command, memory, shown, model=model)

    def relax(
        self, user_id: str, relaxation: Relaxation, *, client: str = "api", version: int | None = None
    ) -> MemoryView:
        """Take one of the relaxations that a slate offered: one version of the memory. `version`: the one under which
        it was offered. Raises Stale, or BadRequest for what no slate offered."""
        check_ids(user_id, client)
        return self.sayings.relax(user_id, relaxation, client, version)

    def prefill(self, user_id: str, client: str, slate: Slate) -> None:
        """After a slate is shown: let the model's server read all but the command, and write lines for what is shown
        when it is idle. Returns at once."""
        self.sayings.prefill(user_id, client, slate)
        if self._background is not None:
            self._background.ask_lines(user_id, client, slate)

    # ---------------------------------------------------------------------------------------------------------- people
    def record(self, events: Sequence[Event]) -> Appended:
        """Keep events; the same event twice is one event. They count in the next request."""
        appended = self.store.journal.append(events)
        if appended.new:
            self.worlds.count_events(events)
        return appended

    def users(self, prefix: str = "", limit: int = 20) -> list[tuple[str, int]]:
        """Known people whose id begins so, with their number of events."""
        return self.store.journal.user_ids(prefix=prefix, limit=limit)

    def recent(self, user_id: str, limit: int = 10) -> list[tuple[Event, str]]:
        """The newest events of a person's history, newest first, with titles."""
        snapshot = self.worlds.current.world.snapshot
        events = self.store.journal.events_of(user_id, kinds=self.store.spec.history_kinds, newest=limit)
        rows = [(event, snapshot.row_of(event.item_id or "")) for event in reversed(events)]
        return [(event, snapshot.titles[row]) for event, row in rows if row is not None]

    def merge(self, source: str, target: str) -> dict[str, int]:
        """Make an anonymous person's events, memory and slates those of a known person."""
        check_ids(source, target)
        self.feeds.traces.flush()
        return self.store.journal.merge_user(source, target)

    def export(self, user_id: str) -> dict[str, Any]:
        """Everything that is kept of a person."""
        check_ids(user_id)
        self.feeds.traces.flush()
        return self.store.journal.export(user_id)

    def erase(self, user_id: str) -> Erased:
        """Delete everything that is kept of a person; says what was deleted and what the next build forgets."""
        check_ids(user_id)
        self.feeds.traces.flush()
        erased = self.store.journal.erase(user_id)
        self.feeds.forget(user_id)
        if self._background is not None:
            self._background.forget(user_id)
        model = self.services.running_model()
        if model is not None:
            model.forget()
            model.warm(reading_prompt(None, (), (), home=self.config.home))
        if erased.forgets and self.worlds.current.world.versions["tower"]:
            learnt = "what the sequence model learnt from these events, once it is trained again (intently learn)"
            return replace(erased, forgets=(*erased.forgets, learnt))
        return erased

    # ----------------------------------------------------------------------------------------------------------- items
    def item(self, item_id: str) -> Item:
        """Raises NotFound."""
        item = self.store.journal.item(item_id)
        if item is None:
            raise NotFound(f"there is no {self.store.spec.noun} {item_id!r}; look its id up by its title")
        return item

    def find_items(self, text: str, limit: int = 10) -> list[tuple[str, str]]:
        """(item_id, title) of titles that hold the text; those that begin with it first."""
        wanted = text.casefold().strip()
        snapshot = self.worlds.current.world.snapshot
        found = [(not title.casefold().startswith(wanted), len(title), row) for row, title in enumerate(snapshot.titles)
                 if wanted and wanted in title.casefold()]  # fmt: skip
        return [(snapshot.item_ids[row], snapshot.titles[row]) for _, _, row in sorted(found)[:limit]]

    def put_item(self, item: Item) -> None:
        """Add or replace an item; the next request sees it. Facets that the catalogue reads from words of the title
        or text are read from them, where the item does not bring its own."""
        found = facets_in_words(self.store.spec, item.title, item.text)
        whole = item.model_copy(update={"facets": {**found, **item.facets}})
        check_facets(self.store.spec, whole)
        self.worlds.put_items([whole])
        self._wake()

    def patch_item(self, item_id: str, changes: Mapping[str, Any]) -> Item:
        """Change some fields of an item: title, text, facets by name, image_url, vector, available. Raises NotFound."""
        return self.patch_items({item_id: changes})[0]

    def patch_items(self, changes: Mapping[str, Mapping[str, Any]]) -> Sequence[Item]:
        """Change some fields of many items, by id, all or none: prices and stock as a shop sends them; cheaper than
        one at a time. Raises NotFound."""
        _between("the number of items", len(changes), 1, MAX_ITEMS)
        after = self.worlds.change_items(
            list(changes), lambda item: patched(self.store.spec, item, changes[item.item_id])
        )
        self._wake()
        return after

    def delete_item(self, item_id: str) -> None:
        """Take an item out of the catalogue. Raises NotFound."""
        self.item(item_id)
        self.worlds.delete_item(item_id)

    # --------------------------------------------------------------------------------------------------- understanding
    def census(self) -> Census:
        """How many people are understood, by which pipelines, who is due, and how much there is of a person."""
        return self.understander.census()

    def unmet(self, *, least_people: int = 1) -> list[Unmet]:
        """What people's tags ask for and the catalogue does not have, most people first."""
        _between("least_people", least_people, 1, 1_000_000)
        return self.understander.unmet(least_people)

    def estimate_understanding(self, user_id: str) -> Estimate:
        """What an understanding of this person would cost; asks no model."""
        return self.understander.estimate(user_id)

    def understand(self, user_id: str, progress: Callable[[Progress], None] = lambda step: None) -> UnderstandingRow:
        """Name the person's interests and tags now. Raises ModelUnavailable when there is no model. For many people:
        `population`."""
        return self.understander.understand(user_id, progress)

    def start_understanding(self, user_id: str) -> bool:
        """Ask for it in the background; the person's listeners hear of it. False when nothing is left to do."""
        return self._background is not None and self._background.ask_understanding(user_id)

    # -------------------------------------------------------------------------------------------------------- the rest
    def start_background(self) -> None:
        """Encode what is missing, understand who is asked for, prune old traces: in threads, until `close`."""
        with self._lock:
            if self._background is None:
                self._background = Background(self.store, self.worlds, self._vectors, self.services, self.broker,
                                              self.understander, self.feeds, self.writer)  # fmt: skip
                self._background.start()
                threading.Thread(target=self._warm, name="warm", daemon=True).start()

    def health(self) -> Health:
        """How many items and events there are, how many are encoded, and the state of the model."""
        journal, world = self.store.journal, self.worlds.current.world
        return Health(
            store=self.store.name, items=journal.item_count(), events=journal.event_count(),
            encoded=int(world.snapshot.encoded.sum()), encoder=self.services.encoder is not None,
            model=self.services.status(), snapshot=world.snapshot.version,
            shifted_weeks=int(journal.get_meta("shift_weeks") or 0),
        )  # fmt: skip

    def close(self) -> None:
        """Write what is queued and let go of everything."""
        if self._background is not None:
            self._background.close()
        self.feeds.traces.close()
        self.store.journal.close()
        if self._own_services:
            self.services.close()

    def _warm(self) -> None:
        """Make once what the first person would wait for: word lists, indexes, the encoder's first run."""
        self.parse("nothing warm, something like it under 1", model=False)
        self.feeds.make("", client="warm", limit=1, keep=False)

    def _encoder_arrived(self, encoder: Any) -> None:
        if encoder.digest != self._vectors.digest or self.worlds.current.world.encode is None:
            self.worlds.use_encoder(encoder)
            self._wake()

    def _wake(self) -> None:
        if self._background is not None:
            self._background.wake()


def _surface(name: str) -> str:
    if not 1 <= len(name) <= MAX_SURFACE or not name.isprintable():
        raise BadRequest(f"a surface is named by 1 to {MAX_SURFACE} printable characters, such as home, mail or app")
    return name


def _between(name: str, amount: int, low: int, high: int) -> None:
    if not low <= amount <= high:
        raise BadRequest(f"{name} is {amount}; it must be from {low} to {high}")
