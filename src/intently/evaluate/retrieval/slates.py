"""What is to be said of one person's slate beside whether it was right: how new, how varied, how popular it is.

- categories: distinct values of the set's category facet on the slate.
- novelty: mean over the slate of -log2 of an item's share of all events up to the moment, in bits. One is added to
  every count, so that what nobody took yet is as new as can be told, and not infinitely so. Source: Zhou et al. 2010,
  "Solving the apparent diversity-accuracy dilemma", self-information.
- new items, new categories (NER of RecGPT-V2): the share of the slate that the person did nothing with in the last
  WINDOW_DAYS; of an item with several categories, the share of these. Where there are no times, in their whole history.
- groups: items ordered by events up to the moment and cut so that each of GROUPS holds the same share of all events:
  group 0 are the few that most is done with, the last the long tail and what nobody took yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from intently.catalog.arrays import TermFacet
from intently.evaluate.pack import Pack
from intently.evaluate.retrieval.folds import Moment
from intently.retrieve.masses import DAY
from intently.retrieve.request import Rows

__all__ = ["GROUPS", "WINDOW_DAYS", "K", "Lens", "SlateFacts", "group_of_items"]

K = 10  # places of a slate
GROUPS = 5
WINDOW_DAYS = 90.0
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SlateFacts:
    """Of one person's first K places. `rows` shown; `groups` of popularity by place; `found`: the groups of what was
    taken and is on the slate; `taken`: the groups of all that was taken. NaN where there is nothing to measure."""

    rows: tuple[int, ...]
    groups: tuple[int, ...]
    found: tuple[int, ...]
    taken: tuple[int, ...]
    categories: float
    novelty: float
    new_items: float
    new_categories: float

    @staticmethod
    def read(body: Mapping[str, Any]) -> "SlateFacts":
        """From JSON, where tuples are lists."""
        rows, groups, found, taken = (tuple(body[name]) for name in ("rows", "groups", "found", "taken"))
        measures = (float(body[name]) for name in ("categories", "novelty", "new_items", "new_categories"))
        return SlateFacts(rows, groups, found, taken, *measures)


def group_of_items(counts: Counts) -> npt.NDArray[np.int64]:
    """The popularity group of every item, (n,): by the share of events of those ahead of it; equals by row."""
    total = counts.sum()
    groups = np.full(len(counts), GROUPS - 1, dtype=np.int64)
    if total == 0:
        return groups
    order = np.argsort(-counts, kind="stable")[: int(np.count_nonzero(counts))]
    ahead = np.concatenate([[0.0], np.cumsum(counts[order])[:-1]])
    groups[order] = np.minimum((ahead / total * GROUPS).astype(np.int64), GROUPS - 1)
    return groups


class Lens:
    """Looks at the slates of one moment after the other; what a moment shows is computed once for all rows."""

    def __init__(self, pack: Pack, category: str, timed: bool) -> None:
        """category: a term facet, or empty. Raises KeyError for one that the catalogue does not declare."""
        self._facet: TermFacet | None = pack.snapshot.terms[category] if category else None
        self._timed = timed
        self._counted: Any = None  # the masses that the two below are of
        self._moment: Moment | None = None

    def facts(self, moment: Moment, ranked: Rows) -> SlateFacts:
        """Of a ranking, best first."""
        self._look(moment)
        rows = ranked[:K].tolist()
        taken = moment.case.taken
        return SlateFacts(
            rows=tuple(rows),
            groups=tuple(self._groups[rows].tolist()),
            found=tuple(self._groups[[row for row in taken if row in rows]].tolist()),
            taken=tuple(self._groups[list(taken)].tolist()),
            categories=self._categories(rows),
            novelty=float(self._bits[rows].mean()) if rows else float("nan"),
            new_items=_mean([row not in self._own for row in rows]),
            new_categories=self._new_categories(rows),
        )

    def _look(self, moment: Moment) -> None:
        if moment is self._moment:
            return
        self._moment = moment
        if moment.index.lasting is not self._counted:  # under LLO one index answers everybody
            self._counted = moment.index.lasting
            counts = np.round(np.exp2(self._counted.logs))
            self._groups = group_of_items(counts)
            self._bits = -np.log2((counts + 1) / (counts.sum() + len(counts)))
        history = moment.request.history
        since = moment.case.time - WINDOW_DAYS * DAY if self._timed else -np.inf
        self._own = frozenset(history.rows[history.times >= since].tolist())
        self._known = frozenset(value for row in self._own for value in self._values(row))

    def _values(self, row: int) -> Sequence[int]:
        if self._facet is None:
            return ()
        held: list[int] = self._facet.item_values[
            self._facet.item_starts[row] : self._facet.item_starts[row + 1]
        ].tolist()
        return held

    def _categories(self, rows: Sequence[int]) -> float:
        if self._facet is None:
            return float("nan")
        return float(len({value for row in rows for value in self._values(row)}))

    def _new_categories(self, rows: Sequence[int]) -> float:
        """Items without a category say nothing."""
        held = [values for row in rows if (values := self._values(row))]
        return _mean([_mean([value not in self._known for value in values]) for values in held])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
