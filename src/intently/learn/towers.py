"""From a training to the tower that serves, with its card."""

from collections.abc import Sequence

from intently.learn.train import Trained, Training
from intently.retrieve.tower import Tower
from intently.retrieve.tower_files import TowerCard

__all__ = ["tower_of"]


def tower_of(training: Training, trained: Trained, item_ids: Sequence[str], commit: str) -> tuple[Tower, TowerCard]:
    """The tower of the best epoch over these items, row by row as in the training; `commit`: of the code."""
    best = trained.best
    card = TowerCard(
        heads=training.settings.heads, data=training.sequences.digest, seed=training.seed, commit=commit,
        settings=training.settings.model_dump(),
        metrics={"held_out_ndcg10": best.ndcg10, "held_out_hr10": best.hr10} if best else {},
        people=trained.people, events=trained.events, epochs=best.epoch if best else 0,
        seconds=round(sum(epoch.seconds for epoch in trained.curve), 1),
    )  # fmt: skip
    return Tower(tuple(item_ids), training.settings.heads, trained.arrays).checked(), card
