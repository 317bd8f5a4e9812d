"""What a provider of cues may look at, and the day that a moment falls on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from intently.catalog.arrays import Snapshot
from intently.catalog.schema import CatalogSpec
from intently.config import EnvironmentConfig
from intently.journal import Journal

__all__ = ["Surroundings", "local_day", "midnight"]


@dataclass(frozen=True)
class Surroundings:
    """`snapshot`: gives the items as they are now; a server changes them while it runs."""

    spec: CatalogSpec
    config: EnvironmentConfig
    journal: Journal
    snapshot: Callable[[], Snapshot]


def local_day(spec: CatalogSpec, as_of: datetime) -> date:
    """The date of the moment where the catalogue is at home."""
    return as_of.astimezone(ZoneInfo(spec.zone)).date()


def midnight(spec: CatalogSpec, day: date) -> datetime:
    """When that day began, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(spec.zone)).astimezone(UTC)
