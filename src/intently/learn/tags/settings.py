"""The settings of a training of the user, item and tag towers."""

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from intently.config import StageConfig

__all__ = ["TagTowerSettings"]


class TagTowerSettings(StageConfig):
    """All that decides a training beside the data and the seed."""

    dim: PositiveInt = 64  # of item, person and tag vectors
    width: PositiveInt = 16  # of the vector of a slot of a facet
    hidden: PositiveInt = 128  # inside each tower
    codes: PositiveInt = 1  # vectors of a person; more than one: each attends to the history in its own way
    newest: PositiveInt = 5  # events that are a behaviour of their own
    length: PositiveInt = 50  # newest events that are read
    text: bool = False  # whether the item tower reads text vectors
    user_ids: bool = False  # whether a person has a vector of their own beside their history
    temperature: PositiveFloat = 0.07  # of all three softmaxes; no unit
    alpha: float = Field(0.5, ge=0, le=1)  # L = L_col + alpha L_tag + (1 - alpha) L_cate
    by_tags: NonNegativeFloat = 1.0  # factor of the last two together; 0: L_col alone
    hide_ids: float = Field(0.2, ge=0, lt=1)  # of items, and of people: seen by their features alone in a batch
    dropout: float = Field(0.2, ge=0, lt=1)  # inside each tower
    negatives: NonNegativeInt = 512  # items drawn for a batch beside its own; 0: all that anybody took
    rate: PositiveFloat = 3e-3  # of Adam
    batch: PositiveInt = 1024  # events
    epochs: PositiveInt = 60  # at most
    patience: PositiveInt = 5  # epochs without a better one, after which training ends
    category: str = ""  # term facet of L_cate; by default the one of the largest weight
    unread: tuple[str, ...] = ()  # facets that are not read: counts and averages that know what came later
    held: PositiveInt = 512  # people whose newest item chooses the best epoch
