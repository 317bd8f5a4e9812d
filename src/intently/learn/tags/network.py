"""The three towers in torch, for training; `retrieve.tag_towers` computes the same in numpy, to 1e-4."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from intently.learn.tags.batches import Histories
from intently.learn.tags.settings import TagTowerSettings
from intently.retrieve.item_features import ID, ItemFeatures
from intently.retrieve.request import Floats
from intently.retrieve.tag_towers import FLOOR, TowerForm, array_shapes

__all__ = ["TowersNetwork"]


class TowersNetwork(nn.Module):
    """Its parameters are the arrays of `TagTowers`, in the order of `array_shapes`: names of facets cannot be names of
    attributes, for a facet may well be called "type"."""

    def __init__(self, form: TowerForm, settings: TagTowerSettings) -> None:
        super().__init__()
        self.form, self.settings = form, settings
        shapes = array_shapes(form)
        self._place_of = {name: place for place, name in enumerate(shapes)}
        self.values = nn.ParameterList([_fresh(name, shape) for name, shape in shapes.items()])

    def array(self, name: str) -> Tensor:
        return self.values[self._place_of[name]]

    def arrays(self, values: Mapping[str, Tensor] | None = None) -> dict[str, Floats]:
        """A copy, as `TagTowers` names them. `values`: of a state by torch's names; None: as they are now."""
        state = values or dict(self.named_parameters())
        return {name: np.array(state[f"values.{place}"].detach().numpy()) for name, place in self._place_of.items()}

    def items(self, features: ItemFeatures) -> Tensor:
        """(n, dim). In training, items are seen without their own slot by chance."""
        parts = []
        for name, field in features.fields.items():
            slots = torch.from_numpy(field.slots)
            if name == ID and self.training:
                slots = slots * (torch.rand(len(slots)) >= self.settings.hide_ids)
            table, starts = self.array(f"slots.{name}"), torch.from_numpy(field.starts[:-1])
            parts.append(functional.embedding_bag(slots, table, starts, mode="mean"))
        return self._through("item", torch.cat([*parts, torch.from_numpy(np.array(features.text))], dim=1))

    def people(self, histories: Histories, states: Tensor) -> Tensor:
        """(people, K, dim). `states` (people, width, dim): h_v of the histories' items."""
        read = torch.einsum("pwb,pwd->pbd", torch.from_numpy(histories.shares), states).flatten(1)
        parts = [read[:, None, :].expand(-1, self.form.codes, -1)]
        if self.form.codes > 1:
            parts.append(self._attended(states, torch.from_numpy(histories.real)))
        if self.form.user_ids:
            slots = torch.from_numpy(histories.owners + 1)
            if self.training:
                slots = slots * (torch.rand(len(slots)) >= self.settings.hide_ids)
            own = functional.embedding(slots, self.array("users"))
            parts.append(own[:, None, :].expand(-1, self.form.codes, -1))
        return self._through("user", torch.cat(parts, dim=2))

    def tags(self, vectors: Tensor) -> Tensor:
        """(tags, dim)."""
        return self._through("tag", vectors)

    def _attended(self, states: Tensor, real: Tensor) -> Tensor:
        """What each code reads of each history: (people, K, dim); zeros of an empty one."""
        weights = torch.einsum("kd,pwd->pkw", self.array("codes"), states)
        weights = weights.masked_fill(~real[:, None, :], -1e9).softmax(dim=2) * real[:, None, :]
        return torch.einsum("pkw,pwd->pkd", weights, states)

    def _through(self, tower: str, inputs: Tensor) -> Tensor:
        up, skip = (self.array(f"{tower}.{name}.weight") for name in ("up", "skip"))
        inner = torch.relu(functional.linear(inputs, up, self.array(f"{tower}.up.bias")))
        inner = functional.dropout(inner, self.settings.dropout, self.training)
        found = functional.linear(inner, self.array(f"{tower}.down.weight"), self.array(f"{tower}.down.bias"))
        found = found + functional.linear(inputs, skip)
        return found / found.norm(dim=-1, keepdim=True).clamp_min(FLOOR)


def _fresh(name: str, shape: tuple[int, ...]) -> nn.Parameter:
    """Uniform as torch's linear layers for weights, normal for vectors of slots, people and codes, 0 for biases."""
    if name.endswith(".bias"):
        return nn.Parameter(torch.zeros(shape))
    if name.endswith(".weight"):
        return nn.Parameter((torch.rand(shape) * 2 - 1) / shape[1] ** 0.5)
    return nn.Parameter(torch.randn(shape) * (1.0 if name == "codes" else 0.1))
