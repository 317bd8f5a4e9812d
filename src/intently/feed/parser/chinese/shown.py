"""Words that point at the slate in Chinese: 第二个, 前三件, 最后一部, 这些, 这样的, 这条."""

import re

from intently.feed.parser.chinese.fold import NUMERAL
from intently.feed.parser.chinese.numbers import interval_of
from intently.feed.parser.shown import Pointing

__all__ = ["MEASURES", "read_shown_chinese"]

MEASURES = "个件条款部双套张本只支位名"
_ONE = rf"(?:[{MEASURES}]|号)?"
_NTH = re.compile(rf"(?:第|#)({NUMERAL}){_ONE}|({NUMERAL})号(?!码)")
_MORE = re.compile(rf"\s*(?:和|、|,|跟|与|及|或|或者)?\s*第({NUMERAL}){_ONE}")
_FIRST = re.compile(rf"(?:前|头)(?:面)?(?:的)?({NUMERAL}|几)[{MEASURES}]")
_LAST = re.compile(rf"最后(?:面)?(?:的)?(?:(一|{NUMERAL})?[{MEASURES}])")
_FROM_END = re.compile(rf"倒数第({NUMERAL})[{MEASURES}]?")
_THESE = re.compile(
    rf"(?:上面|下面|刚才|现在)?的?(?:这|那)(?:些|几[{MEASURES}]|批|一批)(?:[{MEASURES}])?|它们|(?:这样|那样|这种|这类|那类)的?(?!$|颜色|价)|(?:这样|这种|这类)的?(?=$|[,.!?;])"
)
_THIS = re.compile(rf"(?:这|那)一?[{MEASURES}](?!月|星期|礼拜|周|颜色|价|小时|钟头|类|风格|款式|牌子|材质|图案)")


def read_shown_chinese(text: str, start: int, shown: int) -> Pointing | None:
    """What the folded text points at from this character on; `end` is a character. `shown`: places of the slate."""
    return _numbered(text, start) or _edges(text, start, shown) or _these(text, start, shown)


def _numbered(text: str, start: int) -> Pointing | None:
    found = _NTH.match(text, start)
    places = [_place(found[1] or found[2])] if found else []
    if found is None or places[0] is None:
        return None
    end = found.end()
    while (more := _MORE.match(text, end)) is not None and _place(more[1]) is not None:
        places.append(_place(more[1]))
        end = more.end()
    return Pointing(tuple(place - 1 for place in places if place), end)


def _place(numeral: str) -> int | None:
    interval = interval_of(numeral)
    return int(interval[0]) if interval and interval[0] >= 1 and interval[0] == int(interval[0]) else None


def _edges(text: str, start: int, shown: int) -> Pointing | None:
    if found := _FIRST.match(text, start):
        count = 3 if found[1] == "几" else _place(found[1]) or 0
        return Pointing(tuple(range(min(count, shown))), found.end())
    if found := _FROM_END.match(text, start):
        place = shown - (_place(found[1]) or shown + 1)
        return Pointing((place,) if place >= 0 else (), found.end())
    if found := _LAST.match(text, start):
        count = (_place(found[1]) if found[1] else 1) or 1
        return Pointing(tuple(range(max(shown - count, 0), shown)), found.end())
    return None


def _these(text: str, start: int, shown: int) -> Pointing | None:
    if found := _THESE.match(text, start):
        return Pointing(tuple(range(shown)), found.end(), plural=True)
    if found := _THIS.match(text, start):
        return Pointing((0,) if shown == 1 else (), found.end())
    return None
