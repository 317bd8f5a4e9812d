"""Which events say something about taste, and the words for them: what was meant, not what was merely passed.

RecGPT V1 section 2.1 keeps favourites, purchases, carts, closer looks, reviews and searches; ordinary clicks are noise.
A catalogue says which of them it means (`reliable_kinds`). A rating says whether it was a liking.
"""

from collections.abc import Collection

from intently.nouns import Event

__all__ = ["DISLIKED", "LIKED", "NEGATIVE", "RELIABLE", "is_reliable", "word_of"]

WORDS = {
    "favourite": "kept",
    "cart": "in cart",
    "purchase": "bought",
    "detail": "looked closely at",
    "review": "read about",
    "search": "searched",
    "rating": "rated",
    "view": "viewed",
    "click": "clicked",
    "dislike": "did not like",
    "hide": "hid",
}
RELIABLE = ("favourite", "cart", "purchase", "detail", "review", "search", "rating")  # where a catalogue does not say
LIKED, DISLIKED = "liked", "did not like"
NEGATIVE = frozenset({DISLIKED, "hid"})


def is_reliable(event: Event, kinds: Collection[str] = RELIABLE) -> bool:
    """Whether an event says something about taste, where these kinds do. Being shown something never does."""
    return event.kind in kinds and event.kind in WORDS


def word_of(event: Event, liked_from: float | None) -> str:
    """What the person did, for a line of the history. liked_from: ratings from here are likings."""
    if event.kind == "rating" and event.value is not None and liked_from is not None:
        return LIKED if event.value >= liked_from else DISLIKED
    return WORDS[event.kind]
