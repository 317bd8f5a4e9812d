"""The moment that a stored line is written for, and until when it holds.

A season lasts to the end of its month, a holiday to its day; both come from the environment's cues. Weather and trends
pass too soon for a line that is stored.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from intently.nouns import Cue

__all__ = ["Situation", "situation_of"]

NEAR_DAYS = 21  # from so many days before it a holiday is spoken of
_HOLIDAY = re.compile(r"(?P<name>.+?) (?:is (?:today|tomorrow)|in \d+ days)\b")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Situation:
    """`cues`: (cue id, words); `until`: when it is over, at most so many days ahead."""

    cues: tuple[tuple[str, str], ...]
    until: datetime

    @property
    def key(self) -> str:
        """The same situation has the same key on each of its days."""
        return "; ".join(words for _, words in self.cues) or "any"


def situation_of(cues: Iterable[Cue], as_of: datetime, zone: str, days: float) -> Situation:
    """The season and the next holiday; over at the month's end, after the holiday, or after `days`."""
    today = as_of.astimezone(ZoneInfo(zone)).date()
    ends = [as_of + timedelta(days=days)]
    found: list[tuple[str, str]] = []
    for cue in cues:
        if cue.kind == "season":
            found.append((cue.cue_id, cue.text))
            ends.append(_midnight((today.replace(day=1) + timedelta(days=32)).replace(day=1), zone))
        elif cue.kind == "holiday" and (named := _holiday(cue, today)) is not None:
            name, day = named
            found.append((cue.cue_id, name))
            ends.append(_midnight(day + timedelta(days=1), zone))
    holidays = [one for one in found if one[0].startswith("holiday")]
    seasons = [one for one in found if not one[0].startswith("holiday")]
    return Situation((*seasons[:1], *holidays[:1]), min(ends))


def _holiday(cue: Cue, today: date) -> tuple[str, date] | None:
    name, day = _HOLIDAY.match(cue.text), _DAY.search(cue.cue_id)
    if name is None or day is None:
        return None
    when = date.fromisoformat(day.group())
    return (name["name"], when) if 0 <= (when - today).days <= NEAR_DAYS else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
