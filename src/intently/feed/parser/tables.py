"""What one catalogue adds to the grammar: units, comparatives, words that point along a number, nouns, sorted amounts.

Compiled at the catalogue's first command, kept for the newest catalogues.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from intently.catalog.schema import CatalogSpec, FacetSpec
from intently.catalog.snapshot import Snapshot
from intently.feed.parser.bounds import Comparators, comparators
from intently.feed.parser.numbers import CURRENCY_SIGNS, Units, units_of
from intently.feed.parser.phrases import Phrases

__all__ = ["Direction", "Tables", "sorted_amounts", "tables_of"]


@dataclass(frozen=True, slots=True)
class Direction:
    """A word that points along a number facet: "newer" (strict, against something) or "new" (a soft wish)."""

    facet: str
    side: Literal["more", "less"]
    comparative: bool


@dataclass(frozen=True)
class Tables:
    """What one catalogue adds to the grammar."""

    spec: CatalogSpec
    units: Units
    comparators: Comparators
    directions: Phrases[Direction]
    nouns: Phrases[str]
    own_nouns: Phrases[str]
    year_facet: str

    def numbers(self) -> list[tuple[str, FacetSpec]]:
        return [(name, facet) for name, facet in self.spec.facets.items() if facet.kind != "term"]


_compiled: OrderedDict[int, Tables] = OrderedDict()
KEPT = 8  # catalogues whose tables are kept


def tables_of(spec: CatalogSpec) -> Tables:
    """The catalogue's tables, compiled at its first command."""
    known = _compiled.get(id(spec))
    if known is not None and known.spec is spec:
        return known
    _compiled[id(spec)] = made = _compile(spec)
    while len(_compiled) > KEPT:
        _compiled.popitem(last=False)
    return made


def _compile(spec: CatalogSpec) -> Tables:
    numbers = [(name, facet) for name, facet in spec.facets.items() if facet.kind != "term"]
    dates = [name for name, facet in numbers if facet.kind == "date" or facet.unit in ("year", "years")]
    names = [(word, name) for name, facet in spec.facets.items() for word in (*facet.nouns, facet.label, name) if word]
    plurals = [(word + "s", name) for word, name in names if not word.endswith("s")]
    return Tables(
        spec=spec,
        units=units_of(spec),
        comparators=comparators(numbers),
        directions=Phrases(_directions(numbers)),
        nouns=Phrases([*plurals, *names]),
        own_nouns=Phrases([(word, word) for word in _own_nouns(spec)]),
        year_facet=dates[0] if dates else "",
    )


_SAME_THING = {"film": ("movie", "movies", "flick", "flicks", "picture", "pictures"), "movie": ("film", "films")}


def _own_nouns(spec: CatalogSpec) -> list[str]:
    return [spec.noun, spec.nouns, *_SAME_THING.get(spec.noun, ())]


def _directions(numbers: Sequence[tuple[str, FacetSpec]]) -> list[tuple[str, Direction]]:
    found = []
    for name, facet in numbers:
        found += [(word, Direction(name, "more", comparative=True)) for word in facet.more]
        found += [(word, Direction(name, "less", comparative=True)) for word in facet.less]
        found += [(word, Direction(name, "more", comparative=False)) for word in facet.highest]
        found += [(word, Direction(name, "less", comparative=False)) for word in facet.lowest]
        for noun in (*facet.nouns, facet.label.lower() or name):
            found += [
                (f"{word} {noun}", Direction(name, "more", comparative=True))
                for word in ("higher", "greater", "bigger")
            ]
            found += [(f"{word} {noun}", Direction(name, "less", comparative=True)) for word in ("lower", "smaller")]
            large = ("high", "big") if facet.unit in CURRENCY_SIGNS else ("high", "good", "great", "big")
            found += [(f"{word} {noun}", Direction(name, "more", comparative=False)) for word in large]
            found += [(f"{word} {noun}", Direction(name, "less", comparative=False)) for word in ("low", "small")]
    return found


Sorted = npt.NDArray[np.float64]
_sorted: OrderedDict[tuple[int, str], tuple[Snapshot, Sorted]] = OrderedDict()


def sorted_amounts(snapshot: Snapshot, facet: str) -> Sorted:
    """The known values of a number facet, ascending; kept for the newest snapshots."""
    key = (id(snapshot), facet)
    held = _sorted.get(key)
    if held is None or held[0] is not snapshot:
        values = np.asarray(snapshot.numbers[facet].amounts, np.float64)
        held = _sorted[key] = (snapshot, np.sort(values[~np.isnan(values)]))
        while len(_sorted) > 4 * KEPT:
            _sorted.popitem(last=False)
    return held[1]
