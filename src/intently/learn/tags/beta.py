"""How much the history counts beside the tags: beta of h_fuse, chosen on the people held out of the training."""

from collections.abc import Callable, Mapping

import numpy as np

from intently.learn.tags.train import TagTraining
from intently.nouns import History
from intently.retrieve.item_features import features_of
from intently.retrieve.request import RetrievalRequest, TagQuery
from intently.retrieve.tag_towers import TagTowers
from intently.retrieve.towers import Towers

__all__ = ["BETAS", "best_beta", "quality_by_beta"]

BETAS = tuple(round(0.1 * step, 1) for step in range(11))
PLACES = 10  # that count
TagsOf = Callable[[History], tuple[TagQuery, ...]]


def best_beta(quality: Mapping[float, float]) -> float:
    """The beta of the highest quality; of equals the one nearest to the history alone. 1 where nobody was held out."""
    return max(quality, key=lambda beta: (quality[beta], beta), default=1.0)


def quality_by_beta(training: TagTraining, towers: TagTowers, tags_of: TagsOf) -> dict[float, float]:
    """NDCG@10 of what the held-out people took next, by beta; empty where nobody was held out."""
    items = towers.items(features_of(training.snapshot, towers.form.vocabulary))
    sources = {beta: Towers(towers, items, beta, training.settings.temperature) for beta in BETAS}
    gains: dict[float, list[float]] = {beta: [] for beta in BETAS}
    for example in training.split[1].tolist():
        history = training.people.history(example)
        user = training.people.log.users[example]
        request = RetrievalRequest(
            training.user_ids[user] if training.user_ids else "", 0.0, history, 0, tags_of(history)
        )
        for beta, source in sources.items():
            gains[beta].append(_gain(training, source, request, int(training.people.log.rows[example])))
    return {beta: float(np.mean(found)) for beta, found in gains.items() if found}


def _gain(training: TagTraining, source: Towers, request: RetrievalRequest, target: int) -> float:
    """1 / log2(1 + rank) of what was taken, 0 beyond the places that count."""
    request.scratch.clear()  # each beta asks anew
    values = source.logits(request).copy()
    right = values[target]
    if right == -np.inf:
        return 0.0
    if not training.returns:
        values[request.history.rows] = -np.inf
    ahead = int(np.count_nonzero(values >= right)) - 1  # equals are ahead: to know nothing is worth nothing
    return float(1 / np.log2(ahead + 2.0)) if ahead < PLACES else 0.0
