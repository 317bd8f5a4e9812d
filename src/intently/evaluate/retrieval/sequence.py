"""The sequence tower as a row: trained by `learn` on what is visible, asked through the source that serves.

Under TIME each fold goes on from the tower of the fold before, as a shop would that trains every other week. A training
that the budget cuts off goes on at its last epoch when the command is run again; its learning curve is curve.jsonl in
its folder.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from intently.errors import BudgetSpent
from intently.evaluate.commit import commit
from intently.evaluate.retrieval.folds import Fold, Moment
from intently.evaluate.retrieval.sets import SETS
from intently.learn.sequences import sequences_of
from intently.learn.settings import TowerKind, TowerSettings
from intently.learn.settings import read_settings as read_file
from intently.retrieve.request import Rows
from intently.retrieve.sequence import Sequence
from intently.retrieve.tower import Tower
from intently.retrieve.tower_files import save_tower

if TYPE_CHECKING:
    from intently.learn.train import Training

__all__ = ["TOWERS", "SequenceTower", "TowerRanker", "can_train", "read_settings"]

LEAST = 200  # events from which anything is trained
TOWERS: Mapping[TowerKind, str] = {"sasrec": "SASRec", "bert4rec": "BERT4Rec"}  # rows, with their titles
REFIT = {"patience": 3, "epochs": 30}  # of a training that goes on from the fold before
Say = Callable[[str], None]


def can_train() -> bool:
    """Whether torch is here: it is an extra."""
    return find_spec("torch") is not None


def read_settings(set_name: str, file: Path | None = None) -> TowerSettings:
    """The settings in a TOML file, by default the set's own, else the defaults. Raises DataError for a bad file."""
    path = file or SETS / set_name / "tower.toml"
    if file is None and not path.is_file():
        return TowerSettings()
    return read_file(path)


@dataclass(frozen=True)
class TowerRanker:
    """A trained tower, None before there was enough to learn from; `seconds` of training, all runs together."""

    source: Sequence | None
    seconds: float = 0.0

    def rank(self, moment: Moment, k: int) -> Rows:
        if self.source is None:
            return moment.allowed.rows[:0]
        return self.source.retrieve(moment.request, moment.allowed, k).rows


@dataclass(frozen=True)
class SequenceTower:
    """A row of the table; its kind is its name, whatever the settings say. `work`: folder of trainings;
    `settings_file`: None for each set's own; `deadline` by time.monotonic(); `minutes`: of training a fold, after
    which the best epoch so far is taken."""

    work: Path
    settings_file: Path | None = None
    seed: int = 0
    device: str = "cpu"
    minutes: float = float("inf")
    deadline: float = float("inf")
    say: Say = lambda text: None
    name: TowerKind = "sasrec"
    _towers: dict[str, tuple[Tower, float]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def title(self) -> str:
        return TOWERS[self.name]

    def fit(self, fold: Fold) -> TowerRanker:
        """Raises BudgetSpent when the deadline comes before the end of the training."""
        found = self._tower(fold)
        if found is None:
            return TowerRanker(None)
        tower, known = found[0].placed(fold.pack.snapshot.item_ids)
        return TowerRanker(Sequence(tower, known), found[1])

    def _tower(self, fold: Fold) -> tuple[Tower, float] | None:
        """The tower of a fold and its seconds of training; None where there is too little to learn from."""
        if len(fold.visible) < LEAST:
            return None
        before = self._tower(fold.before) if fold.before is not None else None
        training = self._training(fold, before[0] if before else None)
        if training.decides not in self._towers:  # rehearsals hide different people's events
            self._towers[training.decides] = self._train(fold, training)
        return self._towers[training.decides]

    def _training(self, fold: Fold, start: Tower | None) -> "Training":
        from intently.learn.train import Training

        settings = read_settings(fold.pack.name, self.settings_file).model_copy(update={"kind": self.name})
        if start is not None:
            settings = settings.model_copy(update=REFIT)
        sequences = sequences_of(fold.visible, len(fold.pack.snapshot.item_ids))
        return Training(sequences, settings, self.seed, start, self.device, self.minutes)

    def _train(self, fold: Fold, training: "Training") -> tuple[Tower, float]:
        from intently.learn.towers import tower_of
        from intently.learn.train import train_tower

        folder = self.work / f"{self.name}-{fold.pack.name}-{fold.protocol}-{fold.number}-{training.decides[:16]}"
        self.say(f"{self.name}, fold {fold.number}: training in {folder}")
        trained = train_tower(training, folder, deadline=self.deadline, say=self.say)
        if not trained.finished:
            raise BudgetSpent(f"{self.name} stopped after epoch {len(trained.curve)}; run again to go on")
        tower, card = tower_of(training, trained, fold.pack.snapshot.item_ids, commit())
        save_tower(tower, card, folder / "tower")
        return tower, card.seconds
