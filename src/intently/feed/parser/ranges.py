"""Two amounts that make one: "80 to 100 minutes", "1990-99", "from 2000 up to 2010", "from 1990 to now"."""

from collections.abc import Sequence
from dataclasses import replace

from intently.feed.parser.numbers import LATEST_YEAR, Quantity, Units, read_quantity, skip_words
from intently.feed.parser.tokens import Token

__all__ = ["read_range"]

_RANGE_SIGNS = {"-", "–", "—", "to", "till", "til", "until", "through", "thru"}
_NOW = frozenset(("now", "today", "present", "date"))


def read_range(tokens: Sequence[Token], at: int, units: Units, joined_by_and: bool) -> Quantity | None:
    """Two amounts joined by "to", a dash, or (after "between") "and"; the unit of the second serves the first too."""
    first = read_quantity(tokens, at, units)
    if first is None or first.end >= len(tokens):
        return None
    word = tokens[first.end].low
    if word == "up" and [token.low for token in tokens[first.end + 1 : first.end + 2]] == ["to"]:
        last = read_quantity(tokens, first.end + 2, units)
        return _joined(first, last) if last is not None and _are_alike(first, last) else None
    if word not in _RANGE_SIGNS and not (joined_by_and and word in ("and", "&")):
        return None
    if first.is_time and tokens[first.end + 1 : first.end + 2] and tokens[first.end + 1].low in _NOW:
        return replace(first, high=float(LATEST_YEAR), end=first.end + 2, shape="span", open=True)
    second = read_quantity(tokens, skip_words(tokens, first.end + 1, ("the",)), units)
    if second is None:
        return None
    return _joined(first, second)


def _are_alike(first: Quantity, second: Quantity) -> bool:
    """ "From 2000 up to 2010", not "from 2000 up to 90 minutes"."""
    return first.is_time == second.is_time and first.units == second.units


def _joined(first: Quantity, second: Quantity) -> Quantity | None:
    if first.shape == "year" and second.shape == "amount" and not second.units and second.high < 100:
        century = first.low - first.low % 100
        second = replace(second, low=century + second.low, high=century + second.high, shape="year")
    if first.units and second.units:
        factors = dict(second.units)
        ratio = next((factor / factors[name] for name, factor in first.units if name in factors), 1.0)
        first = replace(first, low=first.low * ratio, high=first.high * ratio)
    low, high = sorted((first.low, second.high))
    shape = "span" if first.is_time and (second.is_time or not second.units) else "amount"
    return Quantity(low, high, second.end, second.units or first.units, shape, first.vague or second.vague)
