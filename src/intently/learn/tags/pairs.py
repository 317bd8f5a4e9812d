"""What the tag tower learns from: tags of items that were taken, with the items' categories.

A tag is a text with its vector. In training it comes from the catalogue itself (a facet tagger, no model): terms of an
item and pairs of them. In serving it is whatever a model writes.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from intently.catalog.arrays import Snapshot, TermFacet
from intently.catalog.schema import CatalogSpec
from intently.retrieve.request import Floats, Rows
from intently.understand.strands import kinds_of, terms_of

__all__ = ["TagPairs", "pairs_of"]

TERMS = 8  # of an item that make tags, its facet of the largest weight first
LEAST = 3  # items that share a tag
Encode = Callable[[Sequence[str]], Floats]  # texts -> (texts, dim), rows of length 1
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TagPairs:
    """`vectors` (m, dim) of all tags; the tags of item row r are tags[starts[r]:starts[r + 1]]; `categories`
    (n, values): which category values each item has."""

    vectors: Floats
    starts: Numbers
    tags: Numbers
    categories: npt.NDArray[np.bool_]

    @property
    def digest(self) -> str:
        """SHA-256 of tags, vectors and categories."""
        whole = hashlib.sha256()
        for values in (self.vectors, self.starts, self.tags, self.categories):
            whole.update(np.ascontiguousarray(values).tobytes())
        return whole.hexdigest()

    def drawn(self, rows: npt.NDArray[np.integer], random: np.random.Generator) -> tuple[Numbers, Numbers]:
        """Places among `rows` of the items that have a tag, and one tag of each."""
        counts = self.starts[rows + 1] - self.starts[rows]
        places = np.flatnonzero(counts)
        offsets = (random.random(len(places)) * counts[places]).astype(np.int64)
        return places, self.tags[self.starts[rows[places]] + offsets]


def pairs_of(spec: CatalogSpec, snapshot: Snapshot, known: Rows, encode: Encode, category: str = "") -> TagPairs:
    """The tags of the `known` items, which are learnt from; the others have none. `category`: a term facet; by default
    the one of the largest weight."""
    told = {row: _texts(snapshot.item_ids[row], spec, snapshot) for row in known.tolist()}
    holders = Counter(text for texts in told.values() for text in texts)
    places = {text: place for place, text in enumerate(text for text, count in holders.items() if count >= LEAST)}
    tags = [[places[text] for text in told.get(row, ()) if text in places] for row in range(len(snapshot))]
    names = sorted(kinds_of(spec, snapshot), key=lambda name: -spec.facets[name].weight)
    return TagPairs(
        vectors=encode(list(places)),
        starts=np.cumsum([0, *map(len, tags)]).astype(np.int64),
        tags=np.array([place for own in tags for place in own], np.int64),
        categories=_table(snapshot.terms.get(category or next(iter(names), "")), len(snapshot)),
    )


def _texts(item_id: str, spec: CatalogSpec, snapshot: Snapshot) -> list[str]:
    """Each of an item's first terms, every two of them, and the first three together; each text once."""
    terms = terms_of(item_id, spec, snapshot)[:TERMS]
    together = [(term,) for term in terms] + list(combinations(sorted(terms), 2)) + [tuple(terms[:3])]
    return list(dict.fromkeys(", ".join(value for _, value in held) for held in together if held))


def _table(facet: TermFacet | None, size: int) -> npt.NDArray[np.bool_]:
    """Which values each item has: (size, values); no values where there is no such facet."""
    table = np.zeros((size, len(facet.values) if facet is not None else 0), np.bool_)
    if facet is not None:
        table[np.repeat(np.arange(size), np.diff(facet.item_starts)), facet.item_values] = True
    return table
