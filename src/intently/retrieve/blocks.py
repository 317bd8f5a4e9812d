"""Arithmetic over a whole catalogue, some thousand items at a time.

A pass over a million numbers waits for memory, and a formula takes a dozen of them; over a block that stays in the
processor's cache it does not. A second thread loses at this size (docs/experiments.md), so blocks have none.
"""

from collections.abc import Iterator

__all__ = ["BLOCK", "blocks"]

BLOCK = 16_384  # items: a few columns of so many stay in the cache


def blocks(count: int) -> Iterator[slice]:
    """The blocks of `count` items, ascending."""
    for first in range(0, count, BLOCK):
        yield slice(first, min(first + BLOCK, count))
