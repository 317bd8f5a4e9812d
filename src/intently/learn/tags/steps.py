"""What an epoch does to the towers, and how good they are on the people held out."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from intently.learn.tags.batches import Batch, Draws, Histories, batches_of, histories_of
from intently.learn.tags.losses import best_of, category_loss, taken_loss
from intently.learn.tags.network import TowersNetwork
from intently.learn.tags.pairs import TagPairs
from intently.learn.tags.people import Numbers, People
from intently.retrieve.item_features import ItemFeatures

__all__ = ["Lesson", "quality_of", "run_epoch"]

PLACES = 10  # that count in choosing the best epoch


class Lesson:
    """What is learnt from: people, the features of all items, and tags of items. `returns`: whether what a person has
    may come back, so that it may be asked for."""

    def __init__(self, people: People, features: ItemFeatures, pairs: TagPairs, returns: bool) -> None:
        self.people, self.features, self.pairs, self.returns = people, features, pairs, returns
        self.vectors = torch.from_numpy(np.array(pairs.vectors, np.float32))
        self.categories = torch.from_numpy(pairs.categories.astype(np.float32))


def run_epoch(
    network: TowersNetwork,
    optimizer: torch.optim.Adam,
    lesson: Lesson,
    examples: Numbers,
    draws: Draws,
    seed: int,
    number: int,
) -> float:
    """Epoch `number` (from 1): the mean loss over all batches, in nats. It seeds torch's generator by `seed` and
    `number`, so that it does not matter what was drawn before."""
    torch.manual_seed(seed * 1_000_003 + number)
    random = np.random.default_rng([seed, number])
    network.train()
    total, count = 0.0, 0
    for batch in batches_of(lesson.people, examples, lesson.pairs, draws, network.settings, random):
        loss = _loss(network, lesson, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, count = total + float(loss.detach()) * len(batch.targets), count + len(batch.targets)
    return total / max(count, 1)


def _loss(network: TowersNetwork, lesson: Lesson, batch: Batch) -> Tensor:
    """L_TAR of one batch."""
    settings = network.settings
    candidates = torch.from_numpy(batch.candidates)
    items, states = _encoded(network, lesson.features, batch)
    logs = torch.from_numpy(batch.logs)
    places = torch.from_numpy(np.searchsorted(batch.candidates, batch.targets))
    scores = best_of(network.people(batch.histories, states), items) / settings.temperature
    loss = taken_loss(scores, places, logs)
    if not len(batch.tags) or settings.by_tags == 0:
        return loss
    tagged = torch.from_numpy(batch.tagged)
    near = network.tags(lesson.vectors[torch.from_numpy(batch.tags)]) @ items.T / settings.temperature
    by_tag = taken_loss(near, places[tagged], logs)
    own = lesson.categories[torch.from_numpy(batch.targets)[tagged]]
    by_category = category_loss(near, lesson.categories[candidates], own, logs, torch.rand(near.shape))
    return loss + settings.by_tags * (settings.alpha * by_tag + (1 - settings.alpha) * by_category)


def _encoded(network: TowersNetwork, features: ItemFeatures, batch: Batch) -> tuple[Tensor, Tensor]:
    """h_v of the candidates and of the histories' items, each item computed once."""
    rows, places = np.unique(np.concatenate([batch.candidates, batch.histories.rows.ravel()]), return_inverse=True)
    encoded = network.items(features.of(rows))
    count = len(batch.candidates)
    read = torch.from_numpy(places[count:].reshape(batch.histories.rows.shape))
    return encoded[torch.from_numpy(places[:count])], _masked(encoded[read], batch.histories)


def _masked(states: Tensor, histories: Histories) -> Tensor:
    return states * torch.from_numpy(histories.real)[:, :, None]


def quality_of(network: TowersNetwork, lesson: Lesson, held: Numbers) -> tuple[float, float]:
    """NDCG@10 and HR@10 of the held-out items by people's vectors alone, among all that may be asked for."""
    network.eval()
    with torch.no_grad():
        items = network.items(lesson.features)
        gains = [gain for part in _parts(held, network.settings.batch) for gain in _gains(network, lesson, items, part)]
    found = np.array(gains or [0.0])
    return float(found.mean()), float((found > 0).mean())


def _parts(held: Numbers, size: int) -> Iterator[Numbers]:
    return (held[start : start + size] for start in range(0, len(held), size))


def _gains(network: TowersNetwork, lesson: Lesson, items: Tensor, held: Numbers) -> list[float]:
    histories = histories_of(lesson.people, held, network.settings)
    states = _masked(items[torch.from_numpy(histories.rows)], histories)
    scores = best_of(network.people(histories, states), items).numpy()
    gains = []
    for own, place in zip(scores, held.tolist(), strict=True):
        target = int(lesson.people.log.rows[place])
        right = own[target]
        if not lesson.returns:
            own[lesson.people.log.rows[lesson.people.first[place] : lesson.people.past[place]]] = -np.inf
        ahead = int(np.count_nonzero(own >= right)) - 1  # equals are ahead: to know nothing is worth nothing
        gains.append(1 / np.log2(ahead + 2.0) if ahead < PLACES else 0.0)
    return gains
