"""The settings of a sequence tower's training."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, ValidationError, model_validator

from intently.config import StageConfig
from intently.errors import DataError

__all__ = ["TowerKind", "TowerSettings", "read_settings"]

TowerKind = Literal["sasrec", "bert4rec"]


class TowerSettings(StageConfig):
    """All that decides a training beside the data and the seed."""

    kind: TowerKind = "sasrec"  # reads the past and says what is next; or reads both sides of a gap
    dim: PositiveInt = 64  # of item and person vectors
    blocks: PositiveInt = 2
    heads: PositiveInt = 2
    hidden: PositiveInt = 256  # width inside a block
    length: PositiveInt = 50  # newest items that are read
    dropout: float = Field(0.2, ge=0, lt=1)
    loss: Literal["softmax", "sampled", "gbce"] = "softmax"
    negatives: PositiveInt = 256  # items drawn for a batch by `sampled`, for a place by `gbce`
    calibration: float = Field(0.75, ge=0, le=1)  # t of gBCE: 0 is plain binary cross-entropy, 1 corrects all of it
    hide: float = Field(0.3, gt=0, lt=1)  # bert4rec: share of a window that is hidden
    hide_last: float = Field(0.25, ge=0, le=1)  # bert4rec: share of windows of which the newest item alone is hidden
    precision: Literal["float32", "bfloat16"] = "float32"  # of products in training; weights and sums stay float32
    rate: PositiveFloat = 1e-3  # of Adam
    batch: PositiveInt = 128  # people
    epochs: PositiveInt = 200  # at most
    patience: PositiveInt = 10  # epochs without a better one, after which training ends
    held: PositiveInt = 512  # people whose newest item chooses the best epoch

    @model_validator(mode="after")
    def _divisible(self) -> "TowerSettings":
        if self.dim % self.heads:
            raise ValueError(f"`heads` ({self.heads}) must divide `dim` ({self.dim})")
        if self.kind == "bert4rec" and self.length < 2:
            raise ValueError("`length` must be 2 at least for bert4rec, whose gap takes one place")
        return self


def read_settings(file: Path) -> TowerSettings:
    """The settings in a TOML file. Raises DataError for a bad one."""
    try:
        return TowerSettings.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"{file}: cannot be read as settings of a tower: {error}") from error
