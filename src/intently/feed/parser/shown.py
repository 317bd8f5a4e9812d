"""Words that point at the slate: "the second one", "#3", "the first two", "these", "that last film"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from intently.feed.parser.tokens import Token

__all__ = ["NUMBER_WORDS", "Pointing", "read_shown"]

_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "6th": 6, "7th": 7, "8th": 8, "9th": 9, "10th": 10,
    "2cnd": 2, "secound": 2, "forth": 4,
}  # fmt: skip
_HIGH = {
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
}  # fmt: skip
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "2": 2, "3": 3, "4": 4, "5": 5, "couple": 2, "few": 3, "both": 2}
NUMBER_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_ONE = frozenset(("one", "film", "movie", "item", "product", "result", "title", "suggestion", "option", "pick"))
_MANY = frozenset(("ones", "films", "movies", "items", "products", "results", "suggestions", "options", "picks"))
_THESE = frozenset(("these", "those", "them"))
_BEFORE_NUMBER = frozenset(
    ("number", "no", "item", "film", "movie", "product", "position", "result", "option", "nr", "num", "nos", "numbers")
)
NOWHERE = 10**6  # a place that no slate has: "the 0th one", "#99999"
_HIGH_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\Z")
_END = frozenset(
    (".", ",", "!", "?", ";", "but", "and", "is", "are", "looks", "look", "sounds", "sound", "seems", "was", "were",
     "has", "would", "could", "please", "or", "with", "without", "though", "minus", "except", "if", "in", "isnt")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pointing:
    """Zero-based places of the slate; `plural`: all that is shown."""

    places: tuple[int, ...]
    end: int
    plural: bool = False


def read_shown(tokens: Sequence[Token], at: int, shown: int) -> Pointing | None:
    """What the words from this token on point at, in a slate of `shown` items; None when they point at nothing."""
    start = at + 1 if tokens[at].low in ("the", "that", "this", "your") and at + 1 < len(tokens) else at
    return (
        _all_of_these(tokens, at, shown)
        or _bare_places(tokens, at, shown)
        or _numbered(tokens, start)
        or _first_few(tokens, start, shown)
        or _ordinal(tokens, start, shown, has_article=start > at or tokens[at - 1].low in ("the", "that", "this"))
        or _these(tokens, at, shown)
    )


def _numbered(tokens: Sequence[Token], at: int) -> Pointing | None:
    """ "#3", "number two", "item 7", "nr. 4"."""
    word = tokens[at].low
    if word != "#" and word not in _BEFORE_NUMBER or at + 1 >= len(tokens):
        return None
    start = at + 2 if tokens[at + 1].low in (".", "#") and at + 2 < len(tokens) else at + 1
    place = _place(tokens[start].low)
    if place is None and word == "#" and tokens[start].low.isdigit():
        return Pointing((NOWHERE,), start + 1)
    if place is None or (word == "no" and start == at + 1):  # "no 3" is too easily "no" and a number
        return None
    places, end = [place - 1], start + 1
    while end + 1 < len(tokens) and tokens[end].low in (",", "and", "&", "or") and _place(tokens[end + 1].low):
        places.append((_place(tokens[end + 1].low) or 1) - 1)
        end += 2
    return Pointing(tuple(places), end)


def _all_of_these(tokens: Sequence[Token], at: int, shown: int) -> Pointing | None:
    """ "all of these", "any of them", "all those films"."""
    if tokens[at].low not in ("all", "any", "each", "both"):
        return None
    start = at + 2 if at + 1 < len(tokens) and tokens[at + 1].low == "of" else at + 1
    return _these(tokens, start, shown) if start < len(tokens) and tokens[start].low in _THESE else None


_POINTS_AFTER = frozenset(("like", "to", "hide", "remove"))


def _bare_places(tokens: Sequence[Token], at: int, shown: int) -> Pointing | None:
    """ "similar to 2 and 5", "more like 3": numbers where a place is expected, and nothing measured by them."""
    if not at or tokens[at - 1].low not in _POINTS_AFTER:
        return None
    places: list[int] = []
    end = at
    while end < len(tokens) and _is_place(tokens[end], shown):
        places.append(int(tokens[end].low) - 1)
        end += 1
        if end + 1 < len(tokens) and tokens[end].low in ("and", "&", ",", "or") and _is_place(tokens[end + 1], shown):
            end += 1
    closes = end == len(tokens) or tokens[end].low in _END
    return Pointing(tuple(places), end) if places and closes else None


def _is_place(token: Token, shown: int) -> bool:
    return token.low.isdigit() and len(token.low) < 4 and 0 < int(token.low) <= shown


def _place(word: str) -> int | None:
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    return int(word) if word.isdigit() and 1 <= len(word) <= 3 and int(word) > 0 else None


def _first_few(tokens: Sequence[Token], at: int, shown: int) -> Pointing | None:
    """ "first two", "last three films", "top 3"."""
    if at + 1 >= len(tokens) or tokens[at].low not in ("first", "last", "top"):
        return None
    count = _COUNTS.get(tokens[at + 1].low)
    if count is None:
        return None
    end = at + 2
    if tokens[at].low != "first" and (end >= len(tokens) or tokens[end].low not in _MANY | _END):
        return None
    end += end < len(tokens) and tokens[end].low in _MANY
    places = range(max(shown - count, 0), shown) if tokens[at].low == "last" else range(min(count, shown))
    return Pointing(tuple(places), end)


def _ordinal(tokens: Sequence[Token], at: int, shown: int, has_article: bool) -> Pointing | None:
    """ "second one", "the third", "the last film", "that one"."""
    word = tokens[at].low
    following = tokens[at + 1].low if at + 1 < len(tokens) else "."
    if word in ("last", "bottom") and following in _ONE | _END and has_article:
        return Pointing((shown - 1,) if shown else (), at + 1 + (following in _ONE))
    if word == "one" and has_article and tokens[at - 1].low in ("that", "this"):
        return Pointing((0,) if shown == 1 else (), at + 1)
    if word == "top" and has_article and following == "one":
        return Pointing((0,), at + 2)
    place = _ORDINALS.get(word)
    if place is None and following in _ONE and (high := _high_place(word)) is not None:
        return Pointing((high,), at + 2)
    if place is None or not (following in _ONE or (has_article and following in _END) or _listed(tokens, at)):
        return None
    places, end = [place - 1], at + 1
    while end + 1 < len(tokens) and tokens[end].low in ("and", "&", "or", "the"):
        later = _ORDINALS.get(tokens[end + 1].low)
        if later is None and tokens[end + 1].low != "the":
            break
        end += 2 if later else 1
        places += [later - 1] if later else []
    end += end < len(tokens) and tokens[end].low in _ONE | _MANY
    return Pointing(tuple(places), end)


def _high_place(word: str) -> int | None:
    """Zero-based, of "twelfth" and "14th": only before "one" or "film", since titles end so ("Friday the 13th")."""
    if word in _HIGH:
        return _HIGH[word] - 1
    found = _HIGH_ORDINAL.match(word)
    number = int(found[1][:7]) if found else None
    return None if number is None else NOWHERE if number == 0 else number - 1


def _listed(tokens: Sequence[Token], at: int) -> bool:
    ahead = [token.low for token in tokens[at + 1 : at + 4]]
    return len(ahead) > 1 and ahead[0] in (",", "and", "&") and any(word in _ORDINALS for word in ahead)


def _these(tokens: Sequence[Token], at: int, shown: int) -> Pointing | None:
    closes = at + 1 == len(tokens) or tokens[at + 1].low in _END
    if tokens[at].low == "this" and closes and at and tokens[at - 1].low in ("like", "of", "to"):
        return Pointing(tuple(range(shown)), at + 1, plural=True)
    if tokens[at].low not in _THESE:
        return None
    end = at + 1 + (at + 1 < len(tokens) and tokens[at + 1].low in _MANY)
    return Pointing(tuple(range(shown)), end, plural=True)
