"""Denied liking in all its forms: "didn't really care for", "am not usually one for", "could not get into", and denied
use: "I don't buy"."""

from collections.abc import Sequence

from intently.feed.parser.lexicon import Cue
from intently.feed.parser.tokens import Token

__all__ = ["read_denial"]

_DENYING = frozenset(
    ("dont", "didnt", "doesnt", "wont", "cant", "couldnt", "wouldnt", "never", "cannot", "wasnt", "arent", "isnt",
     "not", "havent", "hasnt", "aint", "hardly", "rarely", "seldom")
)  # fmt: skip
_SOFTENING = frozenset(
    ("really", "particularly", "necessarily", "usually", "typically", "normally", "exactly", "generally", "often",
     "quite", "especially", "always", "much", "that", "so", "too", "super", "terribly", "hugely", "overly")
)  # fmt: skip
_FILLING = frozenset(
    ("actually", "ever", "even", "also", "just", "all", "very", "a", "one", "the", "big", "huge", "much", "of")
)
_LIKING = frozenset(
    tuple(verb.split())
    for verb in (
        "like", "love", "enjoy", "care for", "fancy", "want", "need", "go for", "get into", "dig", "feel like",
        "prefer", "adore", "watch", "into", "fond of", "keen on", "interested in", "fan of", "fans of", "one for",
        "crazy about", "wild about", "in the mood for", "looking for", "up for", "want to see", "want to watch",
        "like to watch", "like to see", "like watching", "enjoy watching", "care about", "handle", "stand", "tolerate",
        "do", "stomach", "big on", "huge on", "fussed about", "recommend", "suggest", "show", "show me", "give me",
        "include", "add", "liked", "loved", "enjoyed", "cared for", "gotten into",
    )
)  # fmt: skip
# What one does with a thing: "I don't buy Acme", "we can't use soap". Of the past it is told: "I didn't buy the plot".
_USING = frozenset((verb,) for verb in ("buy", "use", "wear", "purchase", "order", "trust", "eat", "drink", "consume"))
_PAST = frozenset(("didnt", "couldnt", "wouldnt", "wasnt", "havent", "hasnt"))
_LONGEST = max(len(verb) for verb in _LIKING)


def read_denial(tokens: Sequence[Token], at: int) -> tuple[int, Cue] | None:
    """(token after it, what it does) of the denied liking that starts here, or None."""
    place = at
    if tokens[place].low not in _DENYING:
        if not _is_split(tokens, place):
            return None
        place += 1  # "did not"
    place += 1
    soft = lasting = False
    for _ in range(3):
        if place < len(tokens) and not _verb(tokens, place) and tokens[place].low in _SOFTENING | _FILLING:
            soft |= tokens[place].low in _SOFTENING
            lasting |= tokens[place].low == "ever"
            place += 1
    end = _verb(tokens, place) if place < len(tokens) else 0
    if end and tuple(token.low for token in tokens[place:end]) in _USING and _is_past(tokens, at):
        return None
    bare = tokens[at].low == "not" and tokens[end - 1].low == "like"  # "not like the second one" denies a likeness
    return (end, Cue("avoid", soft=soft, scope="always" if lasting else "")) if end and not bare else None


_AUXILIARY = frozenset(("do", "did", "does", "will", "could", "would", "am", "im", "is", "are", "was", "were", "have"))


def _is_split(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at].low in _AUXILIARY and tokens[at + 1].low == "not"


def _is_past(tokens: Sequence[Token], at: int) -> bool:
    split = tokens[at].low in _AUXILIARY  # "did not"
    return tokens[at].low in _PAST or (split and tokens[at].low in ("did", "was", "were", "have", "could", "would"))


def _verb(tokens: Sequence[Token], at: int) -> int:
    """The token after the longest verb of liking that starts here, or 0."""
    lows = tuple(token.low for token in tokens[at : at + _LONGEST])
    for length in range(len(lows), 0, -1):
        if lows[:length] in _LIKING or lows[:length] in _USING:
            return at + length
    return 0
