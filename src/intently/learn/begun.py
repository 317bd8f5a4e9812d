"""A training that has begun, noted in the store's folder: what it reads, so that it goes on after a kill.

A store takes events while a training runs. What is trained on and asked for is the log as it was at the beginning:
events up to a number of the journal, cut at one moment. Whoever is erased meanwhile is gone from it all the same, and
then the training begins anew.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from intently.learn.settings import TowerSettings

__all__ = ["Begun", "begun_in", "note"]

GOES_ON = timedelta(days=1)  # after which newer events are worth more than the epochs that are there
FILE = "begun.json"


class Begun(BaseModel):
    """`last_seq`: of the newest event of the journal then; `cut`: events of this moment (seconds since 1970) or later
    choose and are not trained on; `settings`: None for what fits the data; `spent`: minutes after which the gate
    refused it, 0 before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    last_seq: int
    cut: float
    seed: int
    settings: TowerSettings | None
    at: datetime
    spent: float = 0.0


def begun_in(folder: Path, fresh: Begun, minutes: float) -> Begun:
    """What goes on in this folder: what was begun there with the same seed and settings not long ago, and was not
    refused after so many minutes; else `fresh`, which is noted."""
    try:
        before = Begun.model_validate_json((folder / FILE).read_text("utf-8"))
    except (OSError, ValidationError):
        before = None
    if before is not None and (before.seed, before.settings) == (fresh.seed, fresh.settings):
        if datetime.now(UTC) - before.at < GOES_ON and before.spent < minutes:
            return before
    note(folder, fresh)
    return fresh


def note(folder: Path, begun: Begun) -> None:
    """Keep it."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{FILE}.new"
    temporary.write_text(begun.model_dump_json(), "utf-8")
    temporary.replace(folder / FILE)
