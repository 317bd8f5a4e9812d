"""How far a population is understood: people, pipelines, what is due, and how much there is of a person.

RecGPT V1 reports 16.1 interests a person in the mean, renewed every two weeks (section 3); these are ours.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, median

from intently.journal import UnderstandingRow

__all__ = ["Census", "Spread", "census_of"]


@dataclass(frozen=True, slots=True)
class Spread:
    """Of a number that each person has; all 0 where there is nobody."""

    mean: float = 0.0
    least: int = 0
    median: float = 0.0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Census:
    """`due`: people whose understanding is older than `refresh_days`. `listed`: share of the interests that the pool of
    what several people share held; `found`: share of the tags that found an item, of those that were looked up; both
    None where there are none."""

    people: int
    pipelines: Mapping[str, int]
    due: int
    interests: Spread
    personas: Spread
    tags: Spread
    listed: float | None
    found: float | None


def census_of(rows: Sequence[UnderstandingRow], as_of: datetime, refresh_days: float) -> Census:
    """Of one understanding a person, as of a moment."""
    interests = [interest.listed for row in rows for interest in row.interests]
    looked_up = [tag.found > 0 for row in rows for tag in row.tags if tag.best_similarity != 0.0]
    return Census(
        people=len(rows),
        pipelines=dict(Counter(row.pipeline for row in rows).most_common()),
        due=sum(as_of - row.time >= timedelta(days=refresh_days) for row in rows),
        interests=_spread([len(row.interests) for row in rows]),
        personas=_spread([len(row.personas) for row in rows]),
        tags=_spread([len(row.tags) for row in rows]),
        listed=mean(interests) if interests else None,
        found=mean(looked_up) if looked_up else None,
    )


def _spread(numbers: Sequence[int]) -> Spread:
    if not numbers:
        return Spread()
    return Spread(round(mean(numbers), 2), min(numbers), float(median(numbers)), max(numbers))
