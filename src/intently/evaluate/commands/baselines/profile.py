"""The profile of an InteRecAgent-style agent: three sets of items, in which a new like cancels an old dislike.

`history` is what the person took before the session; `like` and `unwanted` are what the conversation named.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Profile"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Item ids, oldest first."""

    history: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    def updated(self, like: Iterable[str], unwanted: Iterable[str]) -> "Profile":
        """The profile after a turn. What one turn both likes and rejects is rejected: it was said last."""
        rejected = tuple(unwanted)
        liked = tuple(item_id for item_id in like if item_id not in rejected)
        return Profile(
            history=self.history,
            like=_joined((item_id for item_id in self.like if item_id not in rejected), liked),
            unwanted=_joined((item_id for item_id in self.unwanted if item_id not in liked), rejected),
        )


def _joined(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *second]))
