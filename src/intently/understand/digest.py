"""The history by what its items share: a text for V2's agents that costs a third of the lines by time.

Each strand that code counted is a line with the liked items that have it; then those that no strand has; last what was
disliked, which is no evidence. So no item needs a list of its kinds, and the planner reads the threads already apart:

    Sci-Fi + Thriller | District 9; Looper
    other | Moneyball
    did not like | Elysium

Departure from RecGPT V1 section 2.3, whose lines are by time (`behaviour_text`; V1 reads those): inside a line the
newest come first, and dates are left out. Each line has at first its newest few, then the rest of the cap is filled in
the order of time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from intently.language.prompt import approximate_tokens
from intently.understand.behaviour import BehaviourItem, BehaviourText
from intently.understand.reliable import DISLIKED
from intently.understand.strands import Strand

__all__ = ["Digest", "Thread", "digest_text"]

FIRST = 3  # items of each line before any line gets more
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Thread:
    """A line that can be evidence: its name and the liked items in it, the newest first."""

    label: str
    items: tuple[BehaviourItem, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """`threads`: the lines of the text in order, without the one of what was disliked."""

    behaviour: BehaviourText
    threads: tuple[Thread, ...]


def digest_text(behaviour: BehaviourText, shared: Sequence[Strand], cap_tokens: int) -> Digest:
    """The items of a behaviour text (the newest first) by strand, numbered anew from 1, within the cap.

    An item stands in one line, the most surprising strand's that has it. Same input, same text.
    """
    of_item = {item_id: strand.label for strand in reversed(shared) for item_id in strand.item_ids}
    heads = [*(strand.label for strand in _apart(shared)), OTHER, DISLIKED]
    lines: dict[str, list[BehaviourItem]] = {head: [] for head in heads}
    for item in behaviour.items:
        lines[of_item.get(item.item_id or "", OTHER) if item.liked else DISLIKED].append(item)
    kept = _fitting(lines, cap_tokens)
    items: list[BehaviourItem] = []
    threads: list[Thread] = []
    text: list[str] = []
    for head, members in lines.items():
        inside = [item for item in members if item.number in kept]
        numbered = tuple(replace(item, number=len(items) + place) for place, item in enumerate(inside, start=1))
        items.extend(numbered)
        if inside:
            text.append(f"{head} | {'; '.join(item.title for item in numbered)}")
        if inside and head != DISLIKED:
            threads.append(Thread(head, numbered))
    whole = "\n".join(text)
    gone = sum(len(item.event_ids) for item in behaviour.items if item.number not in kept)
    found = BehaviourText(whole, tuple(items), approximate_tokens(whole), behaviour.left_out + gone)
    return Digest(found, tuple(threads))


def _apart(shared: Sequence[Strand]) -> list[Strand]:
    """Those that share no term with an earlier one first: a planner begins at the top, and sides should differ."""
    first: list[Strand] = []
    for strand in shared:
        if not {term for other in first for term in other.terms} & set(strand.terms):
            first.append(strand)
    return first + [strand for strand in shared if strand not in first]


def _fitting(lines: dict[str, list[BehaviourItem]], cap_tokens: int) -> set[int]:
    """The numbers of the items that fit: of every line its newest few, then the newest of all."""
    used, heads, kept = 0, set(), set()
    for head, item in _by_need(lines):
        used += (0 if head in heads else approximate_tokens(head) + 3) + approximate_tokens(item.title) + 1
        if used > cap_tokens:
            break
        heads.add(head)
        kept.add(item.number)
    return kept


def _by_need(lines: dict[str, list[BehaviourItem]]) -> Iterator[tuple[str, BehaviourItem]]:
    for place in range(FIRST):
        yield from ((head, members[place]) for head, members in lines.items() if place < len(members))
    rest = [(head, item) for head, members in lines.items() for item in members[FIRST:]]
    yield from sorted(rest, key=lambda pair: pair[1].number)
