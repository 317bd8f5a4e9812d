"""Losses of next-item prediction: what is read at a place against the item that was taken there.

All take `states` (m, dim), `targets` (m,) item rows and `items` (n, dim), and return a scalar in nats.
"""

from math import log
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from intently.learn.settings import TowerSettings

__all__ = ["calibrated_bce", "full_softmax", "loss_of", "sampled_softmax"]

_PART = 1024  # places whose logits are computed together


def loss_of(settings: TowerSettings, states: Tensor, targets: Tensor, items: Tensor) -> Tensor:
    """The loss that the settings name; negatives are drawn uniformly by torch's own generator."""
    if settings.loss == "softmax":
        return full_softmax(states, targets, items)
    count = min(settings.negatives, len(items) - 1)
    if settings.loss == "sampled":
        drawn = torch.randint(len(items), (count,), device=items.device)
        return sampled_softmax(states, targets, items, drawn)
    drawn = torch.randint(len(items) - 1, (len(targets), count), device=items.device)
    return calibrated_bce(states, targets, items, drawn + (drawn >= targets[:, None]), settings.calibration)


def full_softmax(states: Tensor, targets: Tensor, items: Tensor) -> Tensor:
    """Cross-entropy over the whole catalogue. Source: Klenitskiy & Vasilev 2023, "Turning dross into gold loss"."""
    loss: Tensor = _SoftmaxByParts.apply(states, targets, items)
    return loss


class _SoftmaxByParts(torch.autograd.Function):
    """The mean cross-entropy and its gradients, a few places at a time: the logits of a batch, (m, n), are gigabytes
    where people and items are many, and what does not stay in the cache is what training waits for. The gradient of
    the logits is known as soon as they are (probabilities less one at the target), so no part is computed twice."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, targets: Tensor, items: Tensor) -> Tensor:
        by_state, by_item = torch.empty_like(states), torch.zeros_like(items)
        loss = states.new_zeros(())
        for first in range(0, len(targets), _PART):
            part, right = states[first : first + _PART], targets[first : first + _PART, None]
            logs = functional.log_softmax((part @ items.T).float(), dim=1)
            loss -= logs.gather(1, right).sum() / len(targets)
            slope = logs.exp_().scatter_add_(1, right, -torch.ones_like(right, dtype=logs.dtype)) / len(targets)
            by_state[first : first + _PART] = slope @ items
            by_item += slope.T @ part
        ctx.save_for_backward(by_state, by_item)
        return loss

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, Tensor]:
        by_state, by_item = ctx.saved_tensors
        return slope * by_state, None, slope * by_item


def sampled_softmax(states: Tensor, targets: Tensor, items: Tensor, negatives: Tensor) -> Tensor:
    """Cross-entropy over the target and `negatives` (k,), drawn uniformly and shared by all places.

    Negatives stand for all other items: log((n - 1) / k) is added to their logits, so that the sum over them estimates
    the sum over the catalogue without bias; one that is the target of a place does not count there.
    Source: Jean et al. 2015, arXiv:1412.2007, section 3, for uniform draws.
    """
    right = (states * items[targets]).sum(dim=1, keepdim=True)
    wrong = states @ items[negatives].T + log((len(items) - 1) / len(negatives))
    wrong = wrong.masked_fill(negatives[None, :] == targets[:, None], -torch.inf)
    return functional.cross_entropy(torch.cat([right, wrong], dim=1), torch.zeros_like(targets))


def calibrated_bce(states: Tensor, targets: Tensor, items: Tensor, negatives: Tensor, calibration: float) -> Tensor:
    """gBCE: binary cross-entropy with the target's probability to the power beta; `negatives` (m, k), none a target.

    beta = a (t (1 - 1/a) + 1/a), a = k / (n - 1): sampling few negatives makes probabilities overconfident, and beta
    takes back a share t of it. Source: Petrov & Macdonald 2023, "gSASRec", arXiv:2308.07192, eq. 12 and 20.
    """
    rate = negatives.shape[1] / (len(items) - 1)
    beta = rate * (calibration * (1 - 1 / rate) + 1 / rate)
    right = (states * items[targets]).sum(dim=1)
    wrong = (items[negatives] @ states[:, :, None]).squeeze(2)
    return (-beta * functional.logsigmoid(right) - functional.logsigmoid(-wrong).sum(dim=1)).mean()
