"""From an amount with its comparator ("under 2 hours", "since the 90s", "8 or better") to a bound on a facet.

Strict comparators are stored as the next value (SEMANTICS 2): "before 2000" is at most 1999. A negated bound is the
opposite bound ("nothing shorter than 80 minutes" is at least 80); avoid knows no open bounds.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from intently.catalog.schema import FacetSpec
from intently.feed.parser.lexicon import words_of
from intently.feed.parser.numbers import Quantity, Units, read_quantity
from intently.feed.parser.phrases import Phrases
from intently.feed.parser.ranges import read_range
from intently.feed.parser.tokens import Token
from intently.nouns import Polarity, PreferenceValue, Relation

__all__ = ["Amount", "Comparator", "Comparators", "bound_of", "comparators", "next_above", "next_below", "read_amount"]

Side = Literal["at_most", "at_least", "about", "between", "none"]


@dataclass(frozen=True, slots=True)
class Comparator:
    """`facet` is set where the word itself names it ("longer than"); `dates` where it speaks of time ("since")."""

    side: Side
    strict: bool = False
    facet: str = ""
    dates: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity with its comparator, tokens `start` to `end`; the facet may still be open."""

    quantity: Quantity
    comparator: Comparator
    start: int
    end: int


_FILL = frozenset(
    ("the", "a", "an", "of", "about", "around", "roughly", "approximately", "only", "just", "year", "years", "price",
     "to", "in", "is", "be", "rating", "score", "length", "runtime", "budget", "cost", "spend")
)  # fmt: skip
_LEAD = frozenset(("in", "from", "of", "during", "at", "the", "for"))
MAX_FILL = 3


@dataclass(frozen=True)
class Comparators:
    before: Phrases[Comparator]
    after: Phrases[Comparator]


def comparators(facets: Sequence[tuple[str, FacetSpec]]) -> Comparators:
    """The tables with the comparatives that the catalogue declares ("dearer than" is a strict at_least of price)."""
    own: list[tuple[str, Comparator]] = []
    for name, facet in facets:
        own += _declared(name, facet.more, "at_least", "at_most")
        own += _declared(name, facet.less, "at_most", "at_least")
    return Comparators(Phrases([*_fixed("before"), *own]), Phrases(_fixed("after")))


def _fixed(place: str) -> list[tuple[str, Comparator]]:
    """The comparators of the language, before or after the amount."""
    return [
        (phrase, Comparator(entry["side"], entry.get("strict", False), dates=entry.get("dates", False)))
        for entry in words_of("comparator")
        if entry["place"] == place
        for phrase in entry["phrases"]
    ]


def _declared(name: str, words: Sequence[str], side: Side, opposite: Side) -> Iterator[tuple[str, Comparator]]:
    for word in words:
        yield f"{word} than", Comparator(side, strict=True, facet=name)
        for negation in ("no", "not", "nothing"):
            yield f"{negation} {word} than", Comparator(opposite, facet=name)


def read_amount(tokens: Sequence[Token], at: int, units: Units, tables: Comparators) -> Amount | None:
    """The amount that starts at this token, comparators before and after it included."""
    found = tables.before.at(tokens, at)
    if found is None:
        return _bare(tokens, at, units, tables)
    end, comparator = found
    if comparator.side == "between":
        quantity = read_range(tokens, _past(tokens, end), units, joined_by_and=tokens[at].low != "from")
        if quantity is not None:
            return Amount(quantity, comparator, at, quantity.end)
        return _bare(tokens, at, units, tables)
    start = _past(tokens, end)
    quantity = read_quantity(tokens, end, units) or read_quantity(tokens, start, units)
    if comparator.side == "none" and (quantity is None or quantity.shape != "age"):
        return _bare(tokens, at, units, tables)
    if quantity is None or _is_article(tokens, quantity, start) or _is_owned(tokens, at, quantity):
        return None
    return Amount(quantity, comparator, at, quantity.end)


def _is_article(tokens: Sequence[Token], quantity: Quantity, start: int) -> bool:
    return (
        not quantity.units
        and quantity.shape == "amount"
        and tokens[start].low in ("one", "a", "an")
        and quantity.low == 1
    )


def _is_owned(tokens: Sequence[Token], at: int, quantity: Quantity) -> bool:
    """ "I have 3 cats" bounds nothing, "I have 90 minutes" does."""
    return tokens[at].low in ("i", "ive", "we", "weve") and not quantity.units


def _bare(tokens: Sequence[Token], at: int, units: Units, tables: Comparators) -> Amount | None:
    start = at
    while start < len(tokens) and start < at + MAX_FILL and tokens[start].low in _LEAD:
        start += 1
    quantity = read_range(tokens, start, units, joined_by_and=False)
    if quantity is not None and (quantity.units or quantity.is_time or tokens[start].kind != "word"):
        return Amount(quantity, Comparator("between"), at, quantity.end)
    quantity = read_quantity(tokens, start, units) or read_quantity(tokens, at, units)
    if quantity is None:
        return None
    if "in" in (tokens[at].low, tokens[at - 1].low) and tokens[start].low.endswith("k"):
        return None  # "in 4k" is no amount
    if quantity.end < len(tokens):
        trailing = tables.after.at(tokens, quantity.end)
        if trailing is not None and not _is_up_to(tokens, trailing[0]):
            return Amount(quantity, trailing[1], at, trailing[0])
    if quantity.shape == "age" and tokens[start].low not in ("this", "last", "past", "few"):
        return None  # "I am 40 years old"
    unitless = not quantity.units and quantity.shape == "amount"
    if unitless and (start > at or tokens[start].kind == "word"):
        return None
    return Amount(quantity, Comparator("about" if quantity.vague else "none"), at, quantity.end)


def _is_up_to(tokens: Sequence[Token], end: int) -> bool:
    """ "From the 90s up to two hours": the "up" is of what follows."""
    return tokens[end - 1].low == "up" and end < len(tokens) and tokens[end].low == "to"


def _past(tokens: Sequence[Token], at: int) -> int:
    start = at
    while start < len(tokens) - 1 and start < at + MAX_FILL and tokens[start].low in _FILL:
        start += 1
    return start


def next_below(value: float, step: float) -> float:
    """The largest value of the facet's grid that is strictly below: 1999 for 2000 and step 1."""
    return round((math.ceil(round(value / step, 6)) - 1) * step, 6)


def next_above(value: float, step: float) -> float:
    return round((math.floor(round(value / step, 6)) + 1) * step, 6)


def bound_of(
    amount: Amount, name: str, facet: FacetSpec, *, year: int, negated: bool = False
) -> tuple[Polarity, Relation, PreferenceValue]:
    """Polarity, relation and value in the facet's unit. `year` is the person's, for ages ("the last ten years")."""
    quantity, side, strict = amount.quantity, amount.comparator.side, amount.comparator.strict
    if quantity.shape == "age":
        quantity, side = _years_back(quantity, side, year, own=bool(amount.comparator.facet))
    factor = dict(quantity.units).get(name, 1.0)
    low, high = round(quantity.low * factor, 6), round(quantity.high * factor, 6)
    if side in ("at_most", "at_least") and negated:
        side, strict = ("at_least" if side == "at_most" else "at_most"), False
        low, high = high, low
    if side == "at_most":
        return "want", "at_most", next_below(low, facet.step) if strict else (low if negated else high)
    if side == "at_least":
        return "want", "at_least", next_above(high, facet.step) if strict else (high if negated else low)
    return _interval(side, quantity, low, high, facet, negated)


def _interval(
    side: str, quantity: Quantity, low: float, high: float, facet: FacetSpec, negated: bool
) -> tuple[Polarity, Relation, PreferenceValue]:
    if low == high and (side == "about" or (side == "none" and not quantity.is_time)):
        spread = facet.tolerance_of(low)
        interval = {"low": round(low - spread, 6), "high": round(high + spread, 6)}
        return ("avoid", "between", interval) if negated else ("want", "about", interval)
    if quantity.open and not negated:
        return "want", "at_least", low
    return ("avoid" if negated else "want"), "between", {"low": low, "high": high}


def _years_back(quantity: Quantity, side: Side, year: int, *, own: bool) -> tuple[Quantity, Side]:
    """An age becomes a year: "less than 5 years old" is later than five years ago.

    own: the comparative is the facet's and speaks of years already ("older than 20 years").
    """
    then = year - quantity.low
    if own:
        return replace(quantity, low=then, high=then, shape="year"), side
    turned: dict[Side, Side] = {"at_most": "at_least", "at_least": "at_most", "none": "at_least"}
    return replace(quantity, low=then, high=then, shape="year"), turned.get(side, side)
