"""Trends from the journal itself: terms and items whose share of the last week grew above chance.

Counted are visits: a person's day with at least one counted event (so that one who rates two hundred films in a night
counts once). Of each term of a telling facet, and of each item: its share of the visits of the last 7 days against that
of the 28 days before. It rises when the growth is at least a quarter, at least five people make it, and chance would
give any such rise less than once in a hundred weeks: the exact conditional test of two counts, with the chance of each
multiplied by the number of things that were tested (Bonferroni). The week ends with the last whole day of the
catalogue's zone: nothing later than `as_of` counts, and all of a day hears the same.
"""

import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc

from intently.catalog.arrays import Snapshot
from intently.catalog.schema import CatalogSpec
from intently.journal import EventColumns
from intently.language.prompt import plain
from intently.nouns import Cue
from intently.understand.environment.surroundings import Surroundings, local_day, midnight
from intently.understand.strands import kinds_of

__all__ = ["Rise", "Trends", "rises"]

RECENT_DAYS, BEFORE_DAYS = 7, 28
CHANCE = 0.01  # of any false rise
GROWTH = 1.25
LEAST_PEOPLE = 5
MOST_TERMS, MOST_ITEMS = 3, 2
KEPT_DAYS, KEPT_SECONDS = 16, 3600.0  # of answers: a batch asks for one day often; events may still arrive for it
TITLE_CHARACTERS = 60
DAY_SECONDS = 86400.0
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rise:
    """`facet` None: an item, by its id. Shares of visits, 0 to 1. `chance`: corrected for the number of tests."""

    facet: str | None
    value: str
    recent: float
    before: float
    chance: float


class Trends:
    name = "trends"

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._lock = threading.Lock()
        self._kept: dict[tuple[datetime, str], tuple[float, tuple[Cue, ...]]] = {}

    def cues(self, as_of: datetime) -> Sequence[Cue]:
        spec, snapshot = self._around.spec, self._around.snapshot()
        until = midnight(spec, local_day(spec, as_of))
        key = (until, snapshot.version)
        with self._lock:  # one who counts is enough
            kept = self._kept.get(key)
            if kept is None or time.monotonic() > kept[0]:
                kept = (time.monotonic() + KEPT_SECONDS, self._counted(spec, snapshot, until))
                self._kept[key] = kept
                while len(self._kept) > KEPT_DAYS:
                    self._kept.pop(next(iter(self._kept)))
            return kept[1]

    def _counted(self, spec: CatalogSpec, snapshot: Snapshot, until: datetime) -> tuple[Cue, ...]:
        since = until - timedelta(days=RECENT_DAYS + BEFORE_DAYS)
        before_it = until - timedelta(microseconds=1)
        columns = self._around.journal.event_columns(spec.history_kinds, since=since, until=before_it)
        found = rises(columns, snapshot, kinds_of(spec, snapshot), until.timestamp())
        return tuple(_cue(spec, snapshot, until, rise) for rise in found)


def rises(columns: EventColumns, snapshot: Snapshot, facets: Sequence[str], until: float) -> tuple[Rise, ...]:
    """What rises before `until` (seconds since 1970): terms, then items, each by how little chance explains it."""
    visits = _Visits.of(columns, until)
    if not visits.recent or not visits.before:
        return ()
    row_of = np.array([_row(snapshot, item_id) for item_id in columns.item_ids], np.int64)
    rows = row_of[columns.items] if len(columns.items) else np.zeros(0, np.int64)
    known = np.flatnonzero(rows >= 0)
    tested = [rise for facet in facets for rise in _of_facet(facet, visits, known, rows[known], snapshot)]
    tested += visits.compare(None, known, columns.items[known].astype(np.int64), columns.item_ids)
    true = [rise for rise in tested if rise.chance * len(tested) < CHANCE and rise.recent >= GROWTH * rise.before]
    best = sorted(true, key=lambda rise: (rise.chance, rise.facet or "", rise.value))
    named = [rise for rise in best if rise.facet is not None][:MOST_TERMS]
    return (*named, *[rise for rise in best if rise.facet is None][:MOST_ITEMS])


@dataclass(frozen=True, slots=True)
class _Visits:
    """Of each event: the number of its visit and of its person. Of each visit: whether it is recent."""

    of_event: Ints
    person: Ints
    is_recent: npt.NDArray[np.bool_]

    @staticmethod
    def of(columns: EventColumns, until: float) -> "_Visits":
        days_ago = np.floor((until - columns.times) / DAY_SECONDS).astype(np.int64)
        visits, of_event = np.unique(
            columns.users.astype(np.int64) * (RECENT_DAYS + BEFORE_DAYS + 1) + days_ago, return_inverse=True
        )
        return _Visits(of_event, columns.users.astype(np.int64), visits % (RECENT_DAYS + BEFORE_DAYS + 1) < RECENT_DAYS)

    @property
    def recent(self) -> int:
        return int(self.is_recent.sum())

    @property
    def before(self) -> int:
        return len(self.is_recent) - self.recent

    def compare(self, facet: str | None, events: Ints, things: Ints, names: Sequence[str]) -> list[Rise]:
        """Every thing with enough people of late, with its shares and what chance gives such a growth.

        events, things: parallel; event `events[i]` is about `things[i]`, a place in `names`.
        """
        visit, thing = _distinct(self.of_event[events], things, len(names))
        late = self.is_recent[visit]
        now, then = (np.bincount(thing[part], minlength=len(names)) for part in (late, ~late))
        recent_events = self.is_recent[self.of_event[events]]
        _, of_person = _distinct(self.person[events][recent_events], things[recent_events], len(names))
        people = np.bincount(of_person, minlength=len(names))
        chance = bdtrc(np.maximum(now - 1, 0), now + then, self.recent / len(self.is_recent))
        return [
            Rise(facet, names[place], now[place] / self.recent, then[place] / self.before, float(chance[place]))
            for place in np.flatnonzero(people >= LEAST_PEOPLE).tolist()
        ]


def _of_facet(facet: str, visits: _Visits, events: Ints, rows: Ints, snapshot: Snapshot) -> list[Rise]:
    terms = snapshot.terms[facet]
    starts, counts = terms.item_starts[rows], np.diff(terms.item_starts)[rows]
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    values = terms.item_values[np.repeat(starts, counts) + within].astype(np.int64)
    return visits.compare(facet, np.repeat(events, counts), values, terms.values)


def _distinct(group: Ints, thing: Ints, things: int) -> tuple[Ints, Ints]:
    """Each (group, thing) once."""
    keys = np.unique(group * max(things, 1) + thing)
    return keys // max(things, 1), keys % max(things, 1)


def _row(snapshot: Snapshot, item_id: str) -> int:
    row = snapshot.row_of(item_id)
    return -1 if row is None else row


def _cue(spec: CatalogSpec, snapshot: Snapshot, until: datetime, rise: Rise) -> Cue:
    digest = hashlib.sha256(f"{rise.facet}\n{rise.value}".encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return Cue(
        cue_id=f"trend-{until:%Y-%m-%d}-{digest}",
        kind="trend",
        text=f"{_named(spec, snapshot, rise)} rising",
        time=until,
        source="journal",
        detail=f"{rise.recent:.1%} of visits in {RECENT_DAYS} days, {rise.before:.1%} in the {BEFORE_DAYS} before",
    )


def _named(spec: CatalogSpec, snapshot: Snapshot, rise: Rise) -> str:
    if rise.facet is not None:
        label = spec.facets[rise.facet].label or rise.facet.replace("_", " ")
        return f"{plain(rise.value, TITLE_CHARACTERS)} ({label})"
    return plain(snapshot.titles[_row(snapshot, rise.value)], TITLE_CHARACTERS)
