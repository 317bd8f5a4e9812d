"""The intent-aware tower in torch; `retrieve.intent_tower` computes the same in numpy, to 1e-4.

The history encoder is that of `network`. At every place that is asked the wish for what is taken there is a query over
the states so far; where there is no wish, it is the plain tower.
"""

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from intently.learn.batches import Batch
from intently.learn.network import Network
from intently.learn.settings import TowerSettings

__all__ = ["IntentNetwork", "IntentSettings"]


class IntentSettings(TowerSettings):
    """Those of a plain tower, and how the wishes are made."""

    kind: Literal["sasrec"] = "sasrec"
    without: float = Field(0.3, ge=0, le=1)  # share of places that have no wish
    two: float = Field(0.5, ge=0, le=1)  # share of the wishes that are of two phrases


class IntentNetwork(Network):
    """The plain network with a head; its parameters are named as an `IntentTower` names its arrays."""

    def __init__(self, size: int, settings: IntentSettings, wide: int) -> None:
        super().__init__(size, settings)
        self.intent = _Head(settings, wide)

    def answers(self, batch: Batch, wishes: Tensor) -> Tensor:
        """The vectors at the places that are asked, (m, dim), in the light of `wishes` (m, wide), zeros for none."""
        device = self.items.device
        inputs, places, real, asked = (
            torch.from_numpy(values).to(device) for values in (batch.inputs, batch.places, batch.real, batch.asked)
        )
        moved: Tensor = self.intent(self(inputs, places, real, asked), asked, wishes)
        return moved


class _Head(nn.Module):
    def __init__(self, settings: IntentSettings, wide: int) -> None:
        super().__init__()
        dim = settings.dim
        self.query, self.key = nn.Linear(wide, dim, bias=False), nn.Linear(dim, dim, bias=False)
        self.up, self.down = nn.Linear(3 * dim, settings.hidden), nn.Linear(settings.hidden, dim)
        self.dropout = nn.Dropout(settings.dropout)
        nn.init.zeros_(self.down.weight)  # it begins as the plain tower
        nn.init.zeros_(self.down.bias)

    def forward(self, states: Tensor, asked: Tensor, wishes: Tensor) -> Tensor:
        """states (people, places, dim) -> (m, dim)."""
        queries = self.query(wishes)
        spread = torch.zeros_like(states)
        spread[asked] = queries
        read = functional.scaled_dot_product_attention(spread, self.key(states), states, is_causal=True)[asked]
        own = states[asked]
        moved = self.down(self.dropout(torch.relu(self.up(torch.cat([own, read, queries], dim=1)))))
        return torch.where(wishes.any(dim=1, keepdim=True), own + moved, own)
