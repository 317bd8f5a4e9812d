"""Sequence models as rows: SASRec and BERT4Rec, trained on the ground's own log. They do not read what is said.

A tower is trained once for a ground and kept beside its import; the settings are those that `evaluate retrieval` uses
for the set. `source_of` lends it to the row of ours that adds it to its sources; `reader_of`, the intent-aware tower to
the row whose Matcher reads the history by it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from intently.errors import BadRequest
from intently.evaluate.commands.baselines.blind import Fixed
from intently.evaluate.commands.baselines.shelf import PerGround, Shelf
from intently.evaluate.commands.case import Case, Ground, Kind, Shown
from intently.evaluate.commit import commit
from intently.evaluate.retrieval.sequence import TOWERS, can_train, read_settings
from intently.feed.tools.intent import LearnedIntent
from intently.learn.sequences import Sequences, sequences_of
from intently.learn.settings import TowerKind
from intently.retrieve.columns import read_log
from intently.retrieve.intent_tower import IntentTower
from intently.retrieve.sequence import Sequence
from intently.retrieve.tower import Tower
from intently.retrieve.tower_files import open_tower, save_tower

if TYPE_CHECKING:
    from intently.learn.train import Training

__all__ = ["MINUTES", "Learned", "reader_of", "source_of"]

MINUTES = 20.0  # of training at most, after which the best epoch so far is taken
INTENT = "intent"
INTENT_EPOCHS = 6  # from SASRec's weights on: about a minute of one core on the demo films


def source_of(ground: Ground, kind: TowerKind) -> Sequence:
    """The tower of this kind over the ground's items. Raises BadRequest where it is not trained yet and torch is not
    here."""
    snapshot = ground.engine.worlds.at(ground.as_of).snapshot
    return Sequence(*_tower(ground, kind).placed(snapshot.item_ids))


def reader_of(ground: Ground) -> LearnedIntent:
    """The intent-aware tower over the ground's items; its training begins with SASRec's. Raises as `source_of`, and
    BadRequest without the text encoder."""
    snapshot = ground.engine.worlds.at(ground.as_of).snapshot
    folder = _folder(ground, INTENT)
    if not (folder / "tower").is_dir():
        _train_intent(ground, _tower(ground, "sasrec"))
    tower, known = open_tower(folder / "tower")[0].placed(snapshot.item_ids)
    return LearnedIntent(IntentTower(tower).checked(), known)


def _tower(ground: Ground, kind: TowerKind) -> Tower:
    folder = _folder(ground, kind)
    if not (folder / "tower").is_dir():
        _train(ground, kind)
    return open_tower(folder / "tower")[0]


def _folder(ground: Ground, kind: str) -> Path:
    return ground.kept / "towers" / kind


def _train(ground: Ground, kind: TowerKind) -> None:
    sequences = _sequences(ground, kind)
    from intently.learn.train import Training

    settings = read_settings(ground.name).model_copy(update={"kind": kind})
    _keep(Training(sequences, settings, minutes=MINUTES), ground, kind)


def _train_intent(ground: Ground, start: Tower) -> None:
    sequences, world = _sequences(ground, INTENT), ground.engine.worlds.at(ground.as_of)
    from intently.learn.intent import IntentSettings
    from intently.learn.intent_train import IntentTraining
    from intently.learn.intents import intents_of

    if world.encode is None:
        raise BadRequest("the intent-aware tower reads text vectors: fetch the text encoder, intently model get")
    settings = IntentSettings.model_validate({**read_settings(ground.name).model_dump(), "epochs": INTENT_EPOCHS})
    intents = intents_of(world.snapshot, world.encode)
    _keep(IntentTraining(sequences, settings, start=start, minutes=MINUTES, intents=intents), ground, INTENT)


def _sequences(ground: Ground, kind: str) -> Sequences:
    if not can_train():
        raise BadRequest(f"the row {kind} is trained with torch: pip install 'intently[train]'")
    store, snapshot = ground.engine.store, ground.engine.worlds.at(ground.as_of).snapshot
    columns = store.journal.event_columns(store.spec.history_kinds, until=ground.as_of)
    return sequences_of(read_log(store.spec, snapshot, columns), len(snapshot.item_ids))


def _keep(training: "Training", ground: Ground, kind: str) -> None:
    """Train, and keep the tower beside the import."""
    from intently.learn.towers import tower_of
    from intently.learn.train import train_tower

    folder = _folder(ground, kind)
    trained = train_tower(training, folder)
    tower, card = tower_of(training, trained, ground.engine.worlds.at(ground.as_of).snapshot.item_ids, commit())
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
