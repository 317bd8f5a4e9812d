"""The settings of a sequence tower's training."""

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from intently.config import StageConfig

__all__ = ["TowerSettings"]


class TowerSettings(StageConfig):
    """All that decides a training beside the data and the seed."""

    dim: PositiveInt = 64  # of item and person vectors
    blocks: PositiveInt = 2
    heads: PositiveInt = 2
    hidden: PositiveInt = 256  # width inside a block
    length: PositiveInt = 50  # newest items that are read
    dropout: float = Field(0.2, ge=0, lt=1)
    loss: Literal["softmax", "sampled", "gbce"] = "softmax"
    negatives: PositiveInt = 256  # items drawn for a batch by `sampled`, for a place by `gbce`
    calibration: float = Field(0.75, ge=0, le=1)  # t of gBCE: 0 is plain binary cross-entropy, 1 corrects all of it
    rate: PositiveFloat = 1e-3  # of Adam
    batch: PositiveInt = 128  # people
    epochs: PositiveInt = 200  # at most
    patience: PositiveInt = 10  # epochs without a better one, after which training ends
    held: PositiveInt = 512  # people whose newest item chooses the best epoch

    @model_validator(mode="after")
    def _divisible(self) -> "TowerSettings":
        if self.dim % self.heads:
            raise ValueError(f"`heads` ({self.heads}) must divide `dim` ({self.dim})")
        return self
