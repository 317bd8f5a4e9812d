"""The sequence tower in torch, for training; `retrieve.tower` computes the same in numpy, to 1e-4.

One network for both kinds: sasrec sees what is before a place, bert4rec both sides of a gap, which is a vector of its
own. Departures from SASRec (Kang & McAuley 2018) and BERT4Rec (Sun et al. 2019): norms before every part and one
behind the last block, as most later work has them; no dropout on attention weights, so that the fast kernel may run;
BERT4Rec's last projection is left out.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from intently.learn.settings import TowerSettings
from intently.retrieve.request import Floats
from intently.retrieve.tower import NORM_EPSILON

__all__ = ["Network", "arrays_of", "load_arrays"]

_SPREAD = 0.02  # standard deviation of fresh vectors


class _Block(nn.Module):
    def __init__(self, settings: TowerSettings) -> None:
        super().__init__()
        dim, self.heads = settings.dim, settings.heads
        self.norm1, self.norm2 = nn.LayerNorm(dim, NORM_EPSILON), nn.LayerNorm(dim, NORM_EPSILON)
        self.mix, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.up, self.down = nn.Linear(dim, settings.hidden), nn.Linear(settings.hidden, dim)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, state: Tensor, seen: Tensor | None) -> Tensor:
        """(people, places, dim) -> the same. `seen` (people, 1, 1, places): what is read; None: all before a place."""
        people, places, dim = state.shape
        parts = self.mix(self.norm1(state)).view(people, places, 3, self.heads, dim // self.heads)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)
        read = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=seen, is_causal=seen is None)
        state = state + self.dropout(self.out(read.transpose(1, 2).reshape(people, places, dim)))
        inner = torch.relu(self.up(self.norm2(state)))
        return state + self.dropout(self.down(self.dropout(inner)))


class Network(nn.Module):
    """Item vectors are input and output at once."""

    def __init__(self, size: int, settings: TowerSettings) -> None:
        super().__init__()
        self.items = nn.Parameter(torch.randn(size, settings.dim) * _SPREAD)
        self.positions = nn.Parameter(torch.randn(settings.length, settings.dim) * _SPREAD)
        gap = torch.randn(settings.dim) * _SPREAD if settings.kind == "bert4rec" else None
        self.gap = nn.Parameter(gap) if gap is not None else None
        self.blocks = nn.ModuleList(_Block(settings) for _ in range(settings.blocks))
        self.norm = nn.LayerNorm(settings.dim, NORM_EPSILON)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, inputs: Tensor, places: Tensor, real: Tensor, asked: Tensor) -> Tensor:
        """A batch, (people, width) each -> what is read at each place, (people, width, dim). `asked` is hidden from
        bert4rec; sasrec does not look at it, nor at `real`: padding stands behind."""
        state = functional.embedding(inputs, self.items)
        if self.gap is not None:
            state = torch.where(asked[:, :, None], self.gap, state)
        state = self.dropout(state * self.items.shape[1] ** 0.5 + self.positions[places])
        seen = real[:, None, None, :] if self.gap is not None else None
        for block in self.blocks:
            state = block(state, seen)
        return self.norm(state)


def arrays_of(network: Network) -> dict[str, Floats]:
    """A copy of its parameters, as a `Tower` names them."""
    return {name: np.array(value.detach().cpu().numpy()) for name, value in network.named_parameters()}


def load_arrays(network: Network, arrays: Mapping[str, Floats]) -> None:
    """Set its parameters; raises KeyError or RuntimeError when they are those of another network."""
    with torch.no_grad():
        for name, value in network.named_parameters():
            value.copy_(torch.from_numpy(np.array(arrays[name])))
