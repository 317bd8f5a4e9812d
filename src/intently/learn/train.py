"""Training a sequence tower: epochs until none is better, a checkpoint and a point of the curve after each.

A training is decided by data, settings, seed and where it starts; one that was stopped, by a budget or a kill, goes on
at its last whole epoch and ends where an uninterrupted one would (to the bit on one thread of a CPU).
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from intently.learn.checkpoint import Epoch, Progress, read_checkpoint, write_checkpoint, write_curve
from intently.learn.network import Network, arrays_of, load_arrays
from intently.learn.sequences import Held, Sequences
from intently.learn.settings import TowerSettings
from intently.learn.steps import quality_of, run_epoch
from intently.retrieve.request import Floats
from intently.retrieve.tower import Tower

__all__ = ["Trained", "Training", "train_tower"]

CODE = ("batches", "losses", "network", "sequences", "steps")  # files of this room that decide the weights
Say = Callable[[str], None]


@dataclass(frozen=True)
class Training:
    """What is trained on what. `start`: a tower whose weights it begins with, those that it lacks afresh; `device`: of
    torch; `minutes`: of training in all, after which the best epoch so far is taken."""

    sequences: Sequences
    settings: TowerSettings
    seed: int = 0
    start: Tower | None = None
    device: str = "cpu"
    minutes: float = float("inf")

    @property
    def decides(self) -> str:
        """Digest of data, settings, seed, code and start; the limit in minutes and the device are not among them."""
        whole = hashlib.sha256(f"{self.sequences.digest} {self.settings.model_dump_json()} {self.seed}".encode())
        for name, values in sorted(self.start.arrays.items()) if self.start else ():
            whole.update(name.encode() + values.tobytes())
        for name in CODE:
            whole.update((Path(__file__).parent / f"{name}.py").read_bytes())
        return whole.hexdigest()

    def network(self) -> Network:
        """A fresh network; torch's generator decides its weights."""
        return Network(self.sequences.size, self.settings)

    def epoch(self, network: Network, optimizer: torch.optim.Adam, known: Sequences, number: int) -> float:
        """Epoch `number` over `known`: its mean loss, in nats."""
        return run_epoch(network, optimizer, known, self.settings, self.seed, number)

    def quality(self, network: Network, held: tuple[Held, ...]) -> tuple[float, float]:
        """NDCG@10 and HR@10 on the people held out: what chooses the best epoch."""
        return quality_of(network, held, self.settings)


@dataclass(frozen=True)
class Trained:
    """`arrays` of the best epoch; `finished` is False when the deadline came first."""

    arrays: dict[str, Floats]
    curve: tuple[Epoch, ...]
    best: Epoch | None
    finished: bool
    events: int
    people: int


def train_tower(
    training: Training, folder: Path, *, deadline: float = float("inf"), say: Say = lambda text: None
) -> Trained:
    """Train, or go on training, in `folder` (checkpoint.safetensors, curve.jsonl). `deadline`: by time.monotonic()."""
    settings, device = training.settings, torch.device(training.device)
    known, held = training.sequences.hold_out(settings.held, training.seed)
    torch.manual_seed(training.seed)
    network = training.network()
    if training.start is not None:
        load_arrays(network, {**arrays_of(network), **training.start.arrays})
    network.to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.rate, betas=(0.9, 0.98))
    file = folder / "checkpoint.safetensors"
    progress = read_checkpoint(file, training.decides, network, optimizer)
    while not (finished := _ended(progress, training)) and time.monotonic() < deadline:
        progress = _advance(progress, network, optimizer, training, known, held)
        write_checkpoint(file, network, optimizer, progress)
        write_curve(folder / "curve.jsonl", progress)
        say(progress.curve[-1].told())
    best = progress.best or {name: value.detach().cpu() for name, value in network.named_parameters()}
    arrays = {name: np.array(value.numpy()) for name, value in best.items()}
    return Trained(arrays, progress.curve, progress.best_epoch(), finished, known.events, len(known.people))


def _ended(progress: Progress, training: Training) -> bool:
    best = progress.best_epoch()
    stale = progress.epochs - best.epoch if best else 0
    settings = training.settings
    return progress.epochs >= settings.epochs or stale >= settings.patience or progress.seconds > training.minutes * 60


def _advance(
    progress: Progress,
    network: Network,
    optimizer: torch.optim.Adam,
    training: Training,
    known: Sequences,
    held: tuple[Held, ...],
) -> Progress:
    """One epoch more, measured."""
    began = time.perf_counter()
    number = progress.epochs + 1
    loss = training.epoch(network, optimizer, known, number)
    ndcg10, hr10 = training.quality(network, held)
    epoch = Epoch(number, round(loss, 6), round(ndcg10, 6), round(hr10, 6), round(time.perf_counter() - began, 3))
    after = replace(progress, curve=(*progress.curve, epoch))
    if after.best_epoch() is not epoch:
        return after
    return replace(after, best={name: value.detach().cpu().clone() for name, value in network.named_parameters()})
