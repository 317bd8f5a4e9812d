"""A person's history without compression: the baseline of docs/semantics.md, section 8.

One line an event, `2026-10-04 bought | Heat`, the newest first, until the cap is reached: the oldest are left out, by
whole lines. What compression saves, and whether it harms, is measured against this text.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from intently.language.prompt import approximate_tokens
from intently.nouns import Event
from intently.understand.behaviour import TITLE_CHARACTERS, BehaviourText, Describe, Things, reliable_events
from intently.understand.reliable import RELIABLE, word_of

__all__ = ["baseline_text"]


def baseline_text(
    events: Sequence[Event],
    describe: Describe,
    as_of: datetime,
    *,
    cap_tokens: int,
    liked_from: float | None = None,
    kinds: Collection[str] = RELIABLE,
    numbered: bool = False,
    characters: int = TITLE_CHARACTERS,
) -> BehaviourText:
    """The text of these events, in whatever order. Later ones than `as_of` and those of no reliable kind are not in it.

    numbered: an item's number stands before its title on each of its lines (`bought | 3 Heat`), for who asks a model
    for evidence; the items and their numbers are the same either way. characters: of a title. The rest is as in
    `behaviour_text`, of whose `describe` the title alone is shown.
    """
    kept = reliable_events(events, as_of, kinds)
    things = Things(lambda item_id: None if (found := describe(item_id)) is None else (found[0], ""), characters)
    lines: list[str] = []
    used = 0
    for event in kept:
        name, word = things.name_of(event), word_of(event, liked_from)
        if name is None:
            continue
        number = f"{things.number_of(event, name[1])[0]} " if numbered else ""
        line = f"{event.time:%Y-%m-%d} {word} | {number}{name[0]}"
        used += approximate_tokens(line) + 1  # and the line's end
        if used > cap_tokens:
            break
        lines.append(line)
        things.add([event], *name, word)
    text = "\n".join(lines)
    return BehaviourText(text, things.items(), approximate_tokens(text), len(kept) - len(lines))
