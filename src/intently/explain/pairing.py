"""Which items an interest gets a line for: those that share a category with it and lie near one of its tags.

RecGPT V1 section 6: a model maps each tag to a category, so an interest has categories; items of those categories are
joined to it. Ours: a tag's categories are those that its words name (the catalogue's terms and their aliases) and those
that most of the items nearest to it have; of the items so joined, the nearest by vector come first and a number of them
is kept. Ties go to the lower row.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.catalog.arrays import Snapshot
from intently.catalog.schema import CatalogSpec
from intently.catalog.words import WordReader

__all__ = ["NEAR", "Pair", "Wanted", "categories_of", "pair_items"]

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]
NEAR = 0.35  # cosine of an item and a tag from which they may be paired
VOTERS = 10  # nearest items whose categories a tag takes
SHARE = 0.4  # of the voters who must have one


@dataclass(frozen=True)
class Wanted:
    """An interest with the texts of its tags; without tags its own words stand for them."""

    interest_id: str
    text: str
    tags: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        return self.tags or (self.text,)


@dataclass(frozen=True, slots=True)
class Pair:
    """`near`: the cosine of the item and the interest's nearest tag, which is `tag` of the interest's texts."""

    interest_id: str
    item_row: int
    near: float
    tag: int


def pair_items(
    wanted: Sequence[Wanted], spec: CatalogSpec, snapshot: Snapshot, encode: Encode, each: int,
    had: Collection[int] = (),
) -> list[Pair]:  # fmt: skip
    """At most `each` items for every interest, all interests' nearest first, then their second ones, and so on. had:
    rows that are not offered."""
    category = category_facet(spec, snapshot)
    offered = snapshot.available & snapshot.encoded
    offered[list(had)] = False
    rows = np.flatnonzero(offered)
    if not len(rows) or not wanted:
        return []
    reader = WordReader(spec.facets[category]) if category and spec.facets[category].values else None
    columns = [_pairs(one, category, reader, snapshot, rows, encode, each) for one in wanted]
    return [column[place] for place in range(each) for column in columns if place < len(column)]


def category_facet(spec: CatalogSpec, snapshot: Snapshot) -> str | None:
    """The facet that says what kind of thing an item is: the first of the largest weight whose values are shared."""
    names = [
        name for name, facet in spec.facets.items()
        if facet.kind == "term" and facet.shown and facet.weight > 0 and not facet.names and name in snapshot.terms
        if len(snapshot.terms[name].values) <= max(2, len(snapshot) // 10)
    ]  # fmt: skip
    return max(names, key=lambda name: spec.facets[name].weight, default=None)


def categories_of(
    text: str, near: npt.NDArray[np.float32], rows: npt.NDArray[np.int64], category: str, snapshot: Snapshot,
    reader: WordReader | None = None,
) -> frozenset[str]:  # fmt: skip
    """Categories of a tag. near: its cosines with the items of `rows`."""
    voters = rows[np.lexsort((rows, -near))[:VOTERS]].tolist()
    votes = Counter(value for row in voters for value in snapshot.terms[category].values_of(row))
    voted = {value for value, count in votes.items() if count >= SHARE * len(voters)}
    return frozenset(voted | set(reader.values_in(text) if reader else ()))


def _pairs(
    one: Wanted, category: str | None, reader: WordReader | None, snapshot: Snapshot, rows: npt.NDArray[np.int64],
    encode: Encode, each: int,
) -> list[Pair]:  # fmt: skip
    near = (encode(one.texts) @ snapshot.vectors[rows].T).astype(np.float32)  # (tags, items)
    if category is not None:
        named = [categories_of(text, row, rows, category, snapshot, reader)
                 for text, row in zip(one.texts, near, strict=True)]  # fmt: skip
        masks = [snapshot.mask_of([(category, value) for value in values])[rows] if values else np.ones(len(rows), bool)
                 for values in named]  # fmt: skip
        near = np.where(np.stack(masks), near, -1.0).astype(np.float32)
    best, tag = near.max(axis=0), near.argmax(axis=0)
    order = np.lexsort((rows, -best))[:each]
    return [
        Pair(one.interest_id, int(rows[place]), float(best[place]), int(tag[place]))
        for place in order.tolist()
        if best[place] >= NEAR
    ]
