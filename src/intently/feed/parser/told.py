"""Amounts that are told and bound nothing: "you have a point", "$10 a month", "I liked Heat last year"."""

from collections.abc import Mapping, Sequence

from intently.feed.parser.bounds import Amount
from intently.feed.parser.titles import Title
from intently.feed.parser.tokens import Token

__all__ = ["is_mere_article", "is_paid_by_time", "is_when"]

_PERIODS = frozenset(("day", "week", "month", "year"))
_MADE = frozenset(("from", "of", "since", "released", "made", "new"))
_HAPPENING = frozenset(("making", "watched", "saw", "seen", "went", "liked", "loved", "were", "did"))
_FAVOURITE = frozenset(("favorite", "favourite", "favorites", "favourites"))


def is_mere_article(tokens: Sequence[Token], at: int, amount: Amount) -> bool:
    """ "You have a point": no measure, though points are a unit."""
    article = tokens[at].low in ("a", "an") and amount.end == at + 2
    return article and amount.quantity.shape == "amount" and _low(tokens, amount.end) not in ("long", "or", "max", "at")


def is_paid_by_time(tokens: Sequence[Token], amount: Amount) -> bool:
    """ "About $10 a month"."""
    return _low(tokens, amount.end) in ("a", "per") and _low(tokens, amount.end + 1) in _PERIODS


def is_when(tokens: Sequence[Token], at: int, amount: Amount, titles: Mapping[int, Title]) -> bool:
    """ "I liked Heat last year", "it was one of my favourites of the last few years": when that was, or is to be."""
    if amount.quantity.shape != "age":
        return False
    clause = _clause_before(tokens, at)
    if _FAVOURITE & set(clause) and "it" in clause[:3]:
        return True
    if tokens[at].low not in ("last", "this", "past", "in") or (clause and clause[-1] in _MADE):
        return False
    return bool(_HAPPENING & set(clause)) or any(title.end <= at for title in titles.values())


def _clause_before(tokens: Sequence[Token], at: int) -> list[str]:
    start = at
    while start > 0 and (tokens[start - 1].kind != "sign" or tokens[start - 1].low in ("(", ")", "-")):
        start -= 1
    return [token.low for token in tokens[start:at]]


def _low(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].low if at < len(tokens) else ""
