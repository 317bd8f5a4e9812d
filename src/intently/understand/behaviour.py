"""A person's history as a short text: deterministic, every kept event in exactly one place of it.

RecGPT V1 section 2: reliable kinds only; time in buckets by age (days within a month, months within a year, years
beyond); two aggregations: (bucket, kind) -> items, then items -> the contexts they came in. A line reads

    2026-10 (liked), 2025 (bought) | 4 Heat: Crime; 5 Alien: Sci-Fi

Departures: an event belongs to one line, each item of a line has a number by which evidence is given (in the paper a
model names no evidence that could be checked), and a rating says whether it was a liking. Lines are ordered by their
newest time; what does not fit the cap goes from the oldest end, whole items at a time, never mid-title.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intently.language.prompt import approximate_tokens, plain
from intently.nouns import Event, utc
from intently.understand.reliable import DISLIKED, is_reliable, word_of

__all__ = ["BehaviourItem", "BehaviourText", "Key", "behaviour_text", "key_of", "name_of"]

Key = tuple[str, str]  # of what an event is about: ("item", its id) or ("query", its words)

TITLE_CHARACTERS = 80
SEPARATORS = str.maketrans({";": ",", "|": "/"})  # of our own lines
MONTH, YEAR = timedelta(days=30), timedelta(days=365)


@dataclass(frozen=True, slots=True)
class BehaviourItem:
    """One numbered mention: what it was (item id, or None for a search), its text, and the events that rest in it."""

    number: int  # from 1, in the order of the text
    item_id: str | None
    title: str
    text: str  # title and kind, as the model reads it
    liked: bool
    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BehaviourText:
    """`text`: the lines, the newest first. `tokens`: by `approximate_tokens`. `left_out`: events beyond the cap."""

    text: str
    items: tuple[BehaviourItem, ...]
    tokens: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _Mention:
    """A thing (item or query) with the kind words and buckets of its events."""

    key: Key
    contexts: tuple[tuple[str, str], ...]  # (bucket, word), the newest first
    event_ids: tuple[str, ...]
    newest: datetime


_Named = tuple[_Mention, tuple[str, str]]  # and its title, and its text with the kind


def behaviour_text(
    events: Sequence[Event],
    describe: Callable[[str], tuple[str, str] | None],
    as_of: datetime,
    *,
    cap_tokens: int,
    liked_from: float | None = None,
) -> BehaviourText:
    """The text of these events (ascending by time). Later ones than `as_of` and unreliable ones are not in it.

    describe: item id -> its title and what kind it is ("Heat", "Crime"), or None for an item that is not known any
    more. liked_from: ratings from here are likings. Same input, same text.
    """
    kept = [event for event in events if is_reliable(event) and event.time <= utc(as_of)]
    named: list[_Named] = []
    for mention in _mentions(kept, utc(as_of), liked_from):
        name = name_of(mention.key, describe)
        if name is not None:
            named.append((mention, name))
    fitting = _fitting(named, cap_tokens)
    lines: dict[tuple[tuple[str, str], ...], list[str]] = {}
    items: list[BehaviourItem] = []
    for mention, (title, text) in _by_line(fitting):
        number = len(items) + 1
        lines.setdefault(mention.contexts, []).append(f"{number} {text}")
        words = {word for _, word in mention.contexts}
        item_id = mention.key[1] if mention.key[0] == "item" else None
        items.append(BehaviourItem(number, item_id, title, text, words != {DISLIKED}, mention.event_ids))
    whole = "\n".join(f"{_when(contexts)} | {'; '.join(parts)}" for contexts, parts in lines.items())
    inside = sum(len(item.event_ids) for item in items)
    return BehaviourText(whole, tuple(items), approximate_tokens(whole), len(kept) - inside)


def _mentions(events: Sequence[Event], as_of: datetime, liked_from: float | None) -> list[_Mention]:
    """One for each item or query, the newest first; ties by the order of arrival."""
    found: dict[Key, list[Event]] = {}
    for event in events:
        found.setdefault(key_of(event), []).append(event)
    mentions = []
    for key, group in found.items():
        newest_first = sorted(group, key=lambda event: (event.time, event.seq), reverse=True)
        contexts = dict.fromkeys((_bucket(event.time, as_of), word_of(event, liked_from)) for event in newest_first)
        ids = tuple(event.event_id for event in newest_first)
        mentions.append(_Mention(key, tuple(contexts), ids, newest_first[0].time))
    place = {mention.key: order for order, mention in enumerate(mentions)}
    return sorted(mentions, key=lambda mention: (mention.newest, place[mention.key]), reverse=True)


def _bucket(time: datetime, as_of: datetime) -> str:
    age = as_of - time
    return time.strftime("%Y-%m-%d" if age <= MONTH else "%Y-%m" if age <= YEAR else "%Y")


def key_of(event: Event) -> Key:
    """What the event is about."""
    return ("item", event.item_id) if event.item_id is not None else ("query", event.query or "")


def name_of(
    key: Key, describe: Callable[[str], tuple[str, str] | None], characters: int = TITLE_CHARACTERS
) -> tuple[str, str] | None:
    """Its title, and its title with its kind, as data for a line; None for an item that is not known any more."""
    found = describe(key[1]) if key[0] == "item" else (key[1], "")
    if found is None:
        return None
    title, kinds = (plain(part, characters).translate(SEPARATORS) for part in found)
    return title, f"{title}: {kinds}" if kinds else title


def _fitting(named: list[_Named], cap_tokens: int) -> list[_Named]:
    """The newest that fit: every mention costs its text and number, every new line its head."""
    used, heads = 0, set()
    for place, (mention, (_, text)) in enumerate(named):
        head = 0 if mention.contexts in heads else approximate_tokens(_when(mention.contexts)) + 2
        used += head + approximate_tokens(f"{place + 1} {text};") + 1
        if used > cap_tokens:
            return named[:place]
        heads.add(mention.contexts)
    return named


def _by_line(named: list[_Named]) -> list[_Named]:
    """Bring together what shares a line; lines in the order of their newest mention, as are the items in each."""
    first: dict[tuple[tuple[str, str], ...], int] = {}
    for mention, _ in named:
        first.setdefault(mention.contexts, len(first))
    return sorted(named, key=lambda pair: first[pair[0].contexts])


def _when(contexts: tuple[tuple[str, str], ...]) -> str:
    """`2026-10 (liked, bought), 2025 (searched)`: the kinds of one bucket together, the newest bucket first."""
    buckets: dict[str, list[str]] = {}
    for bucket, word in contexts:
        buckets.setdefault(bucket, []).append(word)
    return ", ".join(f"{bucket} ({', '.join(words)})" for bucket, words in buckets.items())
