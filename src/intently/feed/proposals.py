"""Preferences that behaviour or the understanding suggests: only proposed, never in force before the person says yes.

Two rules, both in words that the person can check:

    less   of the items of one value (Horror) that were shown in the last 30 days, at least 3 and at least half were put
           away (hidden, or "not for me"), none was liked, and of at least 3 others at most half as many were put away
    more   an interest that the understanding named mentions a value, and at least 3 and at least half of the events
           that it rests on are about items of that value

An accepted proposal becomes an explicit preference of scope always; a dismissed one does not come back.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intently.catalog.ground import Grounder
from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import Snapshot
from intently.feed.slots import own_pairs
from intently.nouns import Change, Event, Interest, Noun, Polarity, Preference, Scope

__all__ = ["SHOWN_DAYS", "Proposal", "propose"]

SHOWN_DAYS = 30.0
MOST = 3  # proposals at once
LEAST = 3  # items put away, or events of an interest
SHARE = 0.5
PUT_AWAY = ("hide", "dislike")
LIKING = ("favourite", "purchase", "cart")
Pair = tuple[str, str]


class Proposal(Noun):
    """A preference that is not in force. `why`: what it rests on; `evidence`: ids of items put away, or of events."""

    proposal_id: str
    text: str
    why: str
    evidence: tuple[str, ...]
    change: Change


@dataclass(frozen=True, slots=True)
class _Seen:
    """Items of the last days, by what happened to them."""

    shown: frozenset[str]
    put_away: frozenset[str]
    liked: frozenset[str]


def propose(
    spec: CatalogSpec,
    snapshot: Snapshot,
    grounder: Grounder,
    *,
    events: Sequence[Event],
    interests: Iterable[Interest] = (),
    memory: Iterable[Preference] = (),
    answered: Collection[str] = (),
    now: datetime,
) -> tuple[Proposal, ...]:
    """At most three, those that rest on most first. `events`: all kinds, ascending; `answered`: ids that the person has
    accepted or dismissed; what the memory says already is not proposed."""
    pairs_of = _Pairs(spec, snapshot)
    spoken = {pair for preference in memory for pair in (*own_pairs(preference), *preference.matches)}
    found = [*_less(spec, pairs_of, _seen(events, now)), *_more(spec, pairs_of, grounder, events, interests, now)]
    proposals: list[Proposal] = []
    for polarity, pair, why, evidence in found:
        proposal = _proposal(grounder, polarity, pair, why, evidence)
        if pair not in spoken and proposal.proposal_id not in answered:
            spoken.add(pair)
            proposals.append(proposal)
    return tuple(sorted(proposals, key=lambda one: -len(one.evidence))[:MOST])


class _Pairs:
    """The (facet, value) pairs of an item that a person would talk about: terms that the catalogue shows."""

    def __init__(self, spec: CatalogSpec, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._facets = [
            name for name, facet in spec.facets.items() if facet.kind == "term" and facet.shown and facet.weight > 0
        ]

    def __call__(self, item_id: str) -> frozenset[Pair]:
        row = self._snapshot.row_of(item_id)
        if row is None:
            return frozenset()
        return frozenset((name, value) for name in self._facets for value in self._snapshot.terms[name].values_of(row))


def _seen(events: Sequence[Event], now: datetime) -> _Seen:
    since = now - timedelta(days=SHOWN_DAYS)
    ids: Mapping[str, set[str]] = {"impression": set(), "away": set(), "liked": set()}
    for event in events:
        if event.item_id is None or not since <= event.time <= now:
            continue
        if event.kind in PUT_AWAY:
            ids["away"].add(event.item_id)
        elif event.kind in LIKING:
            ids["liked"].add(event.item_id)
        elif event.kind == "impression":
            ids["impression"].add(event.item_id)
    return _Seen(frozenset(ids["impression"] | ids["away"]), frozenset(ids["away"]), frozenset(ids["liked"]))


_Found = tuple[Polarity, Pair, str, tuple[str, ...]]


def _less(spec: CatalogSpec, pairs_of: _Pairs, seen: _Seen) -> list[_Found]:
    """One value for each group of items put away: the one whose items were put away most often."""
    shown = {item_id: pairs_of(item_id) for item_id in seen.shown}
    liked = {pair for item_id in seen.liked for pair in pairs_of(item_id)}
    left = set(seen.put_away)
    found: list[_Found] = []
    while len(left) >= LEAST:
        best = max(
            (_blame(pair, shown, left, seen) for pair in sorted(set().union(*map(shown.__getitem__, left)) - liked)),
            default=None,
        )
        if best is None or best[0] <= 0:
            break
        _, pair, away, among = best
        why = f"You put away {len(away)} of the {among} {spec.nouns} of “{pair[1]}” that you were shown lately."
        found.append(("avoid", pair, why, away))
        left -= set(away)
    return found


def _blame(
    pair: Pair, shown: Mapping[str, frozenset[Pair]], left: Collection[str], seen: _Seen
) -> tuple[float, Pair, tuple[str, ...], int]:
    """How strongly the value explains what was put away: its rate less twice that of the others; 0 when it does not."""
    having = [item_id for item_id, pairs in shown.items() if pair in pairs]
    away = tuple(sorted(item_id for item_id in having if item_id in left))
    rate = len(away) / len(having)
    others = len(shown) - len(having)
    if others < LEAST:  # nothing to compare with: “English” would be blamed for all that was put away
        return 0.0, pair, away, len(having)
    other_rate = len(seen.put_away - set(having)) / others
    if len(away) < LEAST or rate < SHARE or other_rate > rate / 2:
        return 0.0, pair, away, len(having)
    return rate * len(away), pair, away, len(having)


def _more(
    spec: CatalogSpec,
    pairs_of: _Pairs,
    grounder: Grounder,
    events: Sequence[Event],
    interests: Iterable[Interest],
    now: datetime,
) -> list[_Found]:
    items = {event.event_id: event.item_id for event in events if event.item_id is not None}
    found: list[_Found] = []
    for interest in interests:
        about = [(event_id, pairs_of(items[event_id])) for event_id in interest.evidence if event_id in items]
        if len(about) < LEAST or (interest.valid_until is not None and interest.valid_until < now):
            continue
        for span in grounder.scan(interest.text.split()):
            facet, value = span.grounding.pairs[0]
            having = tuple(event_id for event_id, pairs in about if (facet, value) in pairs)
            if span.grounding.certain and len(having) >= LEAST and len(having) >= SHARE * len(about):
                why = (
                    f"Read in your history: “{interest.text}”. {len(having)} of the {len(about)} {spec.nouns} that it "
                )
                found.append(("want", (facet, value), f"{why}rests on are “{value}”.", having))
    return found


def _proposal(grounder: Grounder, polarity: Polarity, pair: Pair, why: str, evidence: tuple[str, ...]) -> Proposal:
    facet, value = pair
    grounding = grounder.ground(value)
    matches = grounding.pairs if grounding is not None and pair in grounding.pairs else (pair,)
    change = Change(
        op="add", polarity=polarity, strength="prefer", facet=facet, matches=matches, relation="is", value=[value],
        scope=Scope(kind="always"), quote=value,
    )  # fmt: skip
    digest = hashlib.sha256(f"{polarity}\n{facet}\n{value}".encode("utf-8", "surrogatepass")).hexdigest()
    text = f"Less {value}?" if polarity == "avoid" else f"More {value}?"
    return Proposal(proposal_id="s" + digest[:10], text=text, why=why, evidence=evidence, change=change)
