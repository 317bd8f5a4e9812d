"""Training an intent-aware tower: as a plain one (`train`), each place with a synthetic wish for what is taken there.

A share of the places has none, so that the plain tower is trained on the same weights.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from intently.learn.batches import Batch, batches_of, questions
from intently.learn.intent import IntentNetwork, IntentSettings
from intently.learn.intents import Intents, Numbers
from intently.learn.losses import loss_of
from intently.learn.network import Network
from intently.learn.sequences import Held, Sequences
from intently.learn.steps import PLACES
from intently.learn.train import Training
from intently.retrieve.request import Floats

__all__ = ["IntentTraining"]

CODE = ("intent", "intents", "intent_train")  # files of this room that decide the weights, beside a plain tower's


@dataclass(frozen=True)
class IntentTraining(Training):
    """`intents`: what the items can be asked for by."""

    settings: IntentSettings
    intents: Intents = field(kw_only=True)

    @property
    def decides(self) -> str:
        """Digest of what decides a plain training, the intents, and the code of the head."""
        whole = hashlib.sha256(f"{super().decides} {self.intents.digest}".encode())
        for name in CODE:
            whole.update((Path(__file__).parent / f"{name}.py").read_bytes())
        return whole.hexdigest()

    def network(self) -> IntentNetwork:
        return IntentNetwork(self.sequences.size, self.settings, self.intents.wide)

    def epoch(self, network: Network, optimizer: torch.optim.Adam, known: Sequences, number: int) -> float:
        torch.manual_seed(self.seed * 1_000_003 + number)
        random = np.random.default_rng([self.seed, number, 1])
        network.train()
        total, places = 0.0, 0
        for batch in batches_of(known, self.settings, self.seed, number):
            targets = batch.targets[batch.asked]
            states = self._answers(network, batch, targets, self.settings.without, random)
            loss = loss_of(self.settings, states, torch.from_numpy(targets).to(states.device), network.items)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(targets)
            places += len(targets)
        return total / max(places, 1)

    def quality(self, network: Network, held: tuple[Held, ...]) -> tuple[float, float]:
        """NDCG@10 and HR@10 of the items held out, asked for as in the training: some without a wish, the same ones at
        every epoch."""
        return self.quality_with(network, held, self.settings.without)

    def quality_with(self, network: Network, held: tuple[Held, ...], without: float) -> tuple[float, float]:
        """The same where `without` is the share that has no wish: of the plain tower where it is 1."""
        random = np.random.default_rng([self.seed, 2])
        network.eval()
        ahead: list[int] = []
        for first in range(0, len(held), self.settings.batch):
            part = held[first : first + self.settings.batch]
            targets = np.array([one.target for one in part], dtype=np.int64)
            batch = questions([one.history for one in part], self.settings)
            with torch.no_grad():
                people = self._answers(network, batch, targets, without, random)
                logits = (people @ network.items.T).cpu().numpy()
            ahead += [_ahead(scores, one) for scores, one in zip(logits, part, strict=True)]
        places = np.array(ahead or [PLACES])
        found = np.where(places < PLACES, 1 / np.log2(places + 2.0), 0.0)
        return float(found.mean()), float((found > 0).mean())

    def _answers(
        self, network: Network, batch: Batch, targets: Numbers, without: float, random: np.random.Generator
    ) -> Tensor:
        assert isinstance(network, IntentNetwork)
        drawn = self.intents.draw(targets, without, self.settings.two, random)
        wishes = torch.from_numpy(self.intents.wishes(drawn)).to(network.items.device)
        return network.answers(batch, wishes)


def _ahead(scores: Floats, one: Held) -> int:
    """How many items that the person does not have score above the one that was taken."""
    right = scores[one.target]
    scores[one.history] = -np.inf
    return int(np.count_nonzero(scores > right))
