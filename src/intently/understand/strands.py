"""What several liked items share more often than chance: counted before any model is asked.

A small model that must find the threads of fifty titles by itself lists neighbours in the text. So code counts which
terms of the catalogue are over-represented among the liked items, and the model is given the threads to name. (Ours:
RecGPT leaves this to a 14 B model.)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from intently.catalog.arrays import Snapshot
from intently.catalog.schema import CatalogSpec

__all__ = ["Strand", "Term", "kinds_of", "strands_of", "terms_of"]

Term = tuple[str, str]  # facet, value
LEAST = 2  # liked items that share a term
NEW = 2  # of which so many are in no earlier strand
DAMPING = 3.0  # else two films with one supporting actor beat ten black comedies
TOO_COMMON = 0.12  # a single term that more of the catalogue has names no interest
NAMES = 0.5  # a facet with more values than this share of the items holds names (actors, makers), not kinds


@dataclass(frozen=True, slots=True)
class Strand:
    """One thread: one term or two, how surprising it is, and the liked items that have it, in their given order."""

    terms: tuple[Term, ...]
    lift: float  # damped standard deviations above chance, times the facets' weight
    item_ids: tuple[str, ...]

    @property
    def label(self) -> str:
        return " + ".join(value for _, value in self.terms)


def strands_of(liked: Sequence[str], spec: CatalogSpec, snapshot: Snapshot, count: int) -> tuple[Strand, ...]:
    """At most `count` threads, the most surprising first, each with items that no earlier one had; ties by name.

    liked: item ids; unknown ones are passed over. Measure: the normal approximation of a binomial count.
    """
    holders: dict[tuple[Term, ...], list[str]] = {}
    for item_id in dict.fromkeys(liked):
        terms = sorted(terms_of(item_id, spec, snapshot))
        for key in [*((term,) for term in terms), *combinations(terms, 2)]:
            holders.setdefault(key, []).append(item_id)
    n = len(set(liked))
    found = [
        Strand(terms, lift, tuple(item_ids))
        for terms, item_ids in holders.items()
        if len(item_ids) >= LEAST and (lift := _lift(terms, len(item_ids), n, spec, snapshot)) > 0
    ]
    return _apart(sorted(found, key=lambda strand: (-strand.lift, strand.terms)), count)


def terms_of(item_id: str, spec: CatalogSpec, snapshot: Snapshot) -> list[Term]:
    """What kind of item it is: its terms, the facet of the largest weight first; no names of people."""
    row = snapshot.row_of(item_id)
    if row is None:
        return []
    names = sorted(kinds_of(spec, snapshot), key=lambda name: -spec.facets[name].weight)
    return [(name, value) for name in names for value in snapshot.terms[name].values_of(row)]


def kinds_of(spec: CatalogSpec, snapshot: Snapshot) -> list[str]:
    return [
        name
        for name, facet in spec.facets.items()
        if facet.kind == "term" and facet.shown and facet.weight > 0 and name in snapshot.terms
        if len(snapshot.terms[name].values) <= max(NAMES * len(snapshot), LEAST)
    ]


def _lift(terms: tuple[Term, ...], held: int, n: int, spec: CatalogSpec, snapshot: Snapshot) -> float:
    mask = snapshot.mask_of(terms[:1])
    for term in terms[1:]:
        mask = mask & snapshot.mask_of([term])
    share = float(mask.mean())
    if share > TOO_COMMON:
        return 0.0
    weight = sum(spec.facets[facet].weight for facet, _ in terms) / len(terms)
    return (held - n * share) / math.sqrt(n * share * (1 - share) + DAMPING) * weight


def _apart(found: Sequence[Strand], count: int) -> tuple[Strand, ...]:
    chosen: list[Strand] = []
    seen: set[str] = set()
    for strand in found:
        if len(chosen) < count and len(set(strand.item_ids) - seen) >= NEW:
            chosen.append(strand)
            seen.update(strand.item_ids)
    return tuple(chosen)
