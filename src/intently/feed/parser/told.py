"""Amounts that are told and bound nothing: "you have a point", "$10 a month", "I liked Heat last year"; and adjectives
of time that are said of people, or of which version is meant: "that makes me feel old", "his new show"."""

from collections.abc import Mapping, Sequence

from intently.feed.parser.bounds import Amount
from intently.feed.parser.titles import Title
from intently.feed.parser.tokens import Token

__all__ = ["is_in_passing", "is_mere_article", "is_of_no_item", "is_paid_by_time", "is_when"]

_PERIODS = frozenset(("day", "week", "month", "year"))
_MADE = frozenset(("from", "of", "since", "released", "made", "new"))
_HAPPENING = frozenset(("making", "watched", "saw", "seen", "went", "liked", "loved", "were", "did"))
_POINTING = frozenset(("it", "this", "them", "both"))
_FAVOURITE = frozenset(("favorite", "favourite", "favorites", "favourites"))


def is_mere_article(tokens: Sequence[Token], at: int, amount: Amount) -> bool:
    """ "You have a point": no measure, though points are a unit."""
    article = tokens[at].low in ("a", "an") and amount.end == at + 2
    return article and amount.quantity.shape == "amount" and _low(tokens, amount.end) not in ("long", "or", "max", "at")


def is_in_passing(tokens: Sequence[Token], at: int, amount: Amount) -> bool:
    """ "I saw both at one point", "the 1990 version": no rating, and which film is meant."""
    words = [token.low for token in tokens[at : amount.end]]
    if words[-1] in ("point", "time") and words[-2:-1] in (["one"], ["some"]) and "at" in words:
        return True
    clause = _clause_before(tokens, at)
    if {"rated", "gave"} & set(clause) and {"it", "that", "this"} & set(clause):
        return True  # "I rated it 5 stars"
    bare = not amount.quantity.units and amount.comparator.side == "none"
    if bare and amount.quantity.shape == "amount" and at > 0 and tokens[at - 1].low == "a":
        return True  # "I give it a 10"
    named = amount.quantity.shape == "year" and "the" in (*words, _low(tokens, at - 1))
    return named and _low(tokens, amount.end) in _VERSIONS | {"one"}


def is_of_no_item(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether the adjective from `at` to `end` is said of a person, of a known film's version, or in passing."""
    before, ahead = _low(tokens, at - 1) if at else "", _low(tokens, end)
    if ahead in _VERSIONS or (ahead in _ADVICE and tokens[at].low in ("new", "newer")):
        return True
    if ahead in ("friend", "friends", "enough") or (tokens[at].low == "new" and ahead == "to"):
        return True
    owned = before in _OWNERS and tokens[at].low in ("new", "old", "newest", "latest", "recent")
    return (owned and ahead not in _SEVERAL) or _is_felt(tokens, at) or _is_granted(tokens, at, end)


def _is_felt(tokens: Sequence[Token], at: int) -> bool:
    """ "That makes me feel old", "I'm too old for that"."""
    place = at - 1
    while place >= 0 and tokens[place].low in _DEGREES:
        place -= 1
    if place < 0:
        return False
    if tokens[place].low in ("feel", "feels", "felt", "feeling"):
        return place > 0 and tokens[place - 1].low in ("me", "i", "you", "us", "we", "im")
    return tokens[place].low == "im" or (
        tokens[place].low in ("am", "was") and place > 0 and tokens[place - 1].low == "i"
    )


def _is_granted(tokens: Sequence[Token], at: int, end: int) -> bool:
    """ "an old film but a great one", "rather old but great": said of what was named, where nothing is asked."""
    place = end + (_low(tokens, end) in ("one", "movie", "film"))
    tail = [token.low for token in tokens[place + 1 : place + 5]]
    praised = _low(tokens, place) == "but" and bool(_GOOD & set(tail))
    return praised and not _ASKING & {token.low for token in tokens[:at]}


_VERSIONS = frozenset("version versions remake adaptation edition cut reboot season trailer".split())
_ADVICE = frozenset("suggestion suggestions recommendation recommendations idea ideas".split())
_OWNERS = frozenset("his her their my your our its".split())
_SEVERAL = frozenset("movies films ones stuff work works flicks shows".split())
_DEGREES = frozenset("too so very really getting kinda pretty a bit little quite just always kind of now".split())
_GOOD = frozenset("good great classic goodie fun awesome best favorite favourite funny".split())
_ASKING = frozenset(
    "something anything any some want like need prefer give show suggest recommend find looking more maybe".split()
)


def is_paid_by_time(tokens: Sequence[Token], amount: Amount) -> bool:
    """ "About $10 a month"."""
    return _low(tokens, amount.end) in ("a", "per") and _low(tokens, amount.end + 1) in _PERIODS


def is_when(tokens: Sequence[Token], at: int, amount: Amount, titles: Mapping[int, Title]) -> bool:
    """ "I liked Heat last year", "it was one of my favourites of the last few years": when that was, or is to be."""
    clause = _clause_before(tokens, at)
    if amount.quantity.is_time:
        seen = bool(_HAPPENING & set(clause)) and tokens[at].low in ("in", "during", "since")
        return seen and (bool(_POINTING & set(clause)) or any(title.end <= at for title in titles.values()))
    if amount.quantity.shape != "age":
        return False
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
