"""What a row says for a person: categories and items in order, and the tags behind them where it has tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from intently.evaluate.understanding.cases import Case, history_of
from intently.evaluate.understanding.ground import Ground
from intently.evaluate.understanding.mapping import Mapped
from intently.retrieve.request import Floats, Mask
from intently.understand.turns import taking_turns

__all__ = [
    "DEPTH",
    "TAGS",
    "Found",
    "Spent",
    "Told",
    "interleaved",
    "new_categories",
    "new_items",
    "of_tags",
    "retrieved",
]

TAGS = 30  # of a person, at most; the rest is cut
DEPTH = 200  # items that are looked at
ROUTE_DEPTH = 50  # items that one route proposes
GOOD = 0.45  # cosine from which an item is found by a tag


@dataclass(frozen=True)
class Told:
    """A tag: its text and the route, interest or persona that gave it ("" where a row has one alone)."""

    text: str
    route: str = ""


@dataclass(frozen=True)
class Spent:
    """What a row asked for one person. `uncached` and `cached` prompt tokens as the server counted them."""

    calls: int = 0
    uncached: int = 0
    cached: int = 0
    out: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.calls + other.calls, self.uncached + other.uncached, self.cached + other.cached,
                     self.out + other.out, self.seconds + other.seconds)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """`categories`: ranked, or that of each tag in the tags' order. `items`: the first DEPTH. `routes`: items by route.
    `grounded`: tags with a good item; `repeated`: tags that say what an earlier one said. `pool`: the tags before they
    were merged and judged. `proposed`: how many tags, interests and personas the model named; `refused`: how many of
    them each rule left out, by "tag: rule"."""

    categories: tuple[int, ...]
    items: tuple[int, ...]
    tags: tuple[Told, ...] = ()
    routes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    grounded: int = 0
    repeated: int = 0
    pool: tuple[Told, ...] = ()
    pool_repeated: int = 0
    proposed: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    spent: Spent = Spent()
    failed: str = ""


def new_items(ground: Ground, case: Case) -> Mask:
    """The items that the person has not had: what is predicted is one of these."""
    allowed = np.ones(len(ground.snapshot), dtype=np.bool_)
    allowed[history_of(ground, case).rows] = False
    return allowed


def new_categories(ground: Ground, allowed: Mask) -> Mask:
    """The categories of which there is an item to take: where a category is one item, those that are new."""
    held = np.zeros(len(ground.categories), dtype=np.bool_)
    numbers = ground.categories.of[allowed]
    held[numbers[numbers >= 0]] = True
    return held


def of_tags(tags: Sequence[Told], ground: Ground, case: Case, phi: Mapped) -> Found:
    """The first TAGS tags, mapped and looked up."""
    tags = tuple(tags[:TAGS])
    if not tags:
        return Found((), ())
    vectors = ground.encode([tag.text for tag in tags])
    allowed = new_items(ground, case)
    near = vectors @ ground.snapshot.vectors.T  # (tags, items), cosines
    routes = {route: np.array([tag.route == route for tag in tags]) for route in dict.fromkeys(t.route for t in tags)}
    return Found(
        categories=phi.categories(vectors, new_categories(ground, allowed)),
        items=retrieved(near, allowed, DEPTH),
        tags=tags,
        routes={route: retrieved(near[rows], allowed, ROUTE_DEPTH) for route, rows in routes.items()},
        grounded=int((near.max(axis=1) >= GOOD).sum()),
        repeated=repeats(vectors, [tag.text for tag in tags]),
    )


def retrieved(near: Floats, allowed: Mask, depth: int) -> tuple[int, ...]:
    """Items by tags in turn: every tag's nearest, then every tag's second, and so on; each item once."""
    masked = np.where(allowed[None, :], near, -np.inf)
    k = min(depth, int(allowed.sum()))
    lists = [np.lexsort((np.arange(len(row)), -row))[:k].tolist() for row in masked]
    return interleaved(lists)[:depth]


def interleaved(lists: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """One list of several in turns, each number once."""
    return tuple(dict.fromkeys(taking_turns(lists)))


SAME = 0.90  # cosine from which two tags say the same


def repeats(vectors: Floats, texts: Sequence[str]) -> int:
    """Texts that say what an earlier one said: the same words, or vectors at a cosine of SAME."""
    near = np.tril(vectors @ vectors.T, -1) >= SAME
    words = [frozenset(text.casefold().split()) for text in texts]
    again = [bool(near[row].any()) or words[row] in words[:row] for row in range(len(texts))]
    return sum(again)
