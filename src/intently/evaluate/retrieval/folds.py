"""What a model may learn from, and whom it is then asked about.

LLO is one fold: everything but the hidden events. TIME is a row of folds: every `refit_days` a model is made anew from
everything before that moment, and it answers for the people whose target comes before the next one. What is cheap to
keep current (counts of popularity, of people in common) is, event by event, in `Moment.index`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from intently.config import RetrieveConfig
from intently.evaluate.pack import Pack
from intently.evaluate.rankings import request_of
from intently.evaluate.split import Case, last_cases
from intently.retrieve.columns import Log
from intently.retrieve.index import BehaviourIndex, index_log
from intently.retrieve.live import IndexBuilder
from intently.retrieve.masses import DAY
from intently.retrieve.ranking import top
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Rows
from intently.retrieve.weights import allowed_for

__all__ = ["PROTOCOLS", "Fold", "Moment", "Walk", "asking", "folds_of", "ranked", "rehearsal_of"]

PROTOCOLS = ("llo", "time")
REHEARSAL = -1  # number of the fold by which something is chosen


@dataclass(frozen=True)
class Fold:
    """`visible` is all that may be learnt from; `cases` are asked afterwards; `first` is the position from which they
    come in the log (0 under LLO); `before`: the fold before it in time, from whose model one may go on."""

    number: int
    protocol: str
    pack: Pack
    visible: Log
    cases: tuple[Case, ...]
    first: int = 0
    before: "Fold | None" = None
    drawn: bool = False  # these cases are some people of a larger set, who choose whatever is chosen by people too


@dataclass(frozen=True)
class Moment:
    """One question. `index` holds everything that is visible at this very moment."""

    case: Case
    request: RetrievalRequest
    allowed: Allowed
    index: BehaviourIndex

    def unread(self) -> "Moment":
        """The same question without what a source that was asked before has kept: every row pays for its own."""
        return replace(self, request=replace(self.request, scratch={}))


def ranked(moment: Moment, scores: Floats, k: int) -> Rows:
    """The best `k` of the allowed items with a score above zero. scores: of all items, (n,)."""
    rows = moment.allowed.rows
    speaks = scores[rows] > 0
    return top(rows[speaks], scores[rows[speaks]], k)[0]


def folds_of(pack: Pack, protocol: str, refit_days: float) -> list[Fold]:
    """The folds of a protocol that have anybody to ask, in order of time."""
    cases = last_cases(pack.log, pack.groups)
    if protocol == "llo":
        keep = np.ones(len(pack.log), dtype=np.bool_)
        keep[[position for case in cases for position in case.events]] = False
        return [Fold(0, protocol, pack, pack.log.only(keep), tuple(cases))]
    cuts = _cuts(pack.log, refit_days)
    folds: list[Fold] = []
    for number, (first, last) in enumerate(zip(cuts, [*cuts[1:], len(pack.log)], strict=True)):
        asked = tuple(case for case in cases if first <= case.position < last)
        if asked:
            before = folds[-1] if folds else None
            folds.append(Fold(number, protocol, pack, pack.log.only(slice(first)), asked, first, before))
    return folds


def asking(folds: Sequence[Fold], people: Collection[int]) -> list[Fold]:
    """The same folds, of which these people alone are asked; without those that have none of them."""
    left = [
        replace(fold, cases=tuple(case for case in fold.cases if case.user in people), drawn=True) for fold in folds
    ]
    return [fold for fold in left if fold.cases]


def rehearsal_of(fold: Fold, most: int, seed: int) -> Fold:
    """The LLO fold one step earlier, to choose anything by: beside the last events of everybody it hides the last
    visible ones of at most `most` people, of those whom the fold asks where these were drawn, and asks for them."""
    cases = last_cases(fold.pack.log, fold.pack.groups, nth=2)
    among = {case.user for case in fold.cases}
    cases = [case for case in cases if not fold.drawn or case.user in among]
    drawn = np.random.default_rng(seed).permutation(len(cases))[:most]
    chosen = tuple(cases[place] for place in sorted(drawn.tolist()))
    keep = np.ones(len(fold.pack.log), dtype=np.bool_)
    hidden = last_cases(fold.pack.log, fold.pack.groups)  # of those too who are not asked
    keep[[position for case in (*hidden, *chosen) for position in case.events]] = False
    return Fold(REHEARSAL, fold.protocol, fold.pack, fold.pack.log.only(keep), chosen)


class Walk:
    """The moments of a set's folds, with the index of each; folds must be asked in order of time."""

    def __init__(self, pack: Pack, config: RetrieveConfig, seed: int) -> None:
        self._pack, self._config, self._seed = pack, config, seed
        size = len(pack.snapshot.item_ids)
        self._builder = IndexBuilder(size, pack.spec, config, float(pack.log.times[0]))
        self._passed = 0

    def moments(self, fold: Fold) -> Iterator[Moment]:
        """Read the index of a moment before taking the next one: it grows."""
        if fold.protocol == "llo":
            index = index_log(self._builder.size, fold.visible, self._pack.spec, self._config)
            yield from (_moment(self._pack, case, index, self._seed) for case in fold.cases)
            return
        for case in fold.cases:
            self._pass(case.position)
            yield _moment(self._pack, case, self._builder.view(), self._seed)

    def _pass(self, until: int) -> None:
        log = self._pack.log
        for position in range(self._passed, until):
            self._builder.add(int(log.users[position]), int(log.rows[position]), float(log.times[position]))
        self._passed = max(self._passed, until)


def _moment(pack: Pack, case: Case, index: BehaviourIndex, seed: int) -> Moment:
    request = request_of(pack, case, seed)
    return Moment(case, request, allowed_for(pack.spec, len(pack.snapshot.item_ids), request.history.rows), index)


def _cuts(log: Log, refit_days: float) -> list[int]:
    """The first position at or after each refit, from the beginning of the log."""
    moments = np.arange(log.times[0], log.times[-1], refit_days * DAY)
    return sorted(set(np.searchsorted(log.times, moments, side="left").tolist()))
