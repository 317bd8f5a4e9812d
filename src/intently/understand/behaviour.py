"""A person's history as a short text: deterministic, every kept event in exactly one place of it.

RecGPT V1 section 2.3: time in buckets by age (days within a month, months within a year, years beyond), and two
aggregations: (bucket, kind) -> items, then item sequence -> the contexts that it came in. A line reads

    2026-10 (bought), 2026-08 (bought) | 4 whole milk x3; 5 Heat: Crime; 2

Departures: a thing has a number, by which evidence is given (in the paper a model names no evidence that could be
checked) and for which its name stands once, where it is newest: older lines hold the number alone, and what was done
several times in one bucket costs a count. Things that read the same are one. A rating says whether it was a liking.
Lines are ordered by their newest time. What does not fit the cap goes from the oldest end; the line at the edge keeps
its newest things whole, since a year's line can be longer than all others together.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from intently.language.prompt import approximate_tokens, plain
from intently.nouns import Event, utc
from intently.understand.reliable import NEGATIVE, RELIABLE, is_reliable, word_of

__all__ = ["BehaviourItem", "BehaviourText", "Context", "Describe", "Things", "behaviour_text", "reliable_events"]

Context = tuple[str, str]  # bucket, word of what was done
Describe = Callable[[str], tuple[str, str] | None]
"""item id -> its title and what kind it is ("Heat", "Crime"), or None for an item that is not known any more"""

TITLE_CHARACTERS = 80
SEPARATORS = str.maketrans({";": ",", "|": "/"})  # of our own lines
MONTH, YEAR = timedelta(days=30), timedelta(days=365)


@dataclass(frozen=True, slots=True)
class BehaviourItem:
    """One numbered thing: what it was (item id, or None for a search), its text, and the events that rest in it."""

    number: int  # from 1, in the order of the text
    item_id: str | None  # the newest, where several items read the same
    title: str
    text: str  # title and kind, as the model reads it
    liked: bool
    event_ids: tuple[str, ...]  # the newest first


@dataclass(frozen=True, slots=True)
class BehaviourText:
    """`text`: the lines, the newest first. `tokens`: by `approximate_tokens`. `left_out`: events beyond the cap."""

    text: str
    items: tuple[BehaviourItem, ...]
    tokens: int
    left_out: int


@dataclass
class _Thing:
    """An item or query while the text is written, with what of it is inside so far."""

    number: int
    item_id: str | None
    title: str
    text: str
    done: list[tuple[str, str]] = field(default_factory=list)  # event id and word, the newest first

    def item(self) -> BehaviourItem:
        liked = any(word not in NEGATIVE for _, word in self.done)
        event_ids = tuple(event_id for event_id, _ in self.done)
        return BehaviourItem(self.number, self.item_id, self.title, self.text, liked, event_ids)


class Things:
    """The things of a text, numbered as they come into it. What reads the same is one thing, found again."""

    def __init__(self, describe: Describe, characters: int = TITLE_CHARACTERS) -> None:
        self._describe, self._characters = describe, characters
        self._names: dict[tuple[bool, str], tuple[str, str] | None] = {}
        self._inside: dict[tuple[bool, str], _Thing] = {}

    def name_of(self, event: Event) -> tuple[str, str] | None:
        """Title and text of what the event is about, as data for a line; None for an item that is not known."""
        about = event.item_id is None, event.query or "" if event.item_id is None else event.item_id
        if about not in self._names:
            found = (about[1], "") if about[0] else self._describe(about[1])
            self._names[about] = None if found is None else self._written(*found)
        return self._names[about]

    def number_of(self, event: Event, text: str) -> tuple[int, bool]:
        """The thing's number, or the one that it would get; and whether it is inside already."""
        thing = self._inside.get((event.item_id is None, text))
        return (len(self._inside) + 1, False) if thing is None else (thing.number, True)

    def add(self, events: Iterable[Event], title: str, text: str, word: str) -> None:
        """Take in events of one thing, the newest first."""
        for event in events:
            new = _Thing(len(self._inside) + 1, event.item_id, title, text)
            self._inside.setdefault((event.item_id is None, text), new).done.append((event.event_id, word))

    def items(self) -> tuple[BehaviourItem, ...]:
        return tuple(thing.item() for thing in self._inside.values())

    def _written(self, *parts: str) -> tuple[str, str]:
        title, kinds = (plain(part, self._characters).translate(SEPARATORS) for part in parts)
        return title, f"{title}: {kinds}" if kinds else title


@dataclass(frozen=True, slots=True)
class _Cell:
    """What was done with one thing in one bucket: its events, the newest first."""

    title: str
    text: str
    events: list[Event]

    def written(self, number: int, known: bool) -> str:
        named = f"{number}" if known else f"{number} {self.text}"
        return f"{named} x{len(self.events)}" if len(self.events) > 1 else named


def behaviour_text(
    events: Sequence[Event],
    describe: Describe,
    as_of: datetime,
    *,
    cap_tokens: int,
    liked_from: float | None = None,
    kinds: Collection[str] = RELIABLE,
    characters: int = TITLE_CHARACTERS,
) -> BehaviourText:
    """The text of these events, in whatever order. Later ones than `as_of` and those of no reliable kind are not in it.

    liked_from: ratings from here are likings. kinds: those that are reliable here. characters: of a title, and of what
    kind it is. Same input, same text.
    """
    kept = reliable_events(events, as_of, kinds)
    things = Things(describe, characters)
    lines: list[tuple[Context, list[tuple[str, str]]]] = []  # context, and its things as (written first, again)
    used = 0
    for context, cells in _by_context(kept, things, utc(as_of), liked_from).items():
        used += approximate_tokens(_when([context])) + 3  # the bar, the line's end and a space
        parts: list[tuple[str, str]] = []
        for cell in cells:
            number, known = things.number_of(cell.events[0], cell.text)
            part = cell.written(number, known)
            used += approximate_tokens(part) + 2
            if used > cap_tokens:
                break
            things.add(cell.events, cell.title, cell.text, context[1])
            parts.append((part, cell.written(number, known=True)))
        lines.append((context, parts))
        if used > cap_tokens:
            break
    text = "\n".join(_merged(line for line in lines if line[1]))
    items = things.items()
    return BehaviourText(text, items, approximate_tokens(text), len(kept) - sum(len(i.event_ids) for i in items))


def reliable_events(events: Iterable[Event], as_of: datetime, kinds: Collection[str]) -> list[Event]:
    """Those that count as of a moment, the newest first; ties by the order of arrival."""
    kept = [event for event in events if is_reliable(event, kinds) and event.time <= utc(as_of)]
    return sorted(kept, key=lambda event: (event.time, event.seq), reverse=True)


def _by_context(
    newest_first: Iterable[Event], things: Things, as_of: datetime, liked_from: float | None
) -> dict[Context, list[_Cell]]:
    """Step 1: (bucket, kind) -> its things. Both in the order of their newest events: buckets go back in time."""
    found: dict[Context, dict[tuple[bool, str], _Cell]] = {}
    for event in newest_first:
        name = things.name_of(event)
        if name is None:
            continue
        cells = found.setdefault((_bucket(event.time, as_of), word_of(event, liked_from)), {})
        cells.setdefault((event.item_id is None, name[1]), _Cell(*name, [])).events.append(event)
    return {context: [*cells.values()] for context, cells in found.items()}


def _bucket(time: datetime, as_of: datetime) -> str:
    age = as_of - time
    return time.strftime("%Y-%m-%d" if age <= MONTH else "%Y-%m" if age <= YEAR else "%Y")


def _merged(lines: Iterable[tuple[Context, list[tuple[str, str]]]]) -> list[str]:
    """Step 2: the same sequence of things -> all its contexts, as one line at the place of the newest."""
    contexts: dict[tuple[str, ...], list[Context]] = {}
    written: dict[tuple[str, ...], str] = {}
    for context, parts in lines:
        sequence = tuple(again for _, again in parts)
        contexts.setdefault(sequence, []).append(context)
        written.setdefault(sequence, "; ".join(first for first, _ in parts))
    return [f"{_when(contexts[sequence])} | {things}" for sequence, things in written.items()]


def _when(contexts: Iterable[Context]) -> str:
    """`2026-10 (liked, bought), 2025 (searched)`: the kinds of one bucket together, the newest bucket first."""
    buckets: dict[str, list[str]] = {}
    for bucket, word in contexts:
        buckets.setdefault(bucket, []).append(word)
    return ", ".join(f"{bucket} ({', '.join(words)})" for bucket, words in buckets.items())
