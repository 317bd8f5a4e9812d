"""Training the user, item and tag towers: epochs until none is better, a checkpoint and a point of the curve each.

As for the sequence tower (learn.train): decided by data, settings, seed and code; a training that was stopped goes on
at its last whole epoch and ends where an uninterrupted one would (to the bit on one thread of a CPU).
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from intently.catalog.arrays import Snapshot
from intently.learn.checkpoint import Epoch, Progress, read_checkpoint, write_checkpoint, write_curve
from intently.learn.tags.batches import Draws, draws_of
from intently.learn.tags.network import TowersNetwork
from intently.learn.tags.pairs import TagPairs
from intently.learn.tags.people import Numbers, People
from intently.learn.tags.settings import TagTowerSettings
from intently.learn.tags.steps import Lesson, quality_of, run_epoch
from intently.retrieve.item_features import features_of, vocabulary_of
from intently.retrieve.tag_towers import TagTowers, TowerForm
from intently.retrieve.tower_files import TagTowersCard

__all__ = ["TagTraining", "TrainedTowers", "train_tag_towers"]

CODE = ("batches", "losses", "network", "pairs", "people", "steps")  # files of this room that decide the weights
Say = Callable[[str], None]


@dataclass(frozen=True)
class TagTraining:
    """What is trained on what. `user_ids` by the numbers in `people`; `returns`: whether what a person has may come
    back; `minutes`: of training in all, after which the best epoch so far is taken."""

    people: People
    snapshot: Snapshot
    pairs: TagPairs
    settings: TagTowerSettings
    user_ids: tuple[str, ...] = ()
    returns: bool = False
    seed: int = 0
    minutes: float = float("inf")

    @cached_property
    def split(self) -> tuple[Numbers, Numbers]:
        """The examples that are learnt from, and those held out."""
        return self.people.split(self.settings.held, self.seed)

    @cached_property
    def draws(self) -> Draws:
        return draws_of(self.people, self.split[0])

    @cached_property
    def form(self) -> TowerForm:
        s = self.settings
        return TowerForm(
            vocabulary=vocabulary_of(self.snapshot, self.draws.known.astype(np.int32), s.unread, s.text),
            behaviours=self.people.names, user_ids=self.user_ids if s.user_ids else (),
            tag_dim=int(self.pairs.vectors.shape[1]), dim=s.dim, width=s.width, hidden=s.hidden, codes=s.codes,
            newest=s.newest, length=s.length,
        )  # fmt: skip

    @property
    def data(self) -> str:
        """SHA-256 of people, tags, and what is read of the items."""
        whole = hashlib.sha256(f"{self.people.digest} {self.pairs.digest} {self.returns}".encode())
        features = features_of(self.snapshot, self.form.vocabulary)
        whole.update(features.text.tobytes())
        for name, field in features.fields.items():
            whole.update(name.encode() + field.starts.tobytes() + field.slots.tobytes())
        return whole.hexdigest()

    @property
    def decides(self) -> str:
        """Digest of data, settings, seed and code; the limit in minutes is not among them."""
        whole = hashlib.sha256(f"{self.data} {self.settings.model_dump_json()} {self.seed}".encode())
        for name in CODE:
            whole.update((Path(__file__).parent / f"{name}.py").read_bytes())
        return whole.hexdigest()


@dataclass(frozen=True)
class TrainedTowers:
    """The towers of the best epoch and their card; `finished` is False when the deadline came first."""

    towers: TagTowers
    card: TagTowersCard
    curve: tuple[Epoch, ...]
    finished: bool


def train_tag_towers(
    training: TagTraining,
    folder: Path,
    commit: str,
    *,
    deadline: float = float("inf"),
    say: Say = lambda text: None,
) -> TrainedTowers:
    """Train, or go on training, in `folder` (checkpoint.safetensors, curve.jsonl). `deadline`: by time.monotonic()."""
    torch.manual_seed(training.seed)
    network = TowersNetwork(training.form, training.settings)
    optimizer = torch.optim.Adam(network.parameters(), lr=training.settings.rate)
    features = features_of(training.snapshot, training.form.vocabulary)
    lesson = Lesson(training.people, features, training.pairs, training.returns)
    file = folder / "checkpoint.safetensors"
    progress = read_checkpoint(file, training.decides, network, optimizer)
    while not (finished := _ended(progress, training)) and time.monotonic() < deadline:
        progress = _advance(progress, network, optimizer, lesson, training)
        write_checkpoint(file, network, optimizer, progress)
        write_curve(folder / "curve.jsonl", progress)
        say(progress.curve[-1].told())
    towers = TagTowers(training.form, network.arrays(progress.best)).checked()
    return TrainedTowers(towers, _card(training, progress, commit), progress.curve, finished)


def _ended(progress: Progress, training: TagTraining) -> bool:
    best, settings = progress.best_epoch(), training.settings
    stale = progress.epochs - best.epoch if best else 0
    return progress.epochs >= settings.epochs or stale >= settings.patience or progress.seconds > training.minutes * 60


def _advance(
    progress: Progress,
    network: TowersNetwork,
    optimizer: torch.optim.Adam,
    lesson: Lesson,
    training: TagTraining,
) -> Progress:
    """One epoch more, measured."""
    began = time.perf_counter()
    number, (examples, held) = progress.epochs + 1, training.split
    loss = run_epoch(network, optimizer, lesson, examples, training.draws, training.seed, number)
    ndcg10, hr10 = quality_of(network, lesson, held)
    epoch = Epoch(number, round(loss, 6), round(ndcg10, 6), round(hr10, 6), round(time.perf_counter() - began, 3))
    after = replace(progress, curve=(*progress.curve, epoch))
    if after.best_epoch() is not epoch:
        return after
    return replace(after, best={name: value.detach().clone() for name, value in network.named_parameters()})


def _card(training: TagTraining, progress: Progress, commit: str) -> TagTowersCard:
    best = progress.best_epoch()
    examples = training.split[0]
    return TagTowersCard(
        data=training.data, seed=training.seed, commit=commit, settings=training.settings.model_dump(),
        metrics={"held_out_ndcg10": best.ndcg10, "held_out_hr10": best.hr10} if best else {},
        people=len(np.unique(training.people.log.users[examples])), events=len(examples),
        epochs=best.epoch if best else 0, seconds=round(progress.seconds, 1),
    )  # fmt: skip
