"""Which facet an amount speaks of, and which bound a comparison means.

An amount's facet: its unit, else the comparative's own facet ("older than"), else a facet noun in the same segment
("rating above 8"), else a year, else the facet marked `bare` whose range holds the amount.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from intently.feed.parser.bounds import Amount, next_above, next_below
from intently.feed.parser.context import ParseContext
from intently.feed.parser.tables import Direction, Tables, sorted_amounts

Bound = Literal["at_most", "at_least"]
__all__ = ["amounts_of_items", "compared", "facet_of", "wished"]

SHARE = {"more": 2 / 3, "less": 1 / 3}  # "long" means the longest third, "short" the shortest


def facet_of(amount: Amount, nouns: Sequence[str], tables: Tables, context: ParseContext) -> str:
    """The facet's name, or the empty string when nothing says it."""
    quantity, comparator = amount.quantity, amount.comparator
    numbers = dict(tables.numbers())
    said = [name for name, _ in quantity.units]
    own = [name for name in (comparator.facet, *nouns) if name in numbers]
    if said and comparator.dates and numbers[said[0]].kind != "date":
        return ""  # "she falls asleep after 90 minutes"
    if not said and quantity.shape == "amount" and own and numbers[own[0]].kind == "date" and quantity.high < 1000:
        return ""  # "newer than 2" speaks of no year
    if said:
        return next((name for name in own if name in said), said[0])
    if quantity.shape in ("span", "age"):
        return tables.year_facet
    if own:
        return _fitting_first(own, amount, context, tables)
    if quantity.shape == "year" and tables.year_facet:
        return tables.year_facet
    if comparator.dates:
        return ""
    if amount.comparator.side == "none":
        return ""
    bare = [name for name, facet in numbers.items() if facet.bare and facet.kind != "date"]
    return next((name for name in bare if _is_usual(context, name, quantity.low, quantity.high)), "")


def _fitting_first(names: Sequence[str], amount: Amount, context: ParseContext, tables: Tables) -> str:
    if amount.quantity.shape == "year" and tables.year_facet and not amount.comparator.facet:
        held = [name for name in names if _holds(context, name, amount.quantity.low, amount.quantity.high)]
        return held[0] if held else tables.year_facet
    return names[0]


def _holds(context: ParseContext, name: str, low: float, high: float) -> bool:
    values = sorted_amounts(context.snapshot, name)
    return bool(values.size) and low <= values[-1] and high >= values[0]


def _is_usual(context: ParseContext, name: str, low: float, high: float) -> bool:
    """Whether people may mean these numbers: within what nearly all items have, or not far from it."""
    values = sorted_amounts(context.snapshot, name)
    if not values.size:
        return False
    least, most = values[values.size // 100] / 2, values[-1 - values.size // 100] * 20
    return bool(low <= most and high >= least)


def amounts_of_items(items: Sequence[str], facet: str, context: ParseContext) -> list[float]:
    """The known values of these items on a number facet, in their order."""
    rows = [context.snapshot.row_of(item_id) for item_id in items]
    values = [float(context.snapshot.numbers[facet].amounts[row]) for row in rows if row is not None]
    return [value for value in values if not np.isnan(value)]


def compared(
    direction: Direction, values: Sequence[float], context: ParseContext, *, extreme: bool, negated: bool
) -> tuple[Bound, float]:
    """Relation and value of "newer than these values": beyond their extreme, or beyond their median."""
    step = context.spec.facets[direction.facet].step
    more = direction.side == "more"
    if extreme:
        edge = max(values) if more else min(values)
    else:
        edge = float(np.sort(np.asarray(values))[(len(values) - 1) // 2 if more else len(values) // 2])
    if negated:
        return ("at_most", edge) if more else ("at_least", edge)
    return ("at_least", next_above(edge, step)) if more else ("at_most", next_below(edge, step))


def wished(direction: Direction, context: ParseContext, *, negated: bool) -> tuple[Bound, float] | None:
    """Relation and value of a soft word: "long" the upper third of the catalogue, "not too long" not that third."""
    values = sorted_amounts(context.snapshot, direction.facet)
    if not values.size:
        return None
    edge = float(values[min(int(values.size * SHARE[direction.side]), values.size - 1)])
    return ("at_least" if (direction.side == "more") != negated else "at_most"), edge
