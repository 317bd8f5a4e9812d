"""Amounts in Chinese: 200元以下, 不超过两百块, 200到300, 两百左右, 九十年代, 1990年以后, 近五年, 一个半小时.

The comparator stands before the number, after it, or on both sides; the one after it wins ("预算200左右" is about 200).
What an amount bounds is decided by the code that English amounts go through (`bounds`, `facets`).
"""

import re
from dataclasses import dataclass
from functools import cached_property

from intently.catalog.schema import CatalogSpec
from intently.feed.parser.bounds import Amount, Comparator
from intently.feed.parser.chinese.fold import NUMERAL, fold
from intently.feed.parser.chinese.lexicon import Strings, comparator_strings
from intently.feed.parser.chinese.numbers import interval_of
from intently.feed.parser.numbers import Quantity, Units, units_of

__all__ = ["AmountReader"]

_MONEY = ("元", "块", "块钱", "元钱", "圆", "人民币", "rmb", "¥")
_HOURS = ("小时", "个小时", "钟头", "个钟头", "h")
_MINUTES = ("分钟", "分", "min", "mins")
_FILL = re.compile(r"(?:价格|价钱|时长|评分|花费|花|付|出|只|能|也要|也得|也|是|为|在|个|要|到|大概|大约|的|\s)*")
_NUMBER = re.compile(rf"({NUMERAL})(多|来|几)?")
_HALF = re.compile(r"半个?")
_JOINS = re.compile(r"\s*(?:-|~|到|至|和|跟|与)\s*")
_DECADE = re.compile(
    r"(?:(?:上个?世纪|二十世纪|20世纪)的?)?([一二三四五六七八九]十|\d0)年代(前期|初期?|早期|中期|末期?|后期|晚期)?"
)
_TWO_DECADES = re.compile(r"(?:上个?世纪)?([三四五六七八])([四五六七八九])十年代")
_LONG_DECADE = re.compile(r"(1[89]\d0|20\d0)年代(前期|初期?|早期|中期|末期?|后期|晚期)?")
_CENTURY = re.compile(r"(十九|二十一|二十|19|20|21)世纪(?!的?[\d一二三四五六七八九]十?0?年代)")
_YEAR = re.compile(r"(\d{4}|[一二][零〇一二三四五六七八九]{3})年?(?!代)")
_RECENT = re.compile(rf"(?:最近|近|过去|这|近来)(?:的|这)?({NUMERAL}|几)年(?:来|内|以来|里|间)?")
_AGO = re.compile(rf"({NUMERAL})年(以内|之内|内|前|以前|之前)")
_THIS_YEAR = {"今年": 0, "去年": -1, "前年": -2}
_PARTS = {"前": (0, 3), "初": (0, 3), "早": (0, 3), "中": (4, 6), "末": (7, 9), "后": (7, 9), "晚": (7, 9)}
_CENTURIES = {"十九": 19, "二十": 20, "二十一": 21}
FEW = 5  # "近几年"
OLDEST, NEWEST = 1850, 2099


@dataclass(frozen=True)
class AmountReader:
    """Reads the amounts of one catalogue. Offsets are characters of the folded text."""

    spec: CatalogSpec
    year_facet: str
    now_year: int

    @cached_property
    def units(self) -> Strings[tuple[tuple[str, float], ...]]:
        return Strings((fold("".join(key)), pairs) for key, pairs in _with_kin(units_of(self.spec)).items())

    def at(self, text: str, start: int) -> Amount | None:
        """The amount that starts here, comparators included; `start` and `end` of the answer are characters."""
        found = comparator_strings("before").at(text, start)
        for end, comparator in found:
            amount = self._compared(text, start, end, comparator)
            if amount is not None:
                return amount
        return self._compared(text, start, start, None)

    def _compared(self, text: str, start: int, at: int, before: Comparator | None) -> Amount | None:
        filled = _FILL.match(text, at) if before is not None else None
        place = filled.end() if filled else at
        quantity = self._range(text, place) or self._quantity(text, place)
        if quantity is None:
            return None
        ranged = quantity.low != quantity.high and quantity.shape == "amount"
        end, after = self._after(text, quantity)
        comparator = after or before or Comparator("between" if ranged else "about" if quantity.vague else "none")
        if quantity.shape == "age":
            comparator = Comparator("at_least" if quantity.vague else "none")  # 五年前: at least so old
        elif ranged and after is None:
            comparator = Comparator("between")
        elif comparator.side == "between" and not ranged:
            if before is not None:
                return None
            comparator = Comparator("none")
        if comparator.side == "none" and self._is_loose(text, place, quantity):
            return None
        return Amount(quantity, comparator, start, end)

    def _after(self, text: str, quantity: Quantity) -> tuple[int, Comparator | None]:
        if quantity.shape == "age":
            return quantity.end, None
        for end, comparator in comparator_strings("after").at(text, _past(text, quantity.end)):
            if quantity.is_time or not comparator.dates:
                return end, comparator
        return quantity.end, None

    def _is_loose(self, text: str, place: int, quantity: Quantity) -> bool:
        """A number in characters without unit or comparator: the 一 of "一直", the 三 of "三角"."""
        return not quantity.units and quantity.shape == "amount" and not text[place].isdigit() and text[place] != "¥"

    # ------------------------------------------------------------------------------------------------ quantities
    def _range(self, text: str, at: int) -> Quantity | None:
        first = self._quantity(text, at)
        join = _JOINS.match(text, first.end) if first is not None else None
        if first is None or join is None or first.shape == "age":
            return None
        second = self._quantity(text, join.end())
        if second is None or second.shape == "age":
            return None
        if join.group().strip() in ("和", "跟", "与") and not comparator_between(text, second.end):
            return None
        if first.shape == "year" and second.shape == "amount" and second.high < 100:
            return None
        if first.units and second.units:
            ratio = first.units[0][1] / dict(second.units).get(first.units[0][0], first.units[0][1])
            first = Quantity(first.low * ratio, first.high * ratio, first.end, second.units, first.shape)
        low, high = sorted((first.low, second.high))
        shape = "span" if first.is_time and second.is_time else "amount"
        return Quantity(low, high, second.end, second.units or first.units, shape)

    def _quantity(self, text: str, at: int) -> Quantity | None:
        if at >= len(text):
            return None
        return (self._time(text, at) if self.year_facet else None) or self._measured(text, at)

    def _measured(self, text: str, at: int) -> Quantity | None:
        sign = next(iter(self.units.at(text, at)), None) if text[at] == "¥" else None
        place = sign[0] if sign else at
        half = _HALF.match(text, place)
        if half is not None:
            unit = self._unit(text, half.end())
            return Quantity(0.5, 0.5, unit[0], unit[1]) if unit and dict(unit[1]) else None
        found = _NUMBER.match(text, place)
        interval = interval_of(found[1]) if found else None
        if found is None or interval is None:
            return None
        low, high = interval
        end, vague = found.end(), bool(found[2])
        if found[2] == "多":
            high = low + _magnitude(low)
            vague = False
        halved = re.compile("个半").match(text, end)
        if halved and self._unit(text, halved.end()):
            low, high, end = low + 0.5, high + 0.5, halved.end()
        unit = self._unit(text, end)
        if unit is None:
            glued = end < len(text) and text[end].isascii() and text[end].isalpha()
            return None if glued else Quantity(low, high, end, sign[1] if sign else (), vague=vague)
        return self._rest(text, Quantity(low, high, unit[0], unit[1], vague=vague))

    def _unit(self, text: str, at: int) -> tuple[int, tuple[tuple[str, float], ...]] | None:
        spaces = re.compile(r"\s*").match(text, at)
        start = spaces.end() if spaces else at
        found = self.units.at(text, start)
        return found[0] if found else None

    def _rest(self, text: str, first: Quantity) -> Quantity:
        """The smaller part of "1小时30分", "一小时半"."""
        name, factor = first.units[0]
        if factor <= 1 or first.low != first.high:
            return first
        if text.startswith("半", first.end):
            return Quantity(first.low + 0.5, first.high + 0.5, first.end + 1, first.units)
        found = re.compile(rf"零?({NUMERAL})").match(text, first.end)
        interval = interval_of(found[1]) if found else None
        unit = self._unit(text, found.end()) if found else None
        smaller = dict(unit[1]).get(name, factor) if unit else factor
        if interval is None or unit is None or smaller >= factor:
            return first
        value = first.low + interval[0] * smaller / factor
        return Quantity(value, value, unit[0], first.units)

    # ------------------------------------------------------------------------------------------------------ times
    def _time(self, text: str, at: int) -> Quantity | None:
        return self._decade(text, at) or self._past(text, at) or self._year(text, at)

    def _decade(self, text: str, at: int) -> Quantity | None:
        if pair := _TWO_DECADES.match(text, at):
            first, last = (1900 + 10 * int(interval_of(digit)[0]) for digit in pair.groups())  # type: ignore[index]
            return Quantity(first, last + 9, pair.end(), (), "span")
        long, short, century = _LONG_DECADE.match(text, at), _DECADE.match(text, at), _CENTURY.match(text, at)
        found = long or short
        if found is not None:
            tens = found[1]
            start = int(tens) if long else (int(tens) if tens.isdigit() else int(interval_of(tens)[0]))  # type: ignore[index]
            start = start if long else (1900 if start >= 30 else 2000) + start
            low, high = _PARTS[found[2][0]] if found[2] else (0, 9)
            return Quantity(start + low, start + high, found.end(), (), "span")
        if century is not None:
            number = _CENTURIES.get(century[1]) or int(century[1])
            return Quantity((number - 1) * 100, number * 100 - 1, century.end(), (), "span")
        return None

    def _past(self, text: str, at: int) -> Quantity | None:
        for word, shift in _THIS_YEAR.items():
            if text.startswith(word, at):
                year = float(self.now_year + shift)
                return Quantity(year, year, at + 2, (), "year")
        found = _RECENT.match(text, at) or _AGO.match(text, at)
        if found is None:
            return None
        interval = (FEW, FEW) if found[1] == "几" else interval_of(found[1])
        if interval is None or interval[0] > 200:
            return None
        if found.re is _AGO and "前" in found[2]:
            return Quantity(interval[0], interval[0], found.end(), (), "age", vague=True)
        return Quantity(interval[0], interval[0], found.end(), (), "age")

    def _year(self, text: str, at: int) -> Quantity | None:
        found = _YEAR.match(text, at)
        interval = interval_of(found[1]) if found else None
        if found is None or interval is None or not OLDEST <= interval[0] <= NEWEST:
            return None
        if not found.group().endswith("年") and self._unit(text, found.end()):
            return None  # "2000元"
        return Quantity(interval[0], interval[0], found.end(), (), "year")


def comparator_between(text: str, at: int) -> bool:
    """Whether 之间 closes a range here: "在100和200之间"."""
    return any(comparator.side == "between" for _, comparator in comparator_strings("after").at(text, _past(text, at)))


def _past(text: str, at: int) -> int:
    spaces = re.compile(r"\s*").match(text, at)
    return spaces.end() if spaces else at


def _magnitude(value: float) -> float:
    """What "多" may add: under 100 to 200, under 10 to 50."""
    step = 1.0
    while value and value % (step * 10) == 0:
        step *= 10
    return step - 1 if step > 1 else 0.9


def _with_kin(units: Units) -> dict[tuple[str, ...], tuple[tuple[str, float], ...]]:
    """The declared units with the other words that people use for them: 块 for 元, 小时 for 分钟."""
    found = dict(units)
    known = {"".join(key): pairs for key, pairs in units.items()}
    for family, factor in ((_MONEY, 1.0), (_MINUTES, 1.0)):
        held = next((known[word] for word in family if word in known), None)
        for word in family if held is not None else ():
            found.setdefault((word,), tuple((name, own * factor) for name, own in held or ()))
    minutes = known.get("分钟")
    if minutes is not None:
        for word in _HOURS:
            found.setdefault((word,), tuple((name, factor * 60) for name, factor in minutes))
    return found
