"""Bodies of the HTTP API, as docs/semantics.md section 1 has them. Frozen; unknown fields are refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Discriminator, Field, FiniteFloat, NaiveDatetime, Tag

from intently.feed.parser.tokens import MAX_CHARACTERS
from intently.feed.proposals import Proposal
from intently.nouns import (
    Change,
    Channel,
    EventKind,
    Id,
    Interest,
    Noun,
    Persona,
    Preference,
    Relaxation,
    Scope,
    Slate,
)  # fmt: skip
from intently.nouns import Tag as NounTag

__all__ = [
    "AppendedBody", "ChangedBody", "CommandIn", "CountsBody", "DisownIn", "ErrorBody", "EventIn", "EventsIn",
    "HealthBody", "ItemBody", "ItemIn", "ItemPatch", "ItemsPatch", "MemoryBody", "MergeIn", "ProposalsBody", "RankIn",
    "RelaxIn", "RevisionIn", "RoundBody", "SaidBody", "StoreBody", "UnderstandingBody", "UnmetBody", "UnmetWant",
    "VersionBody", "VersionIn", "WhyNotBody",
]  # fmt: skip

MAX_BATCH = 1000  # events, ids to rank, or items to change
When = Annotated[AwareDatetime | NaiveDatetime, Field(description="RFC 3339; without a zone it is UTC")]
FacetIn = str | float | list[str] | None
VectorIn = Annotated[
    tuple[FiniteFloat, ...] | None,
    Field(max_length=4096, description="of the item's own (of its image, say); as long as those of other items"),
]


class Fault(Noun):
    type: str
    message: str


class ErrorBody(Noun):
    """Every fault: its type, and what was wrong, where, and the mend."""

    error: Fault


class CommandIn(Noun):
    # The engine refuses what is empty or too long, with the mend; the schema only tells.
    text: str = Field(description="the sentence", json_schema_extra={"minLength": 1, "maxLength": MAX_CHARACTERS})
    client: Id = "api"
    feed_id: Id | None = Field(None, description="the feed under which it was typed; the last one when left out")
    zone: str | None = Field(None, max_length=64, description="IANA time zone, for words such as tonight")
    preview: bool = Field(False, description="say what would happen and store nothing")
    model: bool = Field(True, description="false: the exact grammar alone answers")
    limit: int = Field(10, ge=1, le=100)
    surface: str = Field("command", min_length=1, max_length=64, description="where the next feed is shown")


class TitledBody(Noun):
    item_id: str
    title: str


class DifferenceBody(Noun):
    """Preferences and items that would come and go; `feed.removed.counts`: which rule would remove how many."""

    come: tuple[Preference, ...]
    go: tuple[Preference, ...]
    items_come: tuple[TitledBody, ...]
    items_leave: tuple[TitledBody, ...]


class SaidBody(Noun):
    command_id: str
    changes: tuple[Change, ...]
    memory: tuple[Preference, ...]
    memory_version: int
    feed: Slate
    by: Literal["grammar", "model", "both", "none"]
    notices: tuple[str, ...]
    would: DifferenceBody | None = Field(None, description="of a preview: what the command would change")


class MemoryBody(Noun):
    """What is in force for one client. Scope always and until belong to the person, next and session to the client."""

    version: int
    memory: tuple[Preference, ...]
    notices: tuple[str, ...] = ()


class VersionBody(Noun):
    """`text`: the sentence that made it; `parent`: the version that it changed or that undo or restore brought back."""

    version: int
    made_by: str
    time: datetime
    command_id: str | None
    text: str
    parent: int


class RoundBody(Noun):
    """One round: the slate under which it was typed (`feed_id`), what was read, the version that it made (null: none),
    and the slate that answered (`next_feed_id`)."""

    command_id: str
    time: datetime
    client: str
    text: str
    by: Literal["grammar", "model", "both", "none"]
    changes: tuple[Change, ...]
    feed_id: str | None
    version: int | None
    next_feed_id: str | None


class RangeIn(Noun):
    low: FiniteFloat
    high: FiniteFloat


class RevisionIn(Noun):
    """What changes of one preference; what is left out stays."""

    scope: Scope | Literal["next", "session", "tonight", "today", "week", "month", "always"] | None = Field(
        None, description="how long it holds; tonight, today, week and month end by the clock of `zone`"
    )
    strength: Literal["must", "prefer"] | None = None
    value: FiniteFloat | RangeIn | None = Field(None, description="the bound's new amount, or both ends of a range")
    version: int | None = Field(None, ge=0, description="the version that you saw; a stale one is refused (409)")
    client: Id = "api"
    zone: str | None = Field(None, max_length=64, description="IANA time zone")


class ProposalsBody(Noun):
    """What behaviour or the understanding suggests; nothing of it is in force."""

    proposals: tuple[Proposal, ...]


class VersionIn(Noun):
    version: int | None = Field(None, ge=0, description="the version that you saw; a stale one is refused (409)")
    client: Id = "api"


class RelaxIn(Noun):
    """One of the `relaxations` of a slate, as it was offered."""

    relaxation: Relaxation
    version: int | None = Field(None, ge=0, description="the version that you saw; a stale one is refused (409)")
    client: Id = "api"


class RankIn(Noun):
    item_ids: tuple[Id, ...] = Field(min_length=1, max_length=MAX_BATCH)
    client: Id = "api"


class MergeIn(Noun):
    source: Id = Field(description="the anonymous person, whose data become this person's")


class CountsBody(Noun):
    """Rows by table, and what the next snapshot will forget."""

    counts: Mapping[str, int]
    forgets: tuple[str, ...] = ()


class UnderstandingBody(Noun):
    """`known` is false until the first answer is there."""

    known: bool
    interests: tuple[Interest, ...] = ()
    personas: tuple[Persona, ...] = ()
    tags: tuple[NounTag, ...] = ()
    time: datetime | None = None


class DisownIn(Noun):
    """What is not this person, by its id in the trace."""

    kind: Literal["interest", "persona", "tag"]
    inferred_id: Id


class WhyNotBody(Noun):
    """`outcome`: shown on the first page, ranked after it, or removed before ranking. `by`: every rule that removes."""

    item_id: str
    title: str
    outcome: Literal["shown", "ranked", "removed"]
    text: str
    by: tuple[str, ...]
    position: int | None
    unmet: tuple[str, ...] = Field(description="ids of wishes that it does not meet")
    channel: Channel | None = Field(
        description="its supply: what was understood (cognitive), or what is done (utility)"
    )
    by_words: str = Field(description="the tag or the wish that a cognitive item is nearest to; empty for utility")


class ItemIn(Noun):
    """An item. A facet that is left out is missing."""

    title: str = Field(min_length=1, max_length=500)
    text: str = Field("", max_length=20000)
    facets: dict[str, FacetIn] = Field(default_factory=dict)
    image_url: str | None = Field(None, max_length=2000, pattern="^https?://")
    vector: VectorIn = None
    available: bool = True


class ItemPatch(Noun):
    """What changes; the rest stays. Price and stock hold at once."""

    title: str | None = Field(None, min_length=1, max_length=500)
    text: str | None = Field(None, max_length=20000)
    facets: dict[str, FacetIn] | None = None
    image_url: str | None = Field(None, max_length=2000, pattern="^https?://")
    vector: VectorIn = None
    available: bool | None = None


class ItemsPatch(Noun):
    """What changes, by item id. All of it holds, or none."""

    items: dict[Id, ItemPatch] = Field(min_length=1, max_length=MAX_BATCH)


class ChangedBody(Noun):
    changed: int


class ItemBody(Noun):
    item_id: str
    title: str
    text: str
    facets: Mapping[str, Any]
    image_url: str | None
    vector: tuple[float, ...] | None
    available: bool


class EventIn(Noun):
    """One event. `event_id` makes a repetition harmless; `time` is now when left out."""

    user_id: Id
    kind: EventKind
    time: When | None = None
    item_id: Id | None = None
    query: str | None = Field(None, max_length=2000)
    value: float | None = Field(None, allow_inf_nan=False)
    quantity: float | None = Field(None, allow_inf_nan=False)
    price: float | None = Field(None, allow_inf_nan=False)
    order_id: Id | None = None
    feed_id: Id | None = None
    position: int | None = Field(None, ge=1, le=1_000_000)
    surface: str | None = Field(None, max_length=64)
    event_id: Id | None = None


class EventBatch(Noun):
    events: tuple[EventIn, ...] = Field(min_length=1, max_length=MAX_BATCH)


def _shape(body: Any) -> str:
    return "batch" if (isinstance(body, dict) and "events" in body) or isinstance(body, EventBatch) else "single"


EventsIn = Annotated[
    Annotated[EventIn, Tag("single")] | Annotated[EventBatch, Tag("batch")],
    Discriminator(_shape),
]


class AppendedBody(Noun):
    new: int
    repeated: int


class StoreBody(Noun):
    """`encoded`: of the items, how many have the vector of their text."""

    state: Literal["ready", "opening", "failed"]
    items: int = 0
    encoded: int = 0
    fault: str = ""


class UnmetWant(Noun):
    """`text` is what most of its people's tags say, `wordings` all that they say; `best_similarity`: cosine of the
    nearest item."""

    text: str
    people: int
    best_similarity: float
    wordings: tuple[str, ...]


class UnmetBody(Noun):
    unmet: tuple[UnmetWant, ...]


class HealthBody(Noun):
    """`ok` when every store is ready; the model may be absent all the same."""

    status: Literal["ok", "opening", "failed"]
    version: str
    stores: Mapping[str, StoreBody]
    model: str
