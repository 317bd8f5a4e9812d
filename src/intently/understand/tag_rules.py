"""What a tag may not be, enforced by code where the paper only asks for it (RecGPT V1 section 4).

Word rules of one tag are in `tags.py`. Here are those that look at more than the tag: nothing that the person had in
the past month, no name of a maker or brand, no two tags that mean the same by their vectors.
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
from intently.understand.run import Run
from intently.understand.wording import ALIKE, same_meaning

__all__ = ["MONTH", "TagRules", "recent_texts", "rules_of"]

MONTH = timedelta(days=30)
RECENT = 200  # newest deliberate events looked at for the past month
HAD = 0.80  # cosine from which a tag says what the person had
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class TagRules:
    """recent: titles and queries of the person's past month; names: folded names of makers and brands, by words."""

    recent: tuple[str, ...] = ()
    names: frozenset[tuple[str, ...]] = frozenset()
    encoder: Encoder | None = None

    def sift(self, tags: Sequence[Tag]) -> tuple[tuple[Tag, ...], tuple[str, ...]]:
        """The tags that stand, in their order, and for each that does not, why. Of two alike the first stands."""
        kept: list[int] = []
        refused: list[str] = []
        alike, had = self._cosines(tags)
        for place, tag in enumerate(tags):
            fault = self._fault(tag.text, had[place]) or _twin(tags, alike, place, kept)
            if fault:
                refused.append(f"{tag.text!r}: {fault}")
            else:
                kept.append(place)
        return tuple(tags[place] for place in kept), tuple(refused)

    def _fault(self, text: str, had: float) -> str | None:
        words = tuple(_WORD.findall(text.casefold()))
        spans = {words[start:end] for start in range(len(words)) for end in range(start + 1, len(words) + 1)}
        named = sorted(spans & self.names)
        if named:
            return f"it names a maker or brand ({' '.join(named[0])})"
        if had >= HAD or any(same_meaning(text, one) for one in self.recent):
            return "the person had it in the past month"
        return None

    def _cosines(self, tags: Sequence[Tag]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Of the tags with each other (n, n), and each one's nearest recent text (n); zeros without an encoder."""
        if self.encoder is None or not tags:
            return np.zeros((len(tags), len(tags)), np.float32), np.zeros(len(tags), np.float32)
        found = self.encoder.encode([tag.text for tag in tags])
        if not self.recent:
            return found @ found.T, np.zeros(len(tags), np.float32)
        return found @ found.T, (found @ self.encoder.encode(self.recent).T).max(axis=1)


def _twin(tags: Sequence[Tag], alike: npt.NDArray[np.float32], place: int, kept: Sequence[int]) -> str | None:
    for other in kept:
        if alike[place, other] >= ALIKE:
            return f"it says the same as {tags[other].text!r}"
    return None


def rules_of(run: Run) -> TagRules:
    """The rules for this person at this moment."""
    kinds = {*RELIABLE, *run.spec.reliable}
    events = run.journal.events_of(run.user_id, kinds=kinds, until=run.as_of, newest=RECENT)
    recent = [event for event in events if event.time > run.as_of - MONTH and is_reliable(event, kinds)]
    return TagRules(recent_texts(recent, run.snapshot), names_of(run.spec, run.snapshot), run.encoder)


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
