"""What people want and the catalogue does not have: tags that found nothing good, brought together over people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from intently.catalog.encode import Encoder
from intently.journal import UnderstandingRow
from intently.nouns import Tag
from intently.understand.wording import groups_of

__all__ = ["UNMET", "Unmet", "is_unmet", "left_unmet", "unmet_of"]

UNMET = "unmet"  # the note that holds tags which the arbiter left out and which found no good item


@dataclass(frozen=True, slots=True)
class Unmet:
    """One want. `text`: the wording that most people's tags are nearest to; `wordings`: all of them, that one first;
    `people`: how many persons' tags say it; `best_similarity`: of the nearest item that any of the tags found."""

    text: str
    people: int
    best_similarity: float
    wordings: tuple[str, ...]


def is_unmet(tag: Tag) -> bool:
    """Whether a tag was looked up and found no good item."""
    return tag.found == 0 and tag.best_similarity != 0.0


def left_unmet(row: UnderstandingRow) -> tuple[Tag, ...]:
    """Tags that were named of this person and found no good item, but are not among the final ones."""
    return tuple(Tag.model_validate(one) for one in row.notes.get(UNMET, ()))


def unmet_of(tags: Iterable[tuple[str, Tag]], encoder: Encoder | None = None, least_people: int = 1) -> list[Unmet]:
    """Of (person, tag) pairs, the wants of at least so many people: most people first, then the least similar item.

    Tags that mean the same are one want: by their words, and by their vectors where there is an encoder. The groups
    are grown from the most frequent wording on, ties by text, so that the same tags give the same report.
    """
    people: dict[str, set[str]] = {}
    best: dict[str, float] = {}
    for user_id, tag in tags:
        if is_unmet(tag):
            people.setdefault(tag.text, set()).add(user_id)
            best[tag.text] = max(best.get(tag.text, -1.0), tag.best_similarity)
    texts = sorted(people, key=lambda text: (-len(people[text]), text))
    found = [
        Unmet(group[0], len(set().union(*(people[text] for text in group))), max(best[text] for text in group), group)
        for group in _groups(texts, encoder)
    ]
    kept = [one for one in found if one.people >= least_people]
    return sorted(kept, key=lambda one: (-one.people, one.best_similarity, one.text))


def _groups(texts: Sequence[str], encoder: Encoder | None) -> list[tuple[str, ...]]:
    vectors = encoder.encode(texts) if encoder is not None and texts else np.zeros((len(texts), 0), np.float32)
    return [tuple(texts[place] for place in group) for group in groups_of(texts, vectors).values()]
