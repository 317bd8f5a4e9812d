"""One list of several that take turns: where it is cut, none of them is favoured."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import TypeVar

__all__ = ["taking_turns"]

T = TypeVar("T")


def taking_turns(lists: Iterable[Sequence[T]]) -> list[T]:
    """Their firsts, their seconds, and so on; None is nobody's turn."""
    return [one for turn in zip_longest(*lists) for one in turn if one is not None]
