"""Which events say something about taste, and the words for them: what was meant, not what was merely passed.

RecGPT V1 section 2.1 keeps favourites, purchases, carts, closer looks, reviews and searches; ordinary clicks are noise.
A rating says whether it was a liking.
"""

from intently.nouns import Event

__all__ = ["DISLIKED", "LIKED", "WORDS", "is_reliable", "word_of"]

WORDS = {
    "favourite": "kept",
    "cart": "in cart",
    "purchase": "bought",
    "detail": "looked closely at",
    "review": "read about",
    "search": "searched",
    "rating": "rated",
}
LIKED, DISLIKED = "liked", "did not like"


def is_reliable(event: Event) -> bool:
    """Whether an event says something about taste."""
    return event.kind in WORDS


def word_of(event: Event, liked_from: float | None) -> str:
    """What the person did, for a line of the history. liked_from: ratings from here are likings."""
    if event.kind == "rating" and event.value is not None and liked_from is not None:
        return LIKED if event.value >= liked_from else DISLIKED
    return WORDS[event.kind]
