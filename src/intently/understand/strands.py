"""What several liked items share more often than chance: counted before any model is asked.

A small model that must find the threads of fifty titles by itself lists neighbours in the text. So code counts which
terms of the catalogue are over-represented among the liked items, and the model is given the threads to name. (Ours:
RecGPT leaves this to a 14 B model.)
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from intently.catalog.arrays import Snapshot
from intently.catalog.schema import CatalogSpec

__all__ = ["Strand", "Term", "lifted_terms", "strands", "telling"]

Term = tuple[str, str]  # facet, value
LEAST = 2  # liked items that share a term
NEW = 2  # of which so many are in no earlier strand
DAMPING = 3.0  # else two films with one supporting actor beat ten black comedies
MOST_SHARE = 0.5  # a term that more of the catalogue has says nothing


@dataclass(frozen=True, slots=True)
class Strand:
    """One thread: a term, how surprising it is, and the liked items that have it, in their given order."""

    term: Term
    lift: float  # damped standard deviations above chance, times the facet's weight
    item_ids: tuple[str, ...]


def lifted_terms(liked: Sequence[str], spec: CatalogSpec, snapshot: Snapshot) -> dict[Term, Strand]:
    """Every term that at least two liked items share above chance, by decreasing lift; ties by name.

    liked: item ids, unknown ones are passed over. Measure: the normal approximation of a binomial count.
    """
    holders: dict[Term, list[str]] = {}
    for item_id in dict.fromkeys(liked):
        for term in _terms_of(item_id, spec, snapshot):
            holders.setdefault(term, []).append(item_id)
    n = len(set(liked))
    found = []
    for term, item_ids in holders.items():
        share = len(snapshot.terms[term[0]].rows_of(term[1])) / max(1, len(snapshot))
        if len(item_ids) < LEAST or not 0 < share < MOST_SHARE:
            continue
        lift = (len(item_ids) - n * share) / math.sqrt(n * share * (1 - share) + DAMPING) * spec.facets[term[0]].weight
        if lift > 0:
            found.append(Strand(term, lift, tuple(item_ids)))
    ordered = sorted(found, key=lambda strand: (-strand.lift, strand.term))
    return {strand.term: strand for strand in ordered}


def strands(lifted: Mapping[Term, Strand], count: int) -> tuple[Strand, ...]:
    """At most `count` threads, the most surprising first, each with items that no earlier one had."""
    chosen: list[Strand] = []
    seen: set[str] = set()
    for strand in lifted.values():
        if len(chosen) < count and len(set(strand.item_ids) - seen) >= NEW:
            chosen.append(strand)
            seen.update(strand.item_ids)
    return tuple(chosen)


def telling(item_id: str, lifted: Mapping[Term, Strand], spec: CatalogSpec, snapshot: Snapshot, most: int) -> list[str]:
    """The item's terms that tell most about this person, at most `most`; its first terms when none is shared."""
    terms = list(_terms_of(item_id, spec, snapshot))
    shared = sorted((term for term in terms if term in lifted), key=lambda term: (-lifted[term].lift, term))
    return [value for _, value in (shared or terms)[:most]]


def _terms_of(item_id: str, spec: CatalogSpec, snapshot: Snapshot) -> Iterable[Term]:
    row = snapshot.row_of(item_id)
    if row is None:
        return
    for name, facet in sorted(spec.facets.items(), key=lambda pair: -pair[1].weight):
        if facet.kind == "term" and facet.shown and facet.weight > 0 and name in snapshot.terms:
            for value in snapshot.terms[name].values_of(row):
                yield name, value
