"""Sequence models as rows: SASRec and BERT4Rec, trained on the ground's own log. They do not read what is said.

A tower is trained once for a ground and kept beside its import; the settings are those that `evaluate retrieval` uses
for the set. `source_of` lends it to the row of ours that adds it to its sources.
"""

from pathlib import Path

from intently.errors import BadRequest
from intently.evaluate.commands.baselines.blind import Fixed
from intently.evaluate.commands.baselines.shelf import PerGround, Shelf
from intently.evaluate.commands.case import Case, Ground, Kind, Shown
from intently.evaluate.commit import commit
from intently.evaluate.retrieval.sequence import TOWERS, can_train, read_settings
from intently.learn.sequences import sequences_of
from intently.learn.settings import TowerKind
from intently.retrieve.columns import read_log
from intently.retrieve.sequence import Sequence
from intently.retrieve.tower_files import open_tower, save_tower

__all__ = ["MINUTES", "Learned", "source_of"]

MINUTES = 20.0  # of training at most, after which the best epoch so far is taken


def source_of(ground: Ground, kind: TowerKind) -> Sequence:
    """The tower of this kind over the ground's items. Raises BadRequest where it is not trained yet and torch is not
    here."""
    snapshot = ground.engine.worlds.at(ground.as_of).snapshot
    folder = _folder(ground, kind)
    if not (folder / "tower").is_dir():
        _train(ground, kind)
    tower, known = open_tower(folder / "tower")[0].placed(snapshot.item_ids)
    return Sequence(tower, known)


def _folder(ground: Ground, kind: TowerKind) -> Path:
    return ground.kept / "towers" / kind


def _train(ground: Ground, kind: TowerKind) -> None:
    if not can_train():
        raise BadRequest(f"the row {kind} is trained with torch: pip install 'intently[train]'")
    from intently.learn.towers import tower_of
    from intently.learn.train import Training, train_tower

    store, snapshot = ground.engine.store, ground.engine.worlds.at(ground.as_of).snapshot
    columns = store.journal.event_columns(store.spec.history_kinds, until=ground.as_of)
    sequences = sequences_of(read_log(store.spec, snapshot, columns), len(snapshot.item_ids))
    settings = read_settings(ground.name).model_copy(update={"kind": kind})
    training = Training(sequences, settings, minutes=MINUTES)
    folder = _folder(ground, kind)
    trained = train_tower(training, folder)
    tower, card = tower_of(training, trained, snapshot.item_ids, commit())
    save_tower(tower, card, folder / "tower")


class Learned:
    """The unseen items by what the tower says comes next."""

    def __init__(self, tower: TowerKind) -> None:
        self.name = TOWERS[tower]
        self.kind: Kind = "blind"
        self._shelves = PerGround(Shelf)
        self._sources = PerGround(lambda ground: source_of(ground, tower))

    def start(self, ground: Ground, case: Case) -> Fixed:
        shelf = self._shelves.of(ground)
        scores = shelf.scored_by(self._sources.of(ground), case.user_id)
        return Fixed(Shown(shelf.best(scores, shelf.unseen(case.user_id)), by="blind"))
