"""Chinese numerals: 一百五十, 两千三, 1.5万, 二〇一〇, 两三百, 半. One concept: the interval that a numeral means."""

import re

__all__ = ["interval_of", "value_of"]

_DIGIT = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")
_TWO_DIGITS = re.compile(r"([一二两三四五六七八])([两二三四五六七八九])([十百千万].*)\Z")


def interval_of(numeral: str) -> tuple[float, float] | None:
    """Low and high of a numeral, equal but for "两三百" (200 to 300); None when it is no number."""
    pair = _TWO_DIGITS.match(numeral)
    if pair is not None and _DIGIT[pair[2]] - _DIGIT[pair[1]] in (1, 2):
        low, high = value_of(pair[1] + pair[3]), value_of(pair[2] + pair[3])
        return (low, high) if low is not None and high is not None else None
    value = value_of(numeral)
    return None if value is None else (value, value)


def value_of(numeral: str) -> float | None:
    """One number, in digits (with a factor such as 万 after them) or in characters; None when it is no number."""
    if numeral[:1].isdigit():
        return _digits(numeral)
    whole, point, rest = numeral.partition("点")
    if point:
        before, after = value_of(whole), "".join(str(_DIGIT[character]) for character in rest)
        return None if before is None else before + float(f"0.{after}")
    if all(character in _DIGIT for character in numeral):
        return _spelt(numeral)
    return _characters(numeral)


def _digits(numeral: str) -> float | None:
    factor = _TENS.get(numeral[-1]) or _LARGE.get(numeral[-1]) or 1
    digits = numeral if factor == 1 else numeral[:-1]
    if len(digits) > 15:
        return None
    if _THOUSANDS.match(digits):
        return float(digits.replace(",", "")) * factor
    whole, _, rest = digits.replace(",", ".").partition(".")
    return float(f"{whole}.{rest.replace('.', '') or 0}") * factor


def _spelt(numeral: str) -> float | None:
    """ "五" is 5; digits in a row are read as such, "二〇一〇" is 2010, but "二三" is no number."""
    if len(numeral) == 1:
        return float(_DIGIT[numeral])
    return float("".join(str(_DIGIT[character]) for character in numeral)) if len(numeral) == 4 else None


def _characters(numeral: str) -> float | None:
    """ "一百五十" is 150; a digit after the last unit counts in the next smaller one: "一百五" is 150 too."""
    total, section, digit, last = 0.0, 0.0, None, 0
    for character in numeral:
        if character in _DIGIT:
            if digit:
                return None
            digit = _DIGIT[character]
            last = 0 if digit == 0 else last
        elif character in _TENS:
            section += (1 if digit is None else digit) * _TENS[character]
            digit, last = None, _TENS[character]
        else:
            section = (section + (digit or 0)) or 1
            total, section = (total + section) * _LARGE[character], 0.0
            digit, last = None, _LARGE[character]
    return total + section + (digit or 0) * (last // 10 if last >= 100 else 1)
