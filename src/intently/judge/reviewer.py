"""The senior reviewer: from all verdicts on an output to S, A or B. Pure code, so that a rank can be explained.

Defect detection: any negative verdict is B. Excellence elevation: else S from a share of positive verdicts on, else A.
Criteria that only pass or fail elevate nothing and are not counted. Source: RecGPT-V2, section 4.2; the share (tau) is
not given there: `superior` in criteria.toml.
"""

import math
from collections.abc import Sequence

from intently.judge.verdict import Criterion, Rank, Verdict

__all__ = ["log_odds", "rank_of", "score_of"]

FARTHEST = 0.01  # no chance counts as surer than this from 0 or 1


def rank_of(verdicts: Sequence[Verdict], criteria: Sequence[Criterion], superior: float) -> Rank | None:
    """S, A or B; None where no defect was found and some criterion has no verdict."""
    if any(verdict.grade == "negative" for verdict in verdicts):
        return "B"
    given = {verdict.criterion: verdict.grade for verdict in verdicts if verdict.grade is not None}
    if any(criterion.name not in given for criterion in criteria):
        return None
    elevating = [given[criterion.name] for criterion in criteria if not criterion.binary]
    positive = sum(grade == "positive" for grade in elevating)
    return "S" if elevating and positive >= superior * len(elevating) - 1e-9 else "A"


def score_of(verdicts: Sequence[Verdict]) -> float | None:
    """An order of outputs in [0, 1]: 0 for a defect that code found, else the mean of the chances as log-odds: one
    evaluator's doubt lowers all, and no single one decides. None where one of them has no chance, or none was asked."""
    if any(verdict.by == "code" and verdict.grade == "negative" for verdict in verdicts):
        return 0.0
    chances = [verdict.chance for verdict in verdicts if verdict.by == "model"]
    if not chances:
        chances = [verdict.chance for verdict in verdicts]
    known = [chance for chance in chances if chance is not None]
    if not known or len(known) < len(chances):
        return None
    odds = [log_odds(chance) for chance in known]
    return 1 / (1 + math.exp(-sum(odds) / len(odds)))


def log_odds(chance: float) -> float:
    """Of a chance that is kept away from 0 and 1."""
    bounded = min(1 - FARTHEST, max(FARTHEST, chance))
    return math.log(bounded / (1 - bounded))
