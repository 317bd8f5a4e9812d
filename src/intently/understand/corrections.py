"""What a person says of what was inferred about them: "not me" to an interest, a persona or a tag.

It is an event: `disown` with the text in `query`; `reclaim` takes it back, and of one text the newest counts. Nothing
that was inferred is rewritten: the correction is laid over it whenever it is read, so that it holds at once, holds for
every later understanding, and can be undone at once. A disowned text takes with it whatever has the same meaning, under
whichever name it comes back, and the tags that served it: by their link, and by their words where a later understanding
names them for something else. A pipeline is told too (`NotTheirs`), so that it names in their place what is theirs.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from intently.journal import Journal, UnderstandingRow
from intently.nouns import Event, Interest, Tag
from intently.understand.wording import same_meaning

__all__ = ["CORRECTING", "Corrected", "Disowned", "NotTheirs", "correct", "disowned_of", "not_theirs", "read_disowned"]

CORRECTING = ("disown", "reclaim")  # kinds of event
NEWEST = 1000  # corrections that are read
SAID = "the person said that it is not them"
Named = TypeVar("Named", Interest, Tag)
Earlier = Callable[[datetime], UnderstandingRow | None]  # what was understood as of a moment


@dataclass(frozen=True, slots=True)
class Disowned:
    """A text that is not them, and since when. The same text has the same id, whatever its case."""

    disowned_id: str
    text: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Corrected:
    """`row` without what is disowned; `removed`: each text that went, and the disowned text that took it."""

    row: UnderstandingRow
    removed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NotTheirs:
    """What a pipeline may not name of a person: `texts` that they disowned, and the tags that served those then."""

    texts: tuple[str, ...] = ()
    served: tuple[str, ...] = ()

    def fault(self, text: str) -> str:
        """Why an interest or a persona of this text does not stand; empty when it does."""
        return SAID if any(_alike(text, one) for one in self.texts) else ""

    def sift(self, named: Sequence[Named]) -> tuple[tuple[Named, ...], tuple[str, ...]]:
        """The interests, or the tags, that stand, in their order, and for each that does not, why."""
        barred = [bool(self.fault(one.text)) or (isinstance(one, Tag) and self._served(one.text)) for one in named]
        kept = tuple(one for one, out in zip(named, barred, strict=True) if not out)
        return kept, tuple(f"{one.text!r}: {SAID}" for one, out in zip(named, barred, strict=True) if out)

    def _served(self, text: str) -> bool:
        return any(_alike(text, one) for one in self.served)


def read_disowned(journal: Journal, user_id: str, moment: datetime | None = None) -> tuple[Disowned, ...]:
    """What the person said is not them, as of a moment, the newest first."""
    return disowned_of(journal.events_of(user_id, kinds=CORRECTING, until=moment, newest=NEWEST))


def not_theirs(journal: Journal, user_id: str, moment: datetime) -> NotTheirs:
    """What a pipeline that understands this person as of a moment may not name."""
    disowned = read_disowned(journal, user_id, moment)
    served = (text for one in disowned for text in _served(one, lambda time: journal.understanding(user_id, time)))
    return NotTheirs(tuple(one.text for one in disowned), tuple(dict.fromkeys(served)))


def disowned_of(events: Sequence[Event]) -> tuple[Disowned, ...]:
    """What is disowned after these events, ascending by (time, seq): the newest first."""
    said: dict[str, Event] = {}
    for event in events:
        if event.kind in CORRECTING and event.query is not None:
            said[_folded(event.query)] = event
    held = [event for event in said.values() if event.kind == "disown"]
    newest_first = sorted(held, key=lambda event: (event.time, event.seq), reverse=True)
    return tuple(Disowned(_id_of(event.query or ""), event.query or "", event.time) for event in newest_first)


def correct(row: UnderstandingRow, disowned: Sequence[Disowned], earlier: Earlier) -> Corrected:
    """The understanding without what is disowned. earlier: asked for what was in force when a text was disowned, if
    that was before this understanding."""
    if not disowned:
        return Corrected(row)
    named = {one.interest_id: one.text for one in row.interests} | {one.persona_id: one.role for one in row.personas}
    taken = {key: by for key, text in named.items() if (by := _taker(text, disowned))}
    served = [(text, one.text) for one in disowned if one.time < row.time for text in _served(one, earlier)]
    for tag in row.tags:
        linked = taken.get(tag.interest_id or "") or taken.get(tag.persona_id or "")
        by = _taker(tag.text, disowned) or linked or next((by for text, by in served if _alike(tag.text, text)), "")
        if by:
            taken[tag.tag_id] = by
    named |= {tag.tag_id: tag.text for tag in row.tags}
    kept = replace(
        row,
        interests=tuple(one for one in row.interests if one.interest_id not in taken),
        personas=tuple(one for one in row.personas if one.persona_id not in taken),
        tags=tuple(one for one in row.tags if one.tag_id not in taken),
    )
    return Corrected(kept, tuple(dict.fromkeys((named[key], by) for key, by in taken.items())))


def _id_of(text: str) -> str:
    return "d-" + hashlib.sha256(_folded(text).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _taker(text: str, disowned: Sequence[Disowned]) -> str:
    """The disowned text of the same meaning; empty when there is none."""
    return next((one.text for one in disowned if _alike(text, one.text)), "")


def _served(one: Disowned, earlier: Earlier) -> tuple[str, ...]:
    """The tags that served the text when it was disowned."""
    row = earlier(one.time)
    if row is None:
        return ()
    ids = {interest.interest_id for interest in row.interests if _folded(interest.text) == _folded(one.text)}
    ids |= {persona.persona_id for persona in row.personas if _folded(persona.role) == _folded(one.text)}
    return tuple(tag.text for tag in row.tags if {tag.interest_id, tag.persona_id} & ids)


def _alike(one: str, other: str) -> bool:
    return _folded(one) == _folded(other) or same_meaning(one, other)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
