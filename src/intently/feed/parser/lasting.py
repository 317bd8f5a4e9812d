"""How long, in words: "for the next 3 days", "for two weeks". The scope is named as `session.scope_of` knows it."""

from collections.abc import Sequence

from intently.feed.parser.shown import NUMBER_WORDS
from intently.feed.parser.tokens import Token

__all__ = ["read_lasting"]

_DAYS = {"hour": 1 / 24, "day": 1, "night": 1, "week": 7, "weekend": 7, "month": 30}
_NEXT = frozenset(("next", "coming", "following"))


def read_lasting(tokens: Sequence[Token], at: int) -> tuple[int, str] | None:
    """(token after it, name of the scope) of the span that starts here, else None. Hours only after "the next"."""
    place = at + 1 if tokens[at].low in ("for", "over", "during") else at
    place += place < len(tokens) and tokens[place].low == "the"
    coming = place < len(tokens) and tokens[place].low in _NEXT
    place += coming
    if place + 1 >= len(tokens) or not (coming or tokens[at].low == "for"):
        return None
    word, unit = tokens[place].low, tokens[place + 1].low
    count = NUMBER_WORDS.get(word) or (int(word) if word.isdigit() and len(word) < 3 else 2 if word == "few" else 0)
    days = _DAYS.get(unit.rstrip("s"), 0)
    if not count or not days or (days < 1 and not coming):
        return None
    return place + 2, f"days:{count * days:g}"
