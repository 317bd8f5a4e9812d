"""Amounts as people write them: digits, words, currencies, durations, years, decades, centuries. Ranges: `ranges`.

One concept: `Quantity`, an interval of raw numbers with the units that were said. Which facet it belongs to is decided
later (`bounds`), because that may need words elsewhere in the sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from intently.catalog.schema import CatalogSpec
from intently.feed.parser.tokens import Token, tokenise

__all__ = [
    "CURRENCY_SIGNS",
    "LATEST_YEAR",
    "Quantity",
    "Units",
    "is_foreign",
    "read_quantity",
    "skip_words",
    "units_of",
]

Units = Mapping[tuple[str, ...], tuple[tuple[str, float], ...]]
"""unit words, folded -> (facet, factor to its unit)"""

_NUMERAL = re.compile(r"(\d+(?:[.,:]\d+)*)(\D*)(\d*)(\D*)\Z")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")
_MAGNITUDE = {
    "k": 1e3, "thousand": 1e3, "million": 1e6, "millions": 1e6, "mio": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9,
}  # fmt: skip
_ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_DECADES = {
    "twenties": 1920, "thirties": 1930, "forties": 1940, "fourties": 1940, "fifties": 1950, "sixties": 1960,
    "seventies": 1970, "eighties": 1980, "nineties": 1990, "noughties": 2000, "aughts": 2000, "naughties": 2000,
    "ninties": 1990, "ninetees": 1990, "eightees": 1980, "eigthies": 1980, "eightys": 1980, "ninetys": 1990,
    "seventys": 1970, "sixtys": 1960, "sixites": 1960, "seventees": 1970,
}  # fmt: skip
_PART_OF_DECADE = {"early": (0, 3), "mid": (4, 6), "middle": (4, 6), "late": (7, 9)}
_ORDINAL_CENTURY = {
    "18th": 18, "19th": 19, "20th": 20, "21st": 21, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
    "twentyfirst": 21, "twenty-first": 21,
}  # fmt: skip
_EARLIEST_YEAR, LATEST_YEAR = 1850, 2099
CURRENCY_SIGNS = frozenset("£$€¥")
_FOREIGN = frozenset(("£", "$", "€", "¥", "dollar", "dollars", "euro", "euros", "usd", "eur", "yen", "yuan", "pounds"))
_CURRENCY_WORDS: dict[str, float] = {word: 1.0 for word in (*_FOREIGN, "buck", "bucks")} | {
    "fiver": 5.0, "tenner": 10.0, "grand": 1000.0,
}  # fmt: skip
_ISH = ("ish", "odd")
LONGEST_MINUTES = 400
FEW_YEARS = 5  # "the last few years"


@dataclass(frozen=True, slots=True)
class Quantity:
    """Raw `low` to `high` (equal for one number), the token after it, and the units said as (facet, factor)."""

    low: float
    high: float
    end: int
    units: tuple[tuple[str, float], ...] = ()
    shape: str = "amount"  # "amount", "year" (four digits, no unit), "span" (of years), "age" (years before now)
    vague: bool = False  # "90ish"
    open: bool = False  # "from 2015 to now"

    @property
    def is_time(self) -> bool:
        return self.shape in ("year", "span")


def units_of(spec: CatalogSpec) -> Units:
    """All unit words of the catalogue's numbers, cut as the tokeniser cuts them."""
    found: dict[tuple[str, ...], list[tuple[str, float]]] = {}
    for name, facet in spec.facets.items():
        for word, factor in ({facet.unit: 1.0} | dict(facet.units)).items() if facet.kind != "term" else ():
            key = tuple(token.low for token in tokenise(word))
            if key and key[-1] != "." and not all(part.isdigit() for part in key):
                found.setdefault(key, []).append((name, float(factor)))
    _add_currencies(spec, found)
    return {key: tuple(dict(pairs).items()) for key, pairs in found.items()}


def _add_currencies(spec: CatalogSpec, found: dict[tuple[str, ...], list[tuple[str, float]]]) -> None:
    """People write the sign that they are used to: it is read as the catalogue's own (and said so, `is_foreign`)."""
    for name, facet in spec.facets.items():
        if facet.kind == "number" and facet.unit in CURRENCY_SIGNS:
            for word, factor in _CURRENCY_WORDS.items():
                if (word,) not in found:
                    found[(word,)] = [(name, factor)]


def is_foreign(words: Sequence[str], unit: str, units: Mapping[str, float]) -> bool:
    """Whether a price was said in another currency than the catalogue's. `words`: folded tokens."""
    return any(word in _FOREIGN and word != unit and word not in units for word in words)


def read_quantity(tokens: Sequence[Token], at: int, units: Units) -> Quantity | None:
    """The amount that starts exactly at this token, or None."""
    if at >= len(tokens):
        return None
    span = _decade(tokens, at) or _century(tokens, at) or _recent(tokens, at)
    if span is not None:
        return span
    sign = units.get((tokens[at].low,)) if tokens[at].kind == "sign" and tokens[at].low not in "'/" else None
    found = _number(tokens, at + 1 if sign else at)
    if found is None:
        return None
    return _with_units(tokens, found, units, sign or ())


def skip_words(tokens: Sequence[Token], at: int, words: tuple[str, ...]) -> int:
    while at < len(tokens) and tokens[at].low in words:
        at += 1
    return at


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    end: int
    suffix: str = ""  # letters glued to the digits
    digits: str = ""  # as typed; empty for words
    tail: str = ""  # digits glued to the suffix: the 30 of "1h30"


def _number(tokens: Sequence[Token], at: int) -> _Number | None:
    if at >= len(tokens):
        return None
    if tokens[at].kind == "number":
        return _digits(tokens, at)
    return _words(tokens, at)


def _digits(tokens: Sequence[Token], at: int) -> _Number | None:
    found = _NUMERAL.match(tokens[at].low)
    if found is None or len(found[1]) > 15:
        return None
    digits, suffix, tail, last = found.groups()
    if suffix in ("st", "nd", "rd", "th"):
        return None
    if ":" in digits:
        hours, _, minutes = digits.partition(":")
        value = float(hours) + float(minutes.replace(":", "")) / 60 if minutes.isdigit() else float(hours)
        return _Number(value, at + 1, suffix or "h", digits)
    return _Number(_value(digits), at + 1, suffix, digits, tail if not last or last.startswith("m") else "")


def _value(digits: str) -> float:
    if _THOUSANDS.match(digits):
        return float(digits.replace(",", ""))
    whole, _, rest = digits.replace(",", ".").partition(".")
    return float(f"{whole}.{rest.replace('.', '') or 0}")


def _words(tokens: Sequence[Token], at: int) -> _Number | None:
    word = tokens[at].low
    if word == "half" and at + 1 < len(tokens) and tokens[at + 1].low in ("a", "an"):
        return _Number(0.5, at + 2, "?")
    if word == "couple":
        return _Number(2, skip_words(tokens, at + 1, ("of",)), "?")
    if word in ("a", "an"):
        return _after_article(tokens, at)
    total, end = _small(tokens, at)
    if end == at:
        return None
    if end < len(tokens) and tokens[end].low == "hundred":
        rest, after = _small(tokens, skip_words(tokens, end + 1, ("and",)))
        total, end = total * 100 + rest, (after if rest else end + 1)
    return _Number(total, end)


def _after_article(tokens: Sequence[Token], at: int) -> _Number | None:
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if following == "hundred":
        rest, after = _small(tokens, skip_words(tokens, at + 2, ("and",)))
        return _Number(100 + rest, after if rest else at + 2)
    if following == "couple":
        return _Number(2, skip_words(tokens, at + 2, ("of",)), "?")
    return _Number(1, at + 1, "?")


def _small(tokens: Sequence[Token], at: int) -> tuple[float, int]:
    """0 to 99 in words: (value, token after it); the same position when there is none."""
    if at >= len(tokens):
        return 0, at
    word = tokens[at].low
    tens, _, ones = word.partition("-")
    if tens in _TENS and (not ones or ones in _ONES):
        value, end = _TENS[tens] + _ONES.get(ones, 0), at + 1
        if not ones and end < len(tokens) and 0 < _ONES.get(tokens[end].low, 0) < 10:
            return value + _ONES[tokens[end].low], end + 1
        return value, end
    return (_ONES[word], at + 1) if word in _ONES else (0, at)


def _with_units(
    tokens: Sequence[Token], found: _Number, units: Units, sign: tuple[tuple[str, float], ...]
) -> Quantity | None:
    value, end, vague = found.value, found.end, found.suffix in _ISH
    suffix = "" if found.suffix in ("?", *_ISH) else found.suffix
    needs_unit = found.suffix == "?"
    said = sign
    if end + 1 < len(tokens) and tokens[end].low == "and" and tokens[end + 1].low in ("a", "half") and not suffix:
        value, end = _and_a_half(tokens, value, end)
    if suffix in _MAGNITUDE and (sign or (suffix,) in units or suffix != "k"):
        value, said, suffix = value * _MAGNITUDE[suffix], said or _magnitude_facets(units, suffix), ""
    elif end < len(tokens) and tokens[end].low in _MAGNITUDE and not suffix:
        word = tokens[end].low
        value, end, said, needs_unit = value * _MAGNITUDE[word], end + 1, said or _magnitude_facets(units, word), False
    if suffix == "m" and not sign and value <= LONGEST_MINUTES and ("min",) in units:
        suffix = "min"  # "under 90m" is a length, "over 90m" dollars would say so
    unit, end = _unit(tokens, end, suffix, units)
    if suffix and not unit and suffix != "h":
        return None
    said = _agreeing(said, unit)
    if not said and (needs_unit or suffix):
        return _years_ago(tokens, value, end) if needs_unit else None
    quantity = Quantity(value, value, end, said, "amount", vague)
    if said:
        return _longer_duration(tokens, quantity, units, found.tail)
    return _years_ago(tokens, value, end) or _as_year(quantity, found.digits)


def _and_a_half(tokens: Sequence[Token], value: float, end: int) -> tuple[float, int]:
    if tokens[end + 1].low == "half":
        return value + 0.5, end + 2
    if end + 2 < len(tokens) and tokens[end + 2].low == "half":
        return value + 0.5, end + 3
    return value, end


def _magnitude_facets(units: Units, word: str) -> tuple[tuple[str, float], ...]:
    return tuple((name, 1.0) for name, _ in units.get((word,), ()))


def _unit(tokens: Sequence[Token], at: int, suffix: str, units: Units) -> tuple[tuple[tuple[str, float], ...], int]:
    if suffix:
        return units.get((suffix,), ()), at
    start = at + 1 if at + 1 < len(tokens) and tokens[at].low == "-" and tokens[at + 1].kind == "word" else at
    for length in (3, 2, 1):
        key = tuple(token.low for token in tokens[start : start + length])
        if len(key) == length and key in units and key != ("m",):
            return units[key], start + length
    return (), at


def _agreeing(
    sign: tuple[tuple[str, float], ...], unit: tuple[tuple[str, float], ...]
) -> tuple[tuple[str, float], ...]:
    both = tuple((name, factor) for name, factor in unit if name in dict(sign))
    return both or sign or unit


def _longer_duration(tokens: Sequence[Token], first: Quantity, units: Units, tail: str) -> Quantity:
    """Add the smaller part of "1h30", "1 hour 30", "two hours and ten minutes", "an hour and a half"."""
    name, factor = first.units[0]
    if factor <= 1:
        return first
    if tail:
        return replace(first, low=first.low + float(tail) / factor, high=first.low + float(tail) / factor)
    at = skip_words(tokens, first.end, ("and",))
    if at != first.end and at < len(tokens) and tokens[at].low in ("a", "half"):
        value, end = _and_a_half(tokens, first.low, first.end) if at + 1 <= len(tokens) else (first.low, first.end)
        return replace(first, low=value, high=value, end=end)
    rest = _number(tokens, at)
    if rest is None or rest.value >= factor or (at != first.end and rest.end >= len(tokens)):
        return first
    unit, end = _unit(tokens, rest.end, rest.suffix if rest.suffix != "?" else "", units)
    smaller = dict(unit).get(name) or (1.0 if rest.suffix in ("m", "") and at == first.end and not unit else None)
    if smaller is None or smaller >= factor:
        return first
    value = first.low + rest.value * smaller / factor
    return replace(first, low=value, high=value, end=max(end, rest.end))


def _as_year(quantity: Quantity, digits: str) -> Quantity:
    is_year = len(digits) == 4 and digits.isdigit() and _EARLIEST_YEAR <= quantity.low <= LATEST_YEAR
    return replace(quantity, shape="year") if is_year else quantity


def _years_ago(tokens: Sequence[Token], value: float, at: int) -> Quantity | None:
    """ "10 years", "five years old", "two decades": an age, to be counted back from now."""
    if at >= len(tokens) or tokens[at].low not in ("year", "years", "decade", "decades"):
        return None
    years = value * (10 if tokens[at].low.startswith("decade") else 1)
    return Quantity(years, years, skip_words(tokens, at + 1, ("old", "ago")), (), "age")


def _decade(tokens: Sequence[Token], at: int) -> Quantity | None:
    part, start = (0, 9), at
    wide = _wide_part(tokens, at)
    if wide is not None:
        part, start = wide
        first = _decade_year(tokens[start].low) if start < len(tokens) else None
        return Quantity(first + part[0], first + part[1], start + 1, (), "span") if first is not None else None
    modifier, _, glued = tokens[at].low.partition("-")
    if modifier in _PART_OF_DECADE:
        part = _PART_OF_DECADE[modifier]
        start = at if glued else skip_words(tokens, at + 1, ("-", "to", "the", "of"))
        if start >= len(tokens):
            return None
    first = _decade_year(glued if start == at and glued else tokens[start].low)
    if first is None:
        return None
    return Quantity(first + part[0], first + part[1], start + 1, (), "span")


def _wide_part(tokens: Sequence[Token], at: int) -> tuple[tuple[int, int], int] | None:
    """ "Mid to late 90s", "early/mid 80s": both parts, and the token of the decade."""
    words = [
        part for token in tokens[at : at + 5] for part in (token.low.split("-") if "-to-" in token.low else [token.low])
    ]
    if len(words) < 3 or words[0] not in _PART_OF_DECADE or words[2] not in _PART_OF_DECADE:
        return None
    if words[1] not in ("to", "-", "/", "or", "and"):
        return None
    used = 1 if "-to-" in tokens[at].low else 3
    return (_PART_OF_DECADE[words[0]][0], _PART_OF_DECADE[words[2]][1]), skip_words(
        tokens, at + used, ("-", "the", "of")
    )


def _decade_year(word: str) -> int | None:
    if word in _DECADES:
        return _DECADES[word]
    if not word.endswith("s") or not word[:-1].isdigit() or len(word) not in (3, 5) or word[-2] != "0":
        return None
    number = int(word[:-1])
    if len(word) == 5:
        return number if _EARLIEST_YEAR <= number <= LATEST_YEAR else None
    return 2000 + number if number < 20 else 1900 + number


def _century(tokens: Sequence[Token], at: int) -> Quantity | None:
    number = _ORDINAL_CENTURY.get(tokens[at].low)
    if number is None or at + 1 >= len(tokens) or tokens[at + 1].low != "century":
        return None
    return Quantity((number - 1) * 100, (number - 1) * 100 + 99, at + 2, (), "span")


def _recent(tokens: Sequence[Token], at: int) -> Quantity | None:
    """ "this year", "last year", "the past decade", "the last few years": ages, counted back from now."""
    word = tokens[at].low
    following = [token.low for token in tokens[at + 1 : at + 3]]
    if word == "few" and following[:1] == ["years"]:
        return Quantity(FEW_YEARS, FEW_YEARS, at + 2, (), "age")
    if word not in ("this", "last", "past") or not following:
        return None
    if following[0] == "century":
        first = 2000 if word == "this" else 1900
        return Quantity(first, first + 99, at + 2, (), "span")
    if following[0] == "few" and following[1:] == ["years"]:
        return Quantity(FEW_YEARS, FEW_YEARS, at + 3, (), "age")
    years = {"year": 0 if word == "this" else 1, "decade": 10}.get(following[0])
    return None if years is None else Quantity(years, years, at + 2, (), "age")
