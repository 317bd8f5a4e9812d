"""Holidays that are near, by the catalogue's country: public ones, and the unofficial ones that people keep.

The dates are those of the `holidays` package (vacanza/holidays, MIT). Substitutes ("observed", "day off") are left out.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from intently.errors import DataError
from intently.nouns import Cue
from intently.understand.environment.surroundings import Surroundings, local_day, midnight

__all__ = ["Holidays"]

AHEAD_DAYS = 35  # people begin to look for it
MOST = 3
CATEGORIES = ("public", "unofficial")
ENGLISH = "en_US"
_SUBSTITUTE = re.compile(r"^day off|\(.*(observed|substitut|estimated).*\)$", re.IGNORECASE)


class Holidays:
    name = "holidays"

    def __init__(self, around: Surroundings) -> None:
        self._spec = around.spec

    def cues(self, as_of: datetime) -> Sequence[Cue]:
        """The next ones by name, the nearest first. Raises DataError for a country or subdivision that is not known."""
        place = self._spec.environment
        if place.country is None:
            return ()
        today = local_day(self._spec, as_of)
        named: dict[str, date] = {}
        for day, name in _days(place.country, place.subdivision, today):
            named.setdefault(name, day)
        return [self._cue(place.country, today, day, name) for name, day in list(named.items())[:MOST]]

    def _cue(self, country: str, today: date, day: date, name: str) -> Cue:
        digest = hashlib.sha256(name.encode()).hexdigest()[:6]
        return Cue(
            cue_id=f"holiday-{country}-{day}-{digest}",
            kind="holiday",
            text=_worded(name, (day - today).days),
            time=midnight(self._spec, today),
            source=f"calendar of {country}",
            detail=f"on {day.day} {day:%B}",
        )


def _days(country: str, subdivision: str | None, today: date) -> Iterator[tuple[date, str]]:
    """(day, name) within AHEAD_DAYS, ascending by day, then by name."""
    import holidays  # half a second, and only catalogues with a country need it

    try:
        kind = getattr(holidays, country)
        known = [category for category in CATEGORIES if category in kind.supported_categories]
        language = ENGLISH if ENGLISH in (kind.supported_languages or ()) else None
        last = today + timedelta(days=AHEAD_DAYS)
        found = holidays.country_holidays(
            country, subdiv=subdivision, years=range(today.year, last.year + 1), categories=known, language=language
        )
    except (AttributeError, NotImplementedError) as error:
        place = country + (f" {subdivision}" if subdivision else "")
        raise DataError(
            f"the holidays of {place} are not known ({error}). Mend `country` and `subdivision` under [environment] in "
            "the catalogue's TOML (ISO 3166, such as GB and SCT), or leave them out."
        ) from error
    for day in sorted(found):
        if today <= day <= last:
            for name in sorted(found[day].split("; ")):
                if not _SUBSTITUTE.search(name):
                    yield day, name


def _worded(name: str, days: int) -> str:
    if days < 2:
        return f"{name} is {'tomorrow' if days else 'today'}"
    return f"{name} in {days} days"
