"""What is measured of a row: a number for each person, and what a whole row is.

A number is NaN where it says nothing (a duplication rate of a row with one route); a row's mean is over the others.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
import numpy.typing as npt

from intently.evaluate.metrics import Interval, mean_interval
from intently.evaluate.understanding.cases import Case
from intently.evaluate.understanding.found import DEPTH, TAGS, Found, interleaved

__all__ = ["CHANNELS", "MEASURES", "Person", "Whole", "interval", "others_hits", "union", "values", "whole"]

CHANNELS = ("popularity", "own", "knn")  # the other ways to recall an item or a category
NAN = float("nan")


@dataclass(frozen=True)
class Person:
    """One case with what a row found for it, and what the channels without tags found."""

    case: Case
    found: Found
    channels: Mapping[str, Found]


def hit(person: Person, k: int) -> float:
    """HR@k: whether the category of what came next is among those of the first k tags (or the first k categories)."""
    return float(person.case.target in person.found.categories[:k])


def recall(person: Person, k: int) -> float:
    """Share of the next items among the first k that the row finds."""
    following = set(person.case.following)
    return len(following & set(person.found.items[:k])) / len(following)


def only_channel(person: Person) -> float:
    """Exclusive recall, reading A: share of the next items that this row finds and no other channel does, at DEPTH."""
    others = {row for found in person.channels.values() for row in found.items[:DEPTH]}
    following = set(person.case.following)
    return len((following & set(person.found.items[:DEPTH])) - others) / len(following)


def only_channel_category(person: Person) -> float:
    """Reading A of categories: the target is among this row's and among no other channel's first TAGS."""
    target = person.case.target
    others = any(target in found.categories[:TAGS] for found in person.channels.values())
    return float(target in person.found.categories[:TAGS] and not others)


def only_route(person: Person) -> float:
    """Exclusive recall, reading B: share of the next items that exactly one of the row's routes finds."""
    routes = person.found.routes
    if len(routes) < 2:
        return NAN
    times = Counter(row for items in routes.values() for row in set(items))
    following = person.case.following
    return sum(times[row] == 1 for row in following) / len(following)


def duplicates(person: Person) -> float:
    """Repeated items over all items that the row's routes propose, each route on its own."""
    routes = person.found.routes
    every = [row for items in routes.values() for row in items]
    return 1 - len(set(every)) / len(every) if len(routes) > 1 and every else NAN


def _share(part: float, of: float) -> float:
    return part / of if of else NAN


MEASURES: Mapping[str, Callable[[Person], float]] = {
    "HR@30": lambda one: hit(one, 30),
    "HR@10": lambda one: hit(one, 10),
    "HR@5": lambda one: hit(one, 5),
    "recall@50": lambda one: recall(one, 50),
    "recall@200": lambda one: recall(one, 200),
    "exclusive A": only_channel,
    "exclusive A, category": only_channel_category,
    "exclusive B": only_route,
    "duplicate items": duplicates,
    "duplicate tags, pool": lambda one: _share(one.found.pool_repeated, len(one.found.pool)),
    "duplicate tags": lambda one: _share(one.found.repeated, len(one.found.tags)),
    "categories": lambda one: float(len(set(one.found.categories[:TAGS]))),
    "tags": lambda one: float(len(one.found.tags)),
    "grounded": lambda one: _share(one.found.grounded, len(one.found.tags)),
    "calls": lambda one: float(one.found.spent.calls),
    "uncached in": lambda one: float(one.found.spent.uncached),
    "cached in": lambda one: float(one.found.spent.cached),
    "out": lambda one: float(one.found.spent.out),
    "uncached in + out": lambda one: float(one.found.spent.uncached + one.found.spent.out),
    "seconds": lambda one: one.found.spent.seconds,
}


def values(people: Sequence[Person], name: str) -> npt.NDArray[np.float64]:
    """One number a person."""
    return np.array([MEASURES[name](person) for person in people], dtype=np.float64)


def interval(numbers: npt.NDArray[np.float64], seed: int) -> Interval:
    """Over the people of whom there is a number."""
    return mean_interval(numbers[~np.isnan(numbers)], seed)


@dataclass(frozen=True)
class Whole:
    """A row as a whole. `coverage`: share of all categories that any person's first TAGS reach; `entropy`: of their
    distribution over all people, in bits; `others`: HR@30 with another person's tags, over all pairs, which tells how
    much of a hit is the person's own; `refused`: share of what the model named (tags, interests or personas) that each
    rule left out; `failed`: people for whom it failed, by error."""

    coverage: float
    entropy: float
    others: float
    refused: Mapping[str, float]
    failed: Mapping[str, int]


def whole(people: Sequence[Person], categories: int) -> Whole:
    counts = Counter(number for person in people for number in person.found.categories[:TAGS])
    total = sum(counts.values())
    entropy = -sum(n / total * log2(n / total) for n in counts.values())
    refused, proposed = Counter[str](), Counter[str]()
    for person in people:
        refused.update(person.found.refused)
        proposed.update(person.found.proposed)
    failed = Counter(person.found.failed for person in people if person.found.failed)
    shares = {rule: n / proposed[rule.partition(":")[0]] for rule, n in refused.most_common()}
    return Whole(
        len(counts) / max(categories, 1),
        abs(entropy),
        float(np.mean(others_hits(people))) if people else NAN,
        shares,
        dict(failed),
    )


def others_hits(people: Sequence[Person]) -> npt.NDArray[np.float64]:
    """HR@30 of each person who is given somebody else's tags: the mean over all the others. NaN for one alone."""
    said = [frozenset(person.found.categories[:TAGS]) for person in people]
    hits = [sum(person.case.target in other for other in said) for person in people]
    own = [person.case.target in mine for person, mine in zip(people, said, strict=True)]
    others = len(people) - 1 if len(people) > 1 else NAN
    shares: npt.NDArray[np.float64] = (np.array(hits, dtype=np.float64) - np.array(own)) / others
    return shares


def union(person: Person, other: Found) -> dict[str, float]:
    """The row with another channel against that channel alone, at equal length and at twice the length.

    equal: the two in turns, cut to the length of the one; whole: both in full, against twice the length of the other
    alone, so that more places are no merit.
    """
    case, found = person.case, person.found
    mixed = interleaved([other.categories, tuple(dict.fromkeys(found.categories[:TAGS]))])
    items = interleaved([other.items, found.items])
    following = set(case.following)
    both = {*found.categories[:TAGS], *other.categories[:TAGS]}
    return {
        "HR@30, in turns": float(case.target in mixed[:TAGS]) - float(case.target in other.categories[:TAGS]),
        "HR@60, both whole": float(case.target in both) - float(case.target in other.categories[: 2 * TAGS]),
        "HR, both whole against 30": float(case.target in both) - float(case.target in other.categories[:TAGS]),
        "recall@200, in turns": (len(following & set(items[:DEPTH])) - len(following & set(other.items[:DEPTH])))
        / len(following),
    }
