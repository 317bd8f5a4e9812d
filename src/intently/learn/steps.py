"""What an epoch does to a network, and how good the network is on the people held out."""

import numpy as np
import torch

from intently.learn.batches import batches_of, padded
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
    for batch in batches_of(sequences, settings.length, settings.batch, seed, number):
        inputs, where = torch.from_numpy(batch.inputs).to(device), torch.from_numpy(batch.places).to(device)
        real = torch.from_numpy(batch.real).to(device)
        targets = torch.from_numpy(batch.targets).to(device)[real]
        loss = loss_of(settings, network(inputs, where)[real], targets, network.items)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += float(loss.detach()) * len(targets)
        places += len(targets)
    return total / max(places, 1)


def quality_of(network: Network, held: tuple[Held, ...], settings: TowerSettings) -> tuple[float, float]:
    """NDCG@10 and HR@10 of the held-out items among all that the person does not have."""
    device = network.items.device
    network.eval()
    gains: list[float] = []
    for first in range(0, len(held), settings.batch):
        part = held[first : first + settings.batch]
        inputs, places, real = padded([one.history[-settings.length :] for one in part], settings.length)
        with torch.no_grad():
            states = network(torch.from_numpy(inputs).to(device), torch.from_numpy(places).to(device))
            newest = torch.from_numpy(real.sum(axis=1) - 1).to(device)
            logits = (states[torch.arange(len(part), device=device), newest] @ network.items.T).cpu().numpy()
        for scores, one in zip(logits, part, strict=True):
            right = scores[one.target]
            scores[one.history] = -np.inf
            ahead = int(np.count_nonzero(scores > right))
            gains.append(1 / np.log2(ahead + 2.0) if ahead < PLACES else 0.0)
    found = np.array(gains or [0.0])
    return float(found.mean()), float((found > 0).mean())
