"""What a request sees (`World`), what it asks (`FeedRequest`), and what comes back (`Recommended`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import Snapshot
from intently.config import Config
from intently.nouns import History, Preference, Slate, Tag
from intently.retrieve.allocation import Multipliers
from intently.retrieve.conversions import Conversions
from intently.retrieve.fusion import prior_of
from intently.retrieve.request import Floats, Retriever, Rows, empty_history, no_rows
from intently.retrieve.words import WordFinder

if TYPE_CHECKING:
    from intently.feed.plan import Plan
    from intently.feed.tools.intent import IntentReader
    from intently.feed.trace import Trace

__all__ = ["FeedRequest", "Planner", "Recommended", "World"]

Encode = Callable[[Sequence[str]], Floats]  # texts -> (len(texts), dim) unit rows; expected to keep what it has encoded


@dataclass(frozen=True)
class World:
    """Everything that one request reads. Immutable: a new snapshot, index or model makes a new world, swapped whole.

    `versions` names what the sources and models are (index, encoder, ...); with the snapshot's own version they decide
    whether `replay` may run the sources again.
    """

    spec: CatalogSpec
    snapshot: Snapshot
    sources: tuple[Retriever, ...]
    weights: Mapping[str, float]  # of the sources in the fusion
    encode: Encode | None = None  # None: no encoder is here; wishes by meaning wait, and a notice says so
    config: Config = field(default_factory=Config)
    versions: Mapping[str, str] = field(default_factory=dict)
    planner: "Planner | None" = None  # None: the rules
    conversions: Conversions | None = None  # None: all items convert alike; read where places are allocated
    intent: "IntentReader | None" = None  # None: attention over the history, which needs no training
    finder: WordFinder | None = None  # an earlier world's `words` over the same texts and vectors, with what it found

    @cached_property
    def prior(self) -> Floats:
        """(n,) the part of every item's base score that depends on nobody who asks."""
        return prior_of(self.sources, self.weights, len(self.snapshot.item_ids))

    @cached_property
    def words(self) -> WordFinder:
        """Who holds the words of a wish."""
        return self.finder or WordFinder(self.snapshot.text, self.snapshot.vectors)


@dataclass(frozen=True)
class FeedRequest:
    """One question for a slate. Nothing later than `as_of` is in `history`.

    `preferences` are those in force, oldest command first; `newest_command` is the command whose met wishes count 1.5
    (default: that of the last wish).
    """

    feed_id: str
    user_id: str
    as_of: datetime  # aware, UTC
    client: str = "api"
    surface: str = "feed"
    seed: int = 0
    limit: int = 10
    history: History = field(default_factory=empty_history)
    tags: tuple[Tag, ...] = ()
    preferences: tuple[Preference, ...] = ()
    memory_version: int = 0
    newest_command: str | None = None
    hidden: frozenset[str] = frozenset()  # hidden or disliked by the person, or by "something else"
    seen: frozenset[str] = frozenset()  # counted like the history by the repeat policy "never", though no taste
    dislikes: Rows = field(default_factory=no_rows)
    exclude: frozenset[str] = frozenset()  # left out by the caller
    only: tuple[str, ...] | None = None  # rank these alone
    diversify: bool = False
    search: str | None = None  # "trending" or "new": asked for, for this slate alone
    passed: Mapping[str, int] = field(default_factory=dict)  # shown and passed over in this session, how often
    multipliers: Multipliers = Multipliers()  # of the allocation, as the requests before left them
    previous: tuple[str, ...] = ()  # the slate under which the command was typed
    notices: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()  # keys of those in force: stored lines under items are theirs
    doubts: frozenset[tuple[str, str]] = frozenset()  # (item id, line) that the person called wrong


@dataclass(frozen=True)
class Recommended:
    """`trace.to_json()` is made by whoever writes it, behind the request."""

    slate: Slate
    trace: "Trace"

    @cached_property
    def ranked(self) -> tuple[str, ...]:
        """Every candidate, best first, at most 1,000: pages are slices of it."""
        pool = self.trace.pool
        return tuple([pool.ids[place] for place in pool.order.tolist()])


class Planner(Protocol):
    """Chooses the chain of tools for a request, at once: a feed waits for no model."""

    @property
    def name(self) -> str: ...

    def plan(self, world: World, request: FeedRequest) -> "Plan": ...
