"""One person as a request sees them: history as arrays, what is hidden, what was seen. Nothing later than `as_of`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np

from intently.catalog.schema import CatalogSpec
from intently.nouns import KINDS, Event, History

__all__ = ["DOUBT", "HIDING", "NEWEST", "SEEN", "Person", "person_of"]

HIDING = ("hide", "dislike")
SEEN = ("view", "detail", "rating", "purchase", "review")
DOUBT = "doubt"
NEWEST = 5000  # events read for one request


class Rows(Protocol):
    def row_of(self, item_id: str) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Person:
    """`history` counts for taste; `hidden` never shown again; `seen` matters where items do not repeat."""

    history: History
    hidden: frozenset[str]
    disliked: tuple[int, ...]  # rows
    seen: frozenset[str]
    touched: Mapping[str, datetime]  # when something was last done with an item
    doubts: frozenset[tuple[str, str]] = frozenset()  # (item id, line under it) that the person called wrong


def person_of(events: Sequence[Event], spec: CatalogSpec, snapshot: Rows) -> Person:
    """Sort a person's events, ascending by (time, seq), into what a request needs."""
    rows: list[int] = []
    times: list[float] = []
    liked: list[bool] = []
    ids: list[str] = []
    kinds: list[int] = []
    hidden: dict[str, None] = {}
    disliked: list[int] = []
    seen: set[str] = set()
    touched: dict[str, datetime] = {}
    doubts: set[tuple[str, str]] = set()
    for event in events:
        if event.item_id is None:
            continue
        if event.kind == DOUBT:
            doubts.add((event.item_id, event.query or ""))
            continue
        row = snapshot.row_of(event.item_id)
        touched[event.item_id] = event.time
        if event.kind in HIDING:
            hidden[event.item_id] = None
            if row is not None and event.kind == "dislike":
                disliked.append(row)
            continue
        if event.kind in SEEN or event.kind in spec.history_kinds:
            seen.add(event.item_id)
        if event.kind in spec.history_kinds and row is not None:
            rows.append(row)
            times.append(_seconds(event.time))
            liked.append(_liked(event, spec))
            ids.append(event.event_id)
            kinds.append(KINDS.index(event.kind))
    history = History(
        np.array(rows, np.int32), np.array(times, np.float64), np.array(liked, np.bool_), tuple(ids),
        np.array(kinds, np.int8),
    )  # fmt: skip
    return Person(history, frozenset(hidden), tuple(disliked), frozenset(seen), touched, frozenset(doubts))


def _seconds(time: datetime) -> float:
    return time.timestamp()


def _liked(event: Event, spec: CatalogSpec) -> bool:
    """A rating counts as liked from `liked_from`; any other counted action is a liking."""
    if event.kind != "rating" or spec.liked_from is None or event.value is None:
        return True
    return event.value >= spec.liked_from
