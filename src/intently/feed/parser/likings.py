"""Liking said with adverbs between: "I especially like", "we have really enjoyed"."""

from collections.abc import Sequence

from intently.feed.parser.lexicon import Cue
from intently.feed.parser.tokens import Token

__all__ = ["read_liking"]

_SUBJECTS = frozenset(("i", "we", "ive", "weve"))
_ADVERBS = frozenset(
    """
    really especially also just do did absolutely usually typically generally mostly mainly personally particularly
    totally still sometimes often have truly honestly definitely quite very much recently actually normally
    """.split()
)
_VERBS = frozenset("like liked love loved enjoy enjoyed prefer preferred adore adored luv".split())
LONGEST = 4  # adverbs in a row


def read_liking(tokens: Sequence[Token], at: int) -> tuple[int, Cue] | None:
    """(token after it, what it does) of the liking that starts here with its subject, or None."""
    if tokens[at].low not in _SUBJECTS:
        return None
    place = at + 1
    while place < len(tokens) and place <= at + LONGEST and tokens[place].low in _ADVERBS:
        place += 1
    if place >= len(tokens) or tokens[place].low not in _VERBS:
        return None
    return place + 1, Cue("want")
