"""L_TAR = L_col + alpha L_tag + (1 - alpha) L_cate (RecGPT V1, section 5), all three of one product with one set of
candidates. All losses are means, in nats.

    L_col   a person's vector against the item that they took
    L_tag   a tag's vector against the item that was taken and has it; negatives are items, as in the paper's formula
    L_cate  a tag's vector against an item of the same category, negatives being those of other categories alone
"""

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["best_of", "category_loss", "taken_loss"]


def best_of(people: Tensor, items: Tensor) -> Tensor:
    """y_col: the best of a person's vectors for each item. (p, K, dim), (c, dim) -> (p, c)."""
    return (people @ items.T).amax(dim=1)


def taken_loss(scores: Tensor, places: Tensor, logs: Tensor) -> Tensor:
    """Softmax cross-entropy of the candidates that were taken. `scores` (m, c), divided by the temperature already;
    `places` (m,) of what was taken; `logs` (c,): log of the chance of each candidate to be there, 0 where all are.

    What was taken is there by right, so its own chance does not count.
    """
    right = scores.gather(1, places[:, None])
    corrected = (scores - logs).scatter(1, places[:, None], right)
    return functional.cross_entropy(corrected, places)


def category_loss(scores: Tensor, categories: Tensor, own: Tensor, logs: Tensor, drawn: Tensor) -> Tensor:
    """`categories` (c, values) of the candidates and `own` (m, values) of the tags' items, 0 or 1; `drawn` (m, c):
    random numbers, by which one candidate of the same category is drawn as the positive.

    A tag whose item has no category, or no candidate in it, says nothing; 0 where none says anything.
    """
    same = own @ categories.T > 0
    kept = same.any(dim=1)
    if not kept.any():
        return scores.sum() * 0.0
    positives = torch.where(same, drawn, -1.0)[kept].argmax(dim=1)
    negatives = (scores - logs)[kept].masked_fill(same[kept], -torch.inf)
    right = scores[kept].gather(1, positives[:, None])
    return functional.cross_entropy(torch.cat([right, negatives], dim=1), torch.zeros_like(positives))
