"""The six labels of an interest's quality: two of willingness, four of reasonableness (RecGPT V1 section 3).

    spontaneous / necessity               does the person like it, or does the household need it?
    strong / weak / none / hallucination  do the items that it rests on show it?

Code decides what it can: whether evidence exists, whether it is more than one thing and more than one day, whether the
items are declared as necessities, and, by vectors, whether they are nearer to the interest than the catalogue's items
are. What lies between is asked of the model in one short question for all of a person's doubtful interests. An interest
passes when it is spontaneous and its correlation strong. Departure: what code cannot tell passes where no model is
asked, and its verdict says that nobody decided.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from intently.catalog.arrays import Snapshot
from intently.nouns import Event, Interest
from intently.understand.run import Encode, Run

__all__ = ["FAILING", "Label", "Labelled", "Labeller", "label_interests", "labeller_of"]

Label = Literal["spontaneous", "necessity", "strong", "weak", "none", "hallucination"]
FAILING: frozenset[str] = frozenset({"necessity", "weak", "none", "hallucination"})
# Mean cosine of an interest with its items, in standard deviations above the catalogue's mean. On the demo films three
# items that share a style stand at 1.65 above it for the style's name (a tenth below 0.6), three drawn items at 0.06 (a
# twentieth above 1.07).
NEAR, FAR = 1.0, 0.2
BURST = timedelta(hours=1)  # passing looks within are one action, however many things they touched
PASSING: frozenset[str] = frozenset({"view", "click", "detail", "review", "search"})
Ask = Callable[[Sequence[Interest]], Sequence[bool]]  # whether the items show each interest, by the model


@dataclass(frozen=True, slots=True)
class Labelled:
    """`labels`: label -> who decided, "code" or "model"; `fault`: why it does not pass, empty if it does."""

    interest: Interest
    fault: str


@dataclass(frozen=True)
class Labeller:
    """What code knows. events: the person's, by id; is_necessity: whether the catalogue declares the item to be a
    household need; encode: None leaves the correlation of what exists to a reader."""

    events: Mapping[str, Event]
    snapshot: Snapshot
    is_necessity: Callable[[str], bool]
    encode: Encode | None = None

    def willingness(self, interest: Interest) -> Label:
        """A necessity when most of the items that it rests on are."""
        ids = self._items(interest)
        needed = sum(self.is_necessity(item_id) for item_id in ids)
        return "necessity" if ids and needed * 2 > len(ids) else "spontaneous"

    def correlation(self, interest: Interest) -> Label | None:
        """By code; None where only a reader could tell."""
        events = [self.events[event_id] for event_id in interest.evidence if event_id in self.events]
        if len(events) < len(interest.evidence) or not events:
            return "hallucination"
        if len(self._items(interest)) < 2 or _is_burst(events):
            return "weak"
        above = self._above(interest)
        if above is None:
            return None
        return "strong" if above >= NEAR else "none" if above < FAR else None

    def _items(self, interest: Interest) -> list[str]:
        events = (self.events.get(event_id) for event_id in interest.evidence)
        return list(dict.fromkeys(event.item_id for event in events if event is not None and event.item_id is not None))

    def _above(self, interest: Interest) -> float | None:
        """How far its items stand above the catalogue, in standard deviations; None where nothing is encoded."""
        known = self.snapshot.encoded
        rows = [row for item_id in self._items(interest) if (row := self.snapshot.row_of(item_id)) is not None]
        rows = [row for row in rows if known[row]]
        if self.encode is None or not rows:
            return None
        cosines = self.snapshot.vectors @ self.encode([interest.text])[0]
        return float((cosines[rows].mean() - cosines[known].mean()) / max(float(cosines[known].std()), 1e-6))


def label_interests(interests: Sequence[Interest], labeller: Labeller, ask: Ask | None = None) -> tuple[Labelled, ...]:
    """Every interest with its verdicts, in order. ask: None leaves what code cannot tell as strong, decided by none."""
    by_code = [labeller.correlation(interest) for interest in interests]
    doubtful = [interest for interest, label in zip(interests, by_code, strict=True) if label is None]
    answers = iter(ask(doubtful) if ask is not None and doubtful else ())
    found: list[Labelled] = []
    for interest, label in zip(interests, by_code, strict=True):
        verdicts = {labeller.willingness(interest): "code"}
        if label is not None:
            verdicts[label] = "code"
        elif ask is not None:
            verdicts["strong" if next(answers) else "weak"] = "model"
        else:
            verdicts["strong"] = "nobody"
        failing = [f"{one} (by {by})" for one, by in verdicts.items() if one in FAILING]
        found.append(Labelled(interest.model_copy(update={"verdicts": verdicts}), ", ".join(failing)))
    return tuple(found)


def _is_burst(events: Sequence[Event]) -> bool:
    """Whether all of it was passing looks within a short time."""
    times = [event.time for event in events]
    return all(event.kind in PASSING for event in events) and max(times) - min(times) < BURST


def labeller_of(run: Run) -> Labeller:
    """With what is known of this person at this moment."""
    events = run.journal.events_of(run.user_id, until=run.as_of)
    needed = frozenset(
        row
        for facet, values in run.spec.necessities.items()
        for value in values
        for row in run.snapshot.terms[facet].rows_of(value).tolist()
    )
    return Labeller(
        {event.event_id: event for event in events},
        run.snapshot,
        lambda item_id: run.snapshot.row_of(item_id) in needed,
        None if run.encoder is None else run.encoder.encode,
    )
