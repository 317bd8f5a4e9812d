"""The user, item and tag towers as rows: trained by `learn` on what is visible, asked through the source that serves.

    towers        the history alone (beta 1)
    towers-tags   the tags alone (beta 0), of the facet tagger without a model
    towers-fused  both in one question; beta is the best on the people held out of the training

One training answers for all three. Under TIME each fold trains anew.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import ValidationError

from intently.errors import BudgetSpent, DataError
from intently.evaluate.commit import commit
from intently.evaluate.retrieval.folds import Fold, Moment
from intently.evaluate.retrieval.sequence import LEAST
from intently.evaluate.retrieval.sets import SETS
from intently.evaluate.retrieval.tagged import FacetTagger
from intently.learn.tags.settings import TagTowerSettings
from intently.retrieve.item_features import features_of
from intently.retrieve.request import Rows
from intently.retrieve.tag_towers import TagTowers
from intently.retrieve.tower_files import save_tag_towers
from intently.retrieve.towers import Towers

__all__ = ["TAG_TOWERS", "TagTowerRow", "TagTowersRanker", "TowersTrainer", "read_tag_settings"]

TowersRow = Literal["towers", "towers-tags", "towers-fused"]
TAG_TOWERS: Mapping[TowersRow, str] = {
    "towers": "user and item towers",
    "towers-tags": "tag tower (facet tagger, no model)",
    "towers-fused": "user and tag towers fused",
}  # rows, with their titles
Say = Callable[[str], None]


def read_tag_settings(set_name: str, file: Path | None = None) -> TagTowerSettings:
    """The settings in a TOML file, by default the set's own, else the defaults. Raises DataError for a bad file."""
    path = file or SETS / set_name / "tag_towers.toml"
    if file is None and not path.is_file():
        return TagTowerSettings()
    try:
        return TagTowerSettings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"{path}: cannot be read as settings of tag towers: {error}") from error


@dataclass(frozen=True)
class Made:
    """Towers as trained, the best beta, and the seconds of training."""

    towers: TagTowers
    beta: float
    temperature: float
    seconds: float


@dataclass(frozen=True)
class TowersTrainer:
    """Trains once for each fold. `work`: folder of trainings; `settings_file`: None for each set's own; `deadline` by
    time.monotonic(); `minutes`: of training a fold, after which the best epoch so far is taken."""

    work: Path
    tagger: FacetTagger
    settings_file: Path | None = None
    seed: int = 0
    minutes: float = float("inf")
    deadline: float = float("inf")
    say: Say = lambda text: None
    _made: dict[tuple[str, int], Made] = field(default_factory=dict, compare=False, repr=False)

    def of(self, fold: Fold) -> Made | None:
        """None where there is too little to learn from. Raises BudgetSpent when the deadline comes before the end."""
        if len(fold.visible) < LEAST:
            return None
        key = (fold.protocol, fold.number)
        if key not in self._made:
            self._made[key] = self._train(fold)
        return self._made[key]

    def _train(self, fold: Fold) -> Made:
        from intently.learn.tags.beta import best_beta, quality_by_beta
        from intently.learn.tags.pairs import pairs_of
        from intently.learn.tags.people import people_of
        from intently.learn.tags.train import TagTraining, train_tag_towers

        pack, settings = fold.pack, read_tag_settings(fold.pack.name, self.settings_file)
        people = people_of(fold.visible, len(pack.snapshot))
        known = np.unique(fold.visible.rows).astype(np.int32)
        pairs = pairs_of(pack.spec, pack.snapshot, known, self.tagger.encode, settings.category)
        training = TagTraining(
            people, pack.snapshot, pairs, settings, pack.user_ids, pack.spec.repeat != "never", self.seed, self.minutes
        )
        folder = self.work / f"tags-{pack.name}-{fold.protocol}-{fold.number}-{training.decides[:16]}"
        self.say(f"towers, fold {fold.number}: {len(pairs.vectors):,} tags, training in {folder}")
        trained = train_tag_towers(training, folder, commit(), deadline=self.deadline, say=self.say)
        if not trained.finished:
            raise BudgetSpent(f"towers stopped after epoch {len(trained.curve)}; run again to go on")
        quality = quality_by_beta(training, trained.towers, partial(self.tagger.tags, pack))
        self.say("held out NDCG@10 by beta: " + ", ".join(f"{beta:g} {found:.4f}" for beta, found in quality.items()))
        metrics = {**trained.card.metrics, "beta": best_beta(quality)}
        save_tag_towers(trained.towers, trained.card.model_copy(update={"metrics": metrics}), folder / "towers")
        return Made(trained.towers, metrics["beta"], settings.temperature, trained.card.seconds)


@dataclass(frozen=True)
class TagTowersRanker:
    """The towers as they serve, None before there was enough to learn from; `tagger`: None where the history answers
    alone; `seconds` of training."""

    fold: Fold
    source: Towers | None
    tagger: FacetTagger | None
    seconds: float = 0.0

    def rank(self, moment: Moment, k: int) -> Rows:
        if self.source is None:
            return moment.allowed.rows[:0]
        request = moment.request if self.tagger is None else self.tagger.asked(self.fold.pack, moment.request)
        return self.source.retrieve(request, moment.allowed, k).rows


@dataclass(frozen=True)
class TagTowerRow:
    """A row of the table."""

    trainer: TowersTrainer
    name: TowersRow = "towers"

    @property
    def title(self) -> str:
        return TAG_TOWERS[self.name]

    def fit(self, fold: Fold) -> TagTowersRanker:
        """Raises BudgetSpent when the deadline comes before the end of the training."""
        made = self.trainer.of(fold)
        if made is None:
            return TagTowersRanker(fold, None, None)
        if self.name == "towers":
            beta, tagger = 1.0, None
        else:
            beta, tagger = 0.0 if self.name == "towers-tags" else made.beta, self.trainer.tagger
            tagger.prepare(fold)
        items = made.towers.items(features_of(fold.pack.snapshot, made.towers.form.vocabulary))
        return TagTowersRanker(fold, Towers(made.towers, items, beta, made.temperature), tagger, made.seconds)
