"""A person's history without compression: the baseline of docs/semantics.md, section 8.

One line an event, `2026-10-04 bought | Heat`, the newest first, until the cap is reached: the oldest are left out, by
whole lines. What compression saves, and whether it harms, is measured against this text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from intently.language.prompt import approximate_tokens
from intently.nouns import Event, utc
from intently.understand.behaviour import TITLE_CHARACTERS, BehaviourItem, BehaviourText, Key, key_of, name_of
from intently.understand.reliable import DISLIKED, is_reliable, word_of

__all__ = ["baseline_text"]


@dataclass(frozen=True, slots=True)
class _Found:
    """An item of the text while it is written: its events that are inside, as (event id, word), the newest first."""

    number: int
    title: str
    events: list[tuple[str, str]] = field(default_factory=list)

    def item(self, key: Key) -> BehaviourItem:
        item_id = key[1] if key[0] == "item" else None
        liked = any(word != DISLIKED for _, word in self.events)
        return BehaviourItem(
            self.number, item_id, self.title, self.title, liked, tuple(event_id for event_id, _ in self.events)
        )


def baseline_text(
    events: Sequence[Event],
    describe: Callable[[str], tuple[str, str] | None],
    as_of: datetime,
    *,
    cap_tokens: int,
    liked_from: float | None = None,
    numbered: bool = False,
    characters: int = TITLE_CHARACTERS,
) -> BehaviourText:
    """The text of these events (in any order). Later ones than `as_of` and unreliable ones are not in it.

    numbered: an item's number stands before its title on each of its lines (`bought | 3 Heat`), for who asks a model
    for evidence; the items and their numbers are the same either way. characters: of a title. The rest is as in
    `behaviour_text`, of whose `describe` the title alone is shown.
    """
    kept = [event for event in events if is_reliable(event) and event.time <= utc(as_of)]
    kept.sort(key=lambda event: (event.time, event.seq), reverse=True)
    titles = {key: name_of(key, describe, characters) for key in {key_of(event) for event in kept}}
    found: dict[Key, _Found] = {}
    lines: list[str] = []
    used = 0
    for event in kept:
        name, word = titles[key_of(event)], word_of(event, liked_from)
        if name is None:
            continue
        number = found[key_of(event)].number if key_of(event) in found else len(found) + 1
        line = f"{event.time:%Y-%m-%d} {word} | {f'{number} ' if numbered else ''}{name[0]}"
        used += approximate_tokens(line) + 1  # and the line's end
        if used > cap_tokens:
            break
        lines.append(line)
        found.setdefault(key_of(event), _Found(number, name[0])).events.append((event.event_id, word))
    text = "\n".join(lines)
    items = tuple(one.item(key) for key, one in found.items())
    return BehaviourText(text, items, approximate_tokens(text), len(kept) - len(lines))
