"""The cognitive supply as a source: items near to any one of the person's tags.

The fused vector of `semantic` is the mean of all that is wanted, and a mean of many tags is near to none of them. Here
the nearest tag counts alone, so that each finds its own items. It proposes candidates and has no weight in the base
score: what it brings is ranked like everything else, or given places by the allocation.
"""

from dataclasses import dataclass

import numpy as np

from intently.nouns import Candidates
from intently.retrieve.products import products_of
from intently.retrieve.ranking import DECIMALS, top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows, no_rows

__all__ = ["COGNITIVE", "TELLING", "Tags"]

COGNITIVE = ("tags", "semantic")  # sources that hear what was understood of the person
TELLING = 0.3  # cosine from which an item has to do with a tag or a wish
_SHOWN = 3  # pieces of evidence


@dataclass(frozen=True)
class Tags:
    """The source over `vectors` (n, dim) float32, rows of length 1 (zeros where an item is not encoded yet)."""

    vectors: Floats
    name: str = "tags"

    def retrieve(self, request: RetrievalRequest, allowed: Allowed, k: int) -> Candidates:
        """The allowed items from the telling cosine on, nearest first; none for a person without tags."""
        if not request.tags or not allowed.count:
            return Candidates(self.name, no_rows(), np.empty(0, np.float32))
        rows, scores = top(allowed.rows, self._near(request, allowed.rows).max(axis=0), k)
        count = int(np.count_nonzero(scores > 0))
        return Candidates(self.name, rows[:count], scores[:count])

    def score(self, request: RetrievalRequest, rows: Rows) -> Floats:
        if not request.tags or not len(rows):
            return np.zeros(len(rows), np.float32)
        return np.asarray(self._near(request, rows).max(axis=0), np.float32)

    def evidence(self, request: RetrievalRequest, row: int) -> tuple[tuple[str, str], ...]:
        """The tags that the item has to do with, nearest first."""
        if not request.tags:
            return ()
        near = self._near(request, np.array([row], np.int32))[:, 0]
        order = np.argsort(-near, kind="stable")[:_SHOWN].tolist()
        return tuple(("tag", request.tags[place].tag_id) for place in order if near[place] > 0)

    def _near(self, request: RetrievalRequest, rows: Rows) -> Floats:
        """(tags, len(rows)) cosines; 0 below the telling one."""
        near = products_of(self.vectors, rows, np.stack([tag.vector for tag in request.tags]))
        near = np.asarray(np.round(np.minimum(near, 1.0), DECIMALS), np.float32)
        return np.where(near >= TELLING, near, np.float32(0.0))
