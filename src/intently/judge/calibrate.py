"""How far a judged score is to be trusted: an interval around each, one for their mean, and whether the judge may gate.

*One score.* Split conformal prediction: of `n` labelled subjects the distance between the judge's score and people's
grade (0, 1/2, 1) is sorted; the one of rank ceil((n + 1) level) is the half-width, and on a new subject of the same
kind the grade that people would give lies inside with at least that probability, whatever the judge is like. With too
few labels the interval is all of [0, 1]: it then says nothing, as it should.
*Their mean.* Prediction-powered inference: the mean of what was judged, moved by how far people and judge differ on
what both saw, with a bootstrap over groups. A judge that always flatters is corrected; one that is noise gains nothing.
Sources: Lei et al. 2018, Distribution-free predictive inference for regression, JASA 113; Dunn, Wasserman and Ramdas
2022, JASA 118 (one subject a group); Angelopoulos et al. 2023, Prediction-powered inference, Science 382.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from intently.judge.agreement import LEAST_LABELS, Figure, Rated, draws, figure_of, share
from intently.judge.power import EACH, labels_for_lead

__all__ = [
    "GRADE_VALUES",
    "LEAST_BAND",
    "LEAST_PEOPLE",
    "Band",
    "Gate",
    "Need",
    "Scored",
    "conformal",
    "gate",
    "rectified",
]

LEVEL = 0.9
LEAST_PEOPLE = 20  # whose outputs are labelled: drawing fewer anew says little of people who are not among them
LEAST_BAND = 9  # LEVEL / (1 - LEVEL): labels below which a band is all of [0, 1], whatever they say
GRADE_VALUES: Mapping[str, float] = {"negative": 0.0, "acceptable": 0.5, "positive": 1.0, "B": 0.0, "A": 0.5, "S": 1.0}


@dataclass(frozen=True, slots=True)
class Scored:
    """A labelled subject: the judge's score and people's, both in [0, 1]. `group`: subjects of one are alike."""

    group: str
    subject_id: str
    score: float
    people: float


@dataclass(frozen=True, slots=True)
class Band:
    """Around any judged score: people's grade lies within `half_width` of it with probability `level`. `labels`: of
    people, one a group, that it was learnt from."""

    half_width: float
    level: float
    labels: int

    def around(self, score: float) -> tuple[float, float]:
        return max(0.0, score - self.half_width), min(1.0, score + self.half_width)

    @property
    def says_nothing(self) -> bool:
        return self.half_width >= 1


@dataclass(frozen=True, slots=True)
class Need:
    """`have` of `of` where `need` are needed; `of` in words ("labels of people")."""

    of: str
    have: int
    need: int

    def __str__(self) -> str:
        return f"{self.need - self.have:,} more {self.of} ({self.have:,} of {self.need:,})"


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a judge may gate by a criterion, in words too. `needs`: what is missing before it can be told."""

    name: str
    open: bool
    text: str
    needs: tuple[Need, ...] = ()
    lead: Figure | None = None  # accuracy over always saying the same


def conformal(scored: Sequence[Scored], level: float = LEVEL) -> Band:
    """The band from labelled subjects, one of each group by a hash. Fewer than level / (1 - level) labels give all."""
    kept: dict[str, Scored] = {}
    for one in sorted(scored, key=lambda one: hashlib.sha256(one.subject_id.encode()).digest()):
        kept.setdefault(one.group, one)
    distances = sorted(abs(one.score - one.people) for one in kept.values())
    # A whisker below: (n + 1) * level of 9 labels and 0.9 is 9, and 9.000000000000002 in floating point
    rank = math.ceil((len(distances) + 1) * level - 1e-9)
    return Band(distances[rank - 1] if rank <= len(distances) else 1.0, level, len(distances))


def rectified(judged: Sequence[tuple[str, float]], scored: Sequence[Scored], seed: int = 0) -> Figure:
    """The mean grade that people would give to all that was judged, with its 95% interval; NaN ends without labels.

    judged: (group, score) of everything; scored: of what people labelled of the same kind.
    """
    ours = np.array(_sums(judged))
    theirs = np.array(_sums([(one.group, one.people - one.score) for one in scored]))
    if not len(ours):
        return Figure(float("nan"), float("nan"), float("nan"))
    mean = ours[:, 0].sum() / ours[:, 1].sum()
    if not len(theirs):
        return Figure(float(mean), float("nan"), float("nan"))
    moved = theirs[:, 0].sum() / theirs[:, 1].sum()
    drawn_ours = draws(len(ours), seed) @ ours
    drawn_theirs = draws(len(theirs), seed + 1) @ theirs
    drawn = drawn_ours[:, 0] / drawn_ours[:, 1] + drawn_theirs[:, 0] / drawn_theirs[:, 1]
    return figure_of(np.clip(mean + moved, 0, 1), np.clip(drawn, 0, 1))


def gate(name: str, rated: Sequence[Rated], by_model: int = 0, seed: int = 0) -> Gate:
    """Whether a judge may gate by verdicts on a criterion. rated: its pass or fail beside people's, one a subject, all
    under the words and the version of the judge in force; by_model: labels of language models, which do not count.

    Closed without enough labels, saying how many are needed and of what; closed too where with enough of them the judge
    is not shown to be above always saying the same.
    """
    passes = sum(one.truth for one in rated)
    most = max(passes, len(rated) - passes)
    needs = _needs(len(rated), passes, most, len({one.group for one in rated}))
    named = f"; {by_model:,} of language models do not count" if by_model else ""
    if needs:
        told = " and ".join(map(str, needs))
        return Gate(name, False, f"{name}: not calibrated, {told} needed{named}", needs)
    usual = passes * 2 >= len(rated)
    gains = [(one.group, float(one.judged == one.truth) - float(one.truth == usual), 1.0) for one in rated]
    lead = share(gains, seed)
    ends = f"{lead.value:+.2f} [{lead.low:+.2f}, {lead.high:+.2f}] in accuracy over always saying the same"
    if not lead.low > 0:
        return Gate(name, False, f"{name}: calibrated and not good enough, {ends}, {len(rated):,} labels", (), lead)
    return Gate(name, True, f"{name}: calibrated, {ends}, {len(rated):,} labels", (), lead)


def _needs(labels: int, passes: int, most: int, people: int) -> tuple[Need, ...]:
    """What is missing, of labels and of people whose outputs they are of. While nothing of one answer was seen, the
    share of the other is taken for what labels allow."""
    majority = min(most / labels, labels / (labels + 1)) if labels else 0.5
    need = max(LEAST_LABELS, labels_for_lead(max(majority, 0.5)))
    found = [Need("labels of people", labels, need)] if labels < need else []
    for answer, have in (("pass", passes), ("fail", labels - passes)):
        if have < EACH:
            found.append(Need(f"labels of outputs that {answer}", have, EACH))
    if labels and people < LEAST_PEOPLE:
        found.append(Need("different people whose outputs are labelled", people, LEAST_PEOPLE))
    return tuple(found)


def _sums(values: Sequence[tuple[str, float]]) -> list[tuple[float, int]]:
    sums: dict[str, tuple[float, int]] = {}
    for group, value in sorted(values):
        total, n = sums.get(group, (0.0, 0))
        sums[group] = (total + value, n + 1)
    return list(sums.values())
