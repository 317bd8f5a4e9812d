"""What lines are asked for: items, and for each of them several people whom it suits for reasons of their own.

People's interests are the threads that code counts in what they liked before their cut (`understand.strands`), so that
no model stands between the data and the writers that are compared. An item suits a thread when it has all of its
terms and was not in the person's history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from intently.catalog.snapshot import Snapshot
from intently.evaluate.understanding.cases import Case, draw_cases
from intently.evaluate.understanding.ground import Ground
from intently.explain import PastItem
from intently.explain.evidence import Evidence, Liking, evidence_of
from intently.explain.liking import interest_key
from intently.nouns import Item
from intently.understand.strands import Strand, strands_of

__all__ = ["EACH", "Asked", "ItemCase", "draw_items"]

EACH = 5  # lines of an item
PEOPLE = 600  # whose threads are counted
THREADS = 4  # of a person
LIKED = 40  # newest liked items that threads are counted in
PAST = 2  # items of a thread that a line may name


@dataclass(frozen=True)
class Asked:
    """One line that is asked for."""

    user_id: str
    liking: Liking
    evidence: Evidence


@dataclass(frozen=True)
class ItemCase:
    item_id: str
    asked: tuple[Asked, ...]  # EACH of them, of different people and different threads


def draw_items(ground: Ground, items: int, seed: int, cues: Sequence[tuple[str, str]]) -> list[ItemCase]:
    """`items` items drawn by the seed of those with enough people; of one seed, a smaller draw is part of a larger."""
    rng = np.random.default_rng(seed)
    suits = _suits(ground, draw_cases(ground, PEOPLE, seed))
    by_id: Mapping[str, Item] = {item.item_id: item for item in ground.items}
    found: list[ItemCase] = []
    for row in rng.permutation(len(ground.snapshot)).tolist():
        chosen = _apart(suits.get(row, []), rng)
        if len(chosen) == EACH and len(found) < items:
            item = by_id[ground.snapshot.item_ids[row]]
            found.append(ItemCase(item.item_id, tuple(_asked(ground, item, case, one, cues) for case, one in chosen)))
    return found


def moment_of(ground: Ground) -> datetime:
    """The time of the set's newest event."""
    return datetime.fromtimestamp(float(ground.log.times.max()), UTC)


def _suits(ground: Ground, cases: Sequence[Case]) -> dict[int, list[tuple[Case, Strand]]]:
    """Item row -> people and threads that it suits."""
    suits: dict[int, list[tuple[Case, Strand]]] = {}
    snapshot = ground.snapshot
    for case in cases:
        own = np.array(case.own, dtype=np.int64)
        liked = own[ground.log.liked[own]][-LIKED:]
        ids = [snapshot.item_ids[row] for row in ground.log.rows[liked][::-1].tolist()]
        known = set(ground.log.rows[own].tolist())
        for strand in strands_of(ids, ground.spec, snapshot, THREADS):
            for row in np.flatnonzero(_having(strand, snapshot)).tolist():
                if row not in known:
                    suits.setdefault(row, []).append((case, strand))
    return suits


def _having(strand: Strand, snapshot: Snapshot) -> np.ndarray:
    mask = np.array(snapshot.available)
    for term in strand.terms:
        mask &= snapshot.mask_of([term])
    return mask


def _apart(suiting: Sequence[tuple[Case, Strand]], rng: np.random.Generator) -> list[tuple[Case, Strand]]:
    """At most EACH, each of another person and another thread."""
    chosen: list[tuple[Case, Strand]] = []
    for place in rng.permutation(len(suiting)).tolist():
        case, strand = suiting[place]
        fresh = all(case.user_id != other.user_id and strand.label != one.label for other, one in chosen)
        if fresh and len(chosen) < EACH:
            chosen.append((case, strand))
    return chosen


def _asked(
    ground: Ground, item: Item, case: Case, strand: Strand, cues: Sequence[tuple[str, str]]
) -> Asked:  # fmt: skip
    titles = {item_id: ground.snapshot.titles[row] for item_id in strand.item_ids
              if (row := ground.snapshot.row_of(item_id)) is not None}  # fmt: skip
    past = tuple(PastItem(f"{case.user_id}-{one}", title, liked=True, kind="rating")
                 for one, title in list(titles.items())[:PAST])  # fmt: skip
    text = " and ".join(value for _, value in strand.terms)
    liking = Liking(interest_key(text), text, past=past)
    return Asked(case.user_id, liking, evidence_of(ground.spec, item, liking, cues))
