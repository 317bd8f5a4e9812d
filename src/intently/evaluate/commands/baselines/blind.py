"""Blind rows: popularity and item-kNN. They do not read what is said, so every round shows the same list."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from intently.evaluate.commands.baselines.shelf import PerGround, Scores, Shelf
from intently.evaluate.commands.case import Case, Ground, Kind, Shown, Truth

__all__ = ["Blind"]

METHODS: dict[str, Callable[[Shelf, str], Scores]] = {
    "popularity": lambda shelf, user_id: shelf.popular,
    "item-kNN": lambda shelf, user_id: shelf.neighbours(user_id),
}


@dataclass(frozen=True)
class Blind:
    """The unseen items by popularity or by the neighbours of what the person took last."""

    name: Literal["popularity", "item-kNN"]
    kind: Kind = "blind"
    _shelves: PerGround[Shelf] = field(default_factory=lambda: PerGround(Shelf), repr=False)

    def start(self, ground: Ground, case: Case) -> "Fixed":
        shelf = self._shelves.of(ground)
        scores = METHODS[self.name](shelf, case.user_id)
        return Fixed(Shown(shelf.best(scores, shelf.unseen(case.user_id)), by="blind"))


@dataclass(frozen=True)
class Fixed:
    """A conversation with somebody who does not listen."""

    shown: Shown

    def open(self) -> Shown:
        return self.shown

    def say(self, text: str, truth: Truth) -> Shown:
        return self.shown
