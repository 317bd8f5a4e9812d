"""The line under an item: what was asked and met, else what it rests on in the person's history, else its popularity.

A clause is written only from evidence that it names in `Reason.evidence`; without evidence there is no clause, and
without a clause the line is empty. No model is asked. Which of the equivalent wordings is used is decided by the item's
id, so that a slate does not say the same words ten times and the same slate always says the same.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from intently.nouns import Preference, Reason

__all__ = ["Facts", "Met", "PastItem", "write_reason"]

LONGEST = 90  # characters of a line
LONGEST_NAME = 40  # characters of a title or tag inside it
LONGEST_OF_TWO = 30  # where two stand side by side

# The verb of what a person did; "liked" only where the event says so.
VERBS = {
    "rating": "rated",
    "purchase": "bought",
    "favourite": "saved",
    "cart": "put in your basket",
    "review": "reviewed",
    "detail": "looked at",
    "view": "looked at",
    "click": "looked at",
}


@dataclass(frozen=True, slots=True)
class Met:
    """A wish or must that the item meets. `value`: what it has of it, in words ("Comedy", "1994", "94 minutes")."""

    preference: Preference
    value: str
    newest: bool = False


@dataclass(frozen=True, slots=True)
class PastItem:
    """An event of the person with an item that speaks for the shown one."""

    event_id: str
    title: str
    liked: bool  # rated so from where the catalogue says, bought or saved; never a click
    kind: str = ""  # the kind of event where the catalogue has only one, else ""
    itself: bool = False  # the shown item, which the person had before


@dataclass(frozen=True, slots=True)
class Facts:
    """All that may be said of one shown item. Everything in it is evidence; nothing in it need be used."""

    item_id: str
    met: tuple[Met, ...] = ()  # grounded, in the order of the memory
    meanings: tuple[Preference, ...] = ()  # wishes by meaning that brought this item
    examples: tuple[tuple[str, str], ...] = ()  # (item id, title) of "like this one"
    tags: tuple[tuple[str, str], ...] = ()  # (tag id, text), strongest first
    past: tuple[PastItem, ...] = ()  # strongest first
    popular: bool = False  # among the most popular of late
    half_life_days: float = 7.0


@dataclass(frozen=True, slots=True)
class _Clause:
    texts: tuple[str, ...]  # equivalent wordings
    evidence: tuple[tuple[str, str], ...]


def write_reason(facts: Facts) -> Reason:
    """One line of fewer than 90 characters, and the evidence of each of its clauses. Empty when nothing can be said."""
    clauses = [clause for clause in (_asked(facts), _own(facts)) if clause is not None]
    texts = [_worded(clause, facts.item_id) for clause in clauses]
    if len(texts) == 2 and len(texts[0]) + len(texts[1]) + 2 >= LONGEST:
        texts, clauses = texts[:1], clauses[:1]
    line = "; ".join(texts)
    evidence = tuple(dict.fromkeys(pair for clause in clauses for pair in clause.evidence))
    return Reason(text=line[:1].upper() + line[1:], evidence=evidence)


def _asked(facts: Facts) -> _Clause | None:
    """What the person said and this item has: the newest command first, at most two values."""
    wanted = (m for m in facts.met if m.preference.polarity == "want" and m.value)
    met = sorted(wanted, key=lambda m: (not m.newest, m.preference.relation != "is"))
    if met:
        named = _distinct(met)[:2]
        values = " · ".join(_short(m.value, LONGEST_NAME if len(named) == 1 else LONGEST_OF_TWO) for m in named)
        evidence = tuple(("preference", m.preference.id) for m in named)
        return _Clause((f"{values}, as you asked", f"{values}: you asked for it", f"you asked: {values}"), evidence)
    if facts.examples:
        item_id, title = facts.examples[0]
        name = _short(title)
        return _Clause((f"like “{name}”", f"in the manner of “{name}”", f"close to “{name}”"), (("item", item_id),))
    if facts.meanings:
        wish = facts.meanings[0]
        words = _short(wish.quote)
        return _Clause((f"near to “{words}”", f"read as “{words}”", f"goes with “{words}”"), (("preference", wish.id),))
    return None


def _own(facts: Facts) -> _Clause | None:
    """What it rests on beside the command: a tag, the history, popularity; the first that there is."""
    if facts.tags:
        tag_id, text = facts.tags[0]
        tag = _short(text)
        ways = (f"matches “{tag}”, from what you like", f"fits your “{tag}”", f"for your taste in “{tag}”")
        return _Clause(ways, (("tag", tag_id),))
    if facts.past:
        return _because(sorted(facts.past, key=lambda item: not item.liked))
    if facts.popular:
        when = "this week" if facts.half_life_days <= 10 else "of late"
        return _Clause((f"popular {when}", f"many choose it {when}"), (("popularity", facts.item_id),))
    return None


def _because(past: Sequence[PastItem]) -> _Clause:
    first = past[0]
    if first.itself:
        return _Clause((f"you {_verb(first)} it before", f"again: you {_verb(first)} it"), (("event", first.event_id),))
    verb = _verb(first)
    name = _short(first.title)
    if (
        len(past) > 1
        and past[1].liked == first.liked
        and not past[1].itself
        and len(first.title) + len(past[1].title) < LONGEST_NAME
    ):
        pair = f"“{first.title}” and “{past[1].title}”"
        evidence = (("event", first.event_id), ("event", past[1].event_id))
        return _Clause((f"because you {verb} {pair}", f"you {verb} {pair}"), evidence)
    ways = (f"because you {verb} “{name}”", f"you {verb} “{name}”", f"goes with “{name}”, which you {verb}")
    return _Clause(ways, (("event", first.event_id),))


def _verb(item: PastItem) -> str:
    if item.liked and item.kind == "rating":
        return "liked"
    return VERBS.get(item.kind, "chose")


def _distinct(met: Iterable[Met]) -> list[Met]:
    kept: dict[str, Met] = {}
    for one in met:
        kept.setdefault(one.value, one)
    return list(kept.values())


def _worded(clause: _Clause, item_id: str) -> str:
    return clause.texts[zlib.crc32(item_id.encode("utf-8", "surrogatepass")) % len(clause.texts)]


def _short(text: str, longest: int = LONGEST_NAME) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
