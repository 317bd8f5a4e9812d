"""The agentic judge with likeness as one evaluator more, and what each evaluator counts learnt from people's labels.

Its own reviewer counts every evaluator alike. Here a logistic regression on the other half of the groups (the halves by
which cuts are learnt) says what each one's log-odds and the cosine of text and facts are worth, and where the cut lies.
So neither weights nor cut of a case saw a label of its own half, and no question is asked that the agentic judge did
not ask.
"""

from collections.abc import Sequence

import numpy as np

from intently.evaluate.judging.cases import Case
from intently.evaluate.judging.measures import Bools, Floats, halves_of, learnt_cut
from intently.judge.reviewer import log_odds
from intently.judge.verdict import Judgement

__all__ = ["WEIGHED", "logistic", "weighed_scores"]

WEIGHED = "weighed"
RIDGE = 1.0  # of the standardised weights; not tuned
STEPS = 50
CLOSE = 1e-9


def weighed_scores(
    cases: Sequence[Case], judgements: Sequence[Judgement], likeness: Sequence[float]
) -> tuple[float, ...]:
    """One score a case, above 0 for a yes. An evaluator that was not asked, or gave nothing, is undecided."""
    names = sorted({verdict.criterion for one in judgements for verdict in one.verdicts})
    told = [_odds(one, names) + [like] for one, like in zip(judgements, likeness, strict=True)]
    features, truth = np.array(told), np.array([case.good for case in cases])
    halves = halves_of(cases)
    scores = np.zeros(len(cases))
    for half in (False, True):
        here, elsewhere = halves == half, halves != half
        if here.any():
            scores[here] = _scored(features[elsewhere], truth[elsewhere], features[here])
    return tuple(scores.tolist())


def logistic(features: Floats, truth: Bools) -> Floats:
    """Weights (d + 1,), the constant last: logistic regression with both classes counting alike and an L2 penalty on
    all but the constant, by Newton's steps. features: (n, d), standardised."""
    x = np.column_stack([features, np.ones(len(features))])
    share = np.where(truth, 0.5 / max(truth.sum(), 1), 0.5 / max((~truth).sum(), 1)) * len(truth)
    penalty = np.diag([RIDGE] * features.shape[1] + [CLOSE])
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (share * (truth - chance)) - penalty @ weights
        bend = (x * (share * chance * (1 - chance))[:, None]).T @ x + penalty
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max() < CLOSE:
            break
    return np.asarray(weights)


def _scored(learnt: Floats, truth: Bools, asked: Floats) -> Floats:
    if truth.all() or not truth.any():  # nothing to learn from: all the same
        return np.zeros(len(asked))
    middle, spread = learnt.mean(axis=0), learnt.std(axis=0) + CLOSE
    weights = logistic((learnt - middle) / spread, truth)[:-1]
    known = ((learnt - middle) / spread) @ weights
    cut = np.clip(learnt_cut(known, truth), known.min(), known.max())  # always or never yes has no cut among the scores
    return np.asarray(((asked - middle) / spread) @ weights - cut)


def _odds(judgement: Judgement, names: Sequence[str]) -> list[float]:
    chances = {verdict.criterion: verdict.chance for verdict in judgement.verdicts}
    return [log_odds(0.5 if (chance := chances.get(name)) is None else chance) for name in names]
