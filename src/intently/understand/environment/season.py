"""The season by date and hemisphere. Without a hemisphere in the catalogue's TOML there is none."""

from collections.abc import Sequence
from datetime import datetime

from intently.nouns import Cue
from intently.understand.environment.surroundings import Surroundings, local_day, midnight

__all__ = ["Season"]

SEASONS = ("winter", "spring", "summer", "autumn")  # of the north, from December
PARTS = ("early", "mid", "late")  # the three months of a meteorological season


class Season:
    name = "season"

    def __init__(self, around: Surroundings) -> None:
        self._spec = around.spec

    def cues(self, as_of: datetime) -> Sequence[Cue]:
        hemisphere = self._spec.environment.hemisphere
        if hemisphere is None:
            return ()
        day = local_day(self._spec, as_of)
        months = day.month % 12  # since December
        turn = months // 3 + (2 if hemisphere == "south" else 0)
        text = f"{PARTS[months % 3]} {SEASONS[turn % 4]}"
        cue_id = f"season-{day:%Y-%m}-{hemisphere}"
        return (Cue(cue_id=cue_id, kind="season", text=text, time=midnight(self._spec, day), source="calendar"),)
