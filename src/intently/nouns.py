"""The nouns of intently: one meaning each, in code, prompts, API and page.

Imports nothing of ours; every room may import it. What crosses a border (file, HTTP, journal, a model's answer) is a
frozen pydantic model that forbids unknown fields; what lives inside one request is a frozen dataclass.
Meanings: docs/semantics.md.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

__all__ = [
    "KINDS",
    "CallRow",
    "Candidates",
    "Change",
    "Channel",
    "Command",
    "Cue",
    "Event",
    "EventKind",
    "FacetValue",
    "History",
    "Id",
    "Interest",
    "Item",
    "Noun",
    "Persona",
    "Preference",
    "Profile",
    "Reason",
    "Relaxation",
    "Removed",
    "RemovedItem",
    "Scope",
    "Slate",
    "SlateItem",
    "Tag",
    "utc",
]

MAX_ID = 128  # characters
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def check_id(text: str) -> str:
    """Return the id unchanged, or raise ValueError that says how to mend it."""
    if not text or len(text) > MAX_ID:
        raise ValueError(f"an id has 1 to {MAX_ID} characters, this one has {len(text)}; shorten it at the source")
    if _CONTROL.search(text):
        raise ValueError("an id may not hold control characters (line breaks, tabs, NUL); strip them at the source")
    return text


def utc(time: datetime) -> datetime:
    """The same moment in UTC; a time without a zone is taken as UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


Id = Annotated[str, AfterValidator(check_id)]
Time = Annotated[datetime, AfterValidator(utc)]
EventKind = Literal[
    "impression", "view", "click", "detail", "review", "favourite", "cart", "purchase", "rating", "search", "dislike",
    "hide", "disown", "reclaim", "doubt",
]  # fmt: skip
KINDS: tuple[EventKind, ...] = get_args(EventKind)
FacetValue = tuple[str, ...] | float | None  # terms, a number or date (as a number of the declared unit), or missing


class Noun(BaseModel):
    """Base of the frozen border types."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(Noun):
    """A thing that can be shown. `facets` holds one entry for each facet that the catalogue declares."""

    item_id: Id
    title: str
    text: str = ""
    facets: Mapping[str, FacetValue] = Field(default_factory=dict)
    image_url: str | None = None
    vector: tuple[float, ...] | None = None  # optional image or other vector of the item's own
    available: bool = True


class Event(Noun):
    """One thing that a person did. Appended, never changed; the same event twice is one event."""

    user_id: Id
    kind: EventKind
    time: Time
    item_id: Id | None = None
    query: str | None = Field(None, max_length=2000)
    value: float | None = Field(None, allow_inf_nan=False)  # a rating, in the catalogue's scale
    quantity: float | None = Field(None, allow_inf_nan=False)
    price: float | None = Field(None, allow_inf_nan=False)  # of one piece, in the catalogue's currency
    order_id: Id | None = None
    feed_id: Id | None = None
    position: int | None = Field(None, ge=1)  # in the slate, counted from 1
    surface: str | None = Field(None, max_length=64)
    event_id: Id = ""
    seq: int = 0  # order of arrival; breaks ties of time; given by the journal

    @model_validator(mode="after")
    def _check(self) -> "Event":
        """An event is about an item or a query, a doubt about an item's line and both; without an id it gets the hash
        of what makes it the same event."""
        if self.kind == "doubt" and (self.item_id is None or not self.query):
            raise ValueError("an event of kind doubt names the item in `item_id` and the line that is wrong in `query`")
        if self.kind != "doubt" and (self.item_id is None) == (self.query is None):
            raise ValueError(
                "an event names either `item_id` or `query` (kinds search, disown, reclaim), not both and not neither"
            )
        if self.kind in ("disown", "reclaim") and self.query is None:
            raise ValueError(f"an event of kind {self.kind} names a text in `query`; for an item use dislike")
        if not self.event_id:
            about = (self.user_id, self.item_id, self.query, self.kind)
            parts = (*about, self.value, self.order_id, self.time.timestamp())
            digest = hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()
            object.__setattr__(self, "event_id", digest[:32])
        return self


class Profile(Noun):
    """Declared attributes of a person: optional, never required."""

    user_id: Id
    attributes: Mapping[str, str] = Field(default_factory=dict)


class Interest(Noun):
    """A lasting liking, named by the model and resting on events."""

    interest_id: Id
    text: str
    evidence: tuple[str, ...]  # event ids
    reason: str = ""
    valid_until: Time | None = None
    listed: bool = False  # it was in the pool of interests; else the model named it anew
    verdicts: Mapping[str, str] = Field(default_factory=dict)  # label -> who decided, for example "code", "model"


class Cue(Noun):
    """A sign of the moment: the season, a holiday, a trend, the weather, an event. Never invented: it has a source."""

    cue_id: Id
    kind: Literal["season", "holiday", "trend", "weather", "event"]
    text: str  # what prompts are told
    time: Time  # of which it is true
    source: str  # "calendar", "journal", a URL or a file's name
    detail: str = ""  # shares, dates: people are told it, prompts are not


class Persona(Noun):
    """One strand of a person's intent, as the planner names it."""

    persona_id: Id
    role: str
    why: str = ""
    evidence: tuple[str, ...] = ()  # event ids
    cues: tuple[Id, ...] = ()  # ids of the cues that it speaks to


class Tag(Noun):
    """Open-vocabulary description of items the person will want: modifier and core word."""

    tag_id: Id
    text: str
    interest_id: Id | None = None  # what it serves: an interest or a persona
    persona_id: Id | None = None
    rationale: str = ""
    found: int = 0  # items of the catalogue at or above the grounding similarity
    best_similarity: float = 0.0  # cosine of the nearest item, -1 to 1


class Scope(Noun):
    """How long a preference holds. `until` is set when `kind` is "until"."""

    kind: Literal["next", "session", "until", "always"] = "session"
    until: Time | None = None


Polarity = Literal["want", "avoid"]
Strength = Literal["must", "prefer"]
Relation = Literal["is", "at_most", "at_least", "between", "about", "like"]
PreferenceValue = list[str] | float | dict[str, float] | dict[str, str]


class Preference(Noun):
    """What is in force. `value` by `relation`:

    is: list of strings (any of); at_most, at_least: a number in the facet's unit; between, about: {"low", "high"}
    inclusive; like: {"text"} or {"item_id"}. `facet` "item" with relation is names items themselves (hidden ones).
    """

    id: Id
    polarity: Polarity
    strength: Strength
    facet: str | None
    matches: tuple[tuple[str, str], ...] = ()
    relation: Relation
    value: PreferenceValue
    scope: Scope = Scope()
    quote: str
    command_id: Id


class Change(Noun):
    """What a command does to the memory: an operation, its target, and the fields of the Preference it makes."""

    op: Literal["add", "replace", "retract", "undo", "reset", "keep", "diversify", "search"]
    target: str | None = None  # id of the preference that goes; null with `retract`: all that `facet`/`quote` name
    polarity: Polarity | None = None
    strength: Strength | None = None
    facet: str | None = None
    matches: tuple[tuple[str, str], ...] = ()
    relation: Relation | None = None
    value: PreferenceValue | None = None
    scope: Scope | None = None
    quote: str | None = None


class Command(Noun):
    """A sentence typed into the feed."""

    command_id: Id
    user_id: Id
    client: Id
    text: str
    feed_id: Id | None
    time: Time
    zone: str = "UTC"


class Reason(Noun):
    """The line under an item and the evidence that it rests on, for example [("event", id), ("tag", id)]."""

    text: str
    evidence: tuple[tuple[str, str], ...] = ()


Channel = Literal["cognitive", "utility"]  # the supply that a candidate belongs to: what was understood, what is done


class SlateItem(Noun):
    item_id: Id
    title: str
    position: int
    score: float
    parts: Mapping[str, float]  # score by part: sources, match, attenuate, one entry a met wish
    reason: Reason
    source: str  # the source of its channel that says most for it, by weight
    channel: Channel = "utility"
    propensity: float = Field(1.0, gt=0, le=1)  # of being on this page; below 1 where places are drawn by lot


class RemovedItem(Noun):
    item_id: Id
    by: str  # the tool or eligibility rule


class Removed(Noun):
    counts: Mapping[str, int] = Field(default_factory=dict)
    items: tuple[RemovedItem, ...] = ()  # at most 1,000: of the previous slate and the candidates


class Relaxation(Noun):
    """A way to get more items: drop these preferences, or move one bound. Never applied unasked."""

    drop: tuple[str, ...] = ()  # preference ids
    change: Change | None = None  # a nearer bound, when moving one is enough
    gain: int  # items that come back
    text: str  # for people: "allow up to 110 minutes (14 more)"


class Slate(Noun):
    feed_id: Id
    as_of: Time
    items: tuple[SlateItem, ...]
    removed: Removed = Removed()
    relaxations: tuple[Relaxation, ...] = ()
    notices: tuple[str, ...] = ()
    cursor: str | None = None  # of the next page; null at the end


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call of a language model, kept by the journal for the language room (language.CallStore). The row is
    committed before its answer is used."""

    hash: str  # of prompt, model, seed and options: what makes two calls the same call
    user_id: str | None  # the person whose data the prompt holds, so that erasing reaches the answer
    prompt: str  # name of the prompt
    prompt_version: str
    model: str
    outcome: str  # "ok", else what failed; only "ok" is answered from the cache
    answer: str | None
    tokens_new: int  # prompt tokens that were computed
    tokens_reused: int  # prompt tokens taken from a cached prefix
    tokens_out: int
    seconds: float
    cost: float  # in the money of the configured prices; 0 for the embedded model
    time: datetime


@dataclass(frozen=True, slots=True)
class Candidates:
    """What one source proposes inside one request, as columns: objects for each of 1,000 rows would cost more than
    the scoring. `rows` (k,) int32 rows of the snapshot, best first; `scores` (k,) float32 in [0, 1], never NaN."""

    source: str  # the retriever that proposes
    rows: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class History:
    """A person's counted events in order, as columns of equal length. Items no longer in the snapshot are left out."""

    rows: npt.NDArray[np.int32]  # item rows
    times: npt.NDArray[np.float64]  # seconds since 1970 UTC, ascending
    liked: npt.NDArray[np.bool_]
    event_ids: tuple[str, ...]
    kinds: npt.NDArray[np.int8] | None = None  # places in the list of `EventKind`; None: not told
