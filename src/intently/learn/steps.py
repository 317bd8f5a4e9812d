"""What an epoch does to a network, and how good the network is on the people held out."""

import numpy as np
import torch
from torch import Tensor

from intently.learn.batches import Batch, batches_of, questions
from intently.learn.losses import loss_of
from intently.learn.network import Network
from intently.learn.sequences import Held, Sequences
from intently.learn.settings import TowerSettings

__all__ = ["quality_of", "run_epoch"]

PLACES = 10  # that count in choosing the best epoch


def run_epoch(
    network: Network,
    optimizer: torch.optim.Adam,
    sequences: Sequences,
    settings: TowerSettings,
    seed: int,
    number: int,
) -> float:
    """Epoch `number` (from 1) over everybody: the mean loss over all places, in nats. It seeds torch's generator by
    `seed` and `number`, so that it does not matter what was drawn before."""
    device = network.items.device
    torch.manual_seed(seed * 1_000_003 + number)
    network.train()
    total, places = 0.0, 0
    for batch in batches_of(sequences, settings, seed, number):
        targets = torch.from_numpy(batch.targets[batch.asked]).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=settings.precision == "bfloat16"):
            loss = loss_of(settings, _states(network, batch), targets, network.items)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += float(loss.detach()) * len(targets)
        places += len(targets)
    return total / max(places, 1)


def quality_of(network: Network, held: tuple[Held, ...], settings: TowerSettings) -> tuple[float, float]:
    """NDCG@10 and HR@10 of the held-out items among all that the person does not have."""
    network.eval()
    gains: list[float] = []
    for first in range(0, len(held), settings.batch):
        part = held[first : first + settings.batch]
        batch = questions([one.history for one in part], settings)
        with torch.no_grad():
            logits = (_states(network, batch) @ network.items.T).cpu().numpy()
        for scores, one in zip(logits, part, strict=True):
            right = scores[one.target]
            scores[one.history] = -np.inf
            ahead = int(np.count_nonzero(scores > right))
            gains.append(1 / np.log2(ahead + 2.0) if ahead < PLACES else 0.0)
    found = np.array(gains or [0.0])
    return float(found.mean()), float((found > 0).mean())


def _states(network: Network, batch: Batch) -> Tensor:
    """What the network reads at the places that are asked, person by person: (asked, dim)."""
    device = network.items.device
    inputs, places, real, asked = (
        torch.from_numpy(values).to(device) for values in (batch.inputs, batch.places, batch.real, batch.asked)
    )
    return network(inputs, places, real, asked)[asked]
