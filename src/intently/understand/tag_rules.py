"""What a tag may not be, enforced by code where the paper only asks for it (RecGPT V1 section 4).

Word rules of one tag are in `tags.py`. Here are those that look at more than the tag: nothing that the person had in
the past month, no name of a maker or brand, no two tags that mean the same by their vectors. They hold in every way
of reasoning.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from intently.catalog.arrays import Snapshot
from intently.catalog.encode import Encoder
from intently.catalog.schema import CatalogSpec
from intently.nouns import Event, Tag
from intently.understand.reliable import RELIABLE, is_reliable
from intently.understand.run import Encode, Run
from intently.understand.wording import ALIKE, gives_orders, same_meaning

__all__ = ["MONTH", "TagRules", "recent_texts", "rules_of", "without_near"]

MONTH = timedelta(days=30)
RECENT = 200  # newest deliberate events looked at for the past month
HAD = 0.80  # cosine from which a tag says what the person had
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class TagRules:
    """recent: titles and queries of the person's past month; names: folded names of makers and brands, by words;
    orders: words of what they had, searched for or declared, and of the moment, where these give a model orders."""

    recent: tuple[str, ...] = ()
    names: frozenset[tuple[str, ...]] = frozenset()
    encoder: Encoder | None = None
    orders: tuple[frozenset[str], ...] = ()

    def sift(self, tags: Sequence[Tag]) -> tuple[tuple[Tag, ...], tuple[str, ...]]:
        """The tags that stand, in their order, and for each that does not, why. Of two alike the first stands."""
        fitting, refused = self.fitting(tags)
        apart, twins = without_near(fitting, self.encoder.encode, ALIKE) if self.encoder else (fitting, ())
        return apart, (*refused, *twins)

    def fitting(self, tags: Sequence[Tag]) -> tuple[tuple[Tag, ...], tuple[str, ...]]:
        """The same, each tag looked at by itself: no makers, nothing of the past month."""
        had = self._had([tag.text for tag in tags])
        faults = [self._fault(tag.text, cosine) for tag, cosine in zip(tags, had, strict=True)]
        kept = tuple(tag for tag, fault in zip(tags, faults, strict=True) if not fault)
        return kept, tuple(f"{tag.text!r}: {fault}" for tag, fault in zip(tags, faults, strict=True) if fault)

    def _fault(self, text: str, had: float) -> str | None:
        words = tuple(_WORD.findall(text.casefold()))
        spans = {words[start:end] for start in range(len(words)) for end in range(start + 1, len(words) + 1)}
        named = sorted(spans & self.names)
        if named:
            return f"it names a maker or brand ({' '.join(named[0])})"
        if any(order.issuperset(words) for order in self.orders):
            return "it is out of a text that gives orders"
        if had >= HAD or any(same_meaning(text, one) for one in self.recent):
            return "the person had it in the past month"
        return None

    def _had(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """The cosine of each text with the nearest recent one, (n,); zeros without an encoder."""
        if self.encoder is None or not texts or not self.recent:
            return np.zeros(len(texts), np.float32)
        found = self.encoder.encode(texts) @ self.encoder.encode(self.recent).T
        nearest: npt.NDArray[np.float32] = found.max(axis=1)
        return nearest


def without_near(tags: Sequence[Tag], encode: Encode, alike: float) -> tuple[tuple[Tag, ...], tuple[str, ...]]:
    """The tags without those that are nearer to an earlier one than the cosine `alike`, and for each, to which."""
    if not tags:
        return (), ()
    vectors = encode([tag.text for tag in tags])
    cosines = vectors @ vectors.T  # (tags, tags)
    kept: list[int] = []
    faults: list[str] = []
    for place, tag in enumerate(tags):
        near = [other for other in kept if cosines[place, other] >= alike]
        if near:
            faults.append(f"{tag.text!r}: it means the same as {tags[near[0]].text!r}")
        else:
            kept.append(place)
    return tuple(tags[place] for place in kept), tuple(faults)


def rules_of(run: Run) -> TagRules:
    """The rules for this person at this moment."""
    kinds = {*RELIABLE, *run.spec.reliable}
    events = run.journal.events_of(run.user_id, kinds=kinds, until=run.as_of, newest=RECENT)
    recent = [event for event in events if event.time > run.as_of - MONTH and is_reliable(event, kinds)]
    rows = [run.snapshot.row_of(item.item_id) for item in run.behaviour.items if item.item_id is not None]
    titles = [run.snapshot.titles[row] for row in rows if row is not None]  # as they came: told, they are plain
    profile = run.journal.profile(run.user_id)
    declared = profile.attributes.values() if profile is not None else ()
    told = [*titles, *(item.title for item in run.behaviour.items), *(cue.text for cue in run.cues), *declared]
    orders = tuple(frozenset(_WORD.findall(text.casefold())) for text in map(str, told) if gives_orders(text))
    return TagRules(recent_texts(recent, run.snapshot), names_of(run.spec, run.snapshot), run.encoder, orders)


def recent_texts(events: Sequence[Event], snapshot: Snapshot) -> tuple[str, ...]:
    """Titles of the items and the queries of these events, each once, the newest first."""
    found: dict[str, None] = {}
    for event in reversed(events):
        row = snapshot.row_of(event.item_id) if event.item_id is not None else None
        text = event.query if event.item_id is None else None if row is None else snapshot.titles[row]
        if text:
            found[text] = None
    return tuple(found)


def names_of(spec: CatalogSpec, snapshot: Snapshot) -> frozenset[tuple[str, ...]]:
    """The words of each value of facets that the catalogue declares to hold names (`names = true`)."""
    values = [
        value
        for name, facet in spec.facets.items()
        if facet.names and name in snapshot.terms
        for value in snapshot.terms[name].values
    ]
    return frozenset(words for value in values if (words := tuple(_WORD.findall(value.casefold()))))
