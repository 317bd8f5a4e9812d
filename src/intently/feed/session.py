"""How long a preference holds: scopes named in a command, and when they end.

A session belongs to a person and one client and ends after `idle_hours` without a command or a new slate. "next" is
spent by exactly one new slate; paging shows the same slate and spends nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from intently.nouns import Scope, utc

__all__ = ["NIGHT_ENDS", "in_force", "scope_of", "session_alive"]

NIGHT_ENDS = 4  # o'clock, local: "tonight" lasts until then
_DAYS_LEFT = {"today": 1, "tomorrow": 1}


def scope_of(name: str, local_now: datetime) -> Scope:
    """The scope that a word names, for a person whose clock shows `local_now` (aware, in the person's zone)."""
    if name in ("", "session"):
        return Scope()
    if name == "next":
        return Scope(kind="next")
    if name == "always":
        return Scope(kind="always")
    return Scope(kind="until", until=_end_of(name, local_now))


def _end_of(name: str, local_now: datetime) -> datetime:
    midnight = local_now.replace(hour=0, minute=0, second=0, microsecond=0)
    if name == "tonight":
        early = local_now.hour < NIGHT_ENDS
        return utc(midnight.replace(hour=NIGHT_ENDS) + timedelta(days=0 if early else 1))
    if name == "week":
        return utc(midnight + timedelta(days=7 - local_now.weekday()))
    if name == "month":
        return utc((midnight.replace(day=1) + timedelta(days=32)).replace(day=1))
    if name.startswith("days:"):
        return utc(local_now + timedelta(days=float(name[5:])))
    return utc(midnight + timedelta(days=_DAYS_LEFT[name]))


def session_alive(touched: datetime, now: datetime, idle_hours: float, shown: Sequence[datetime] = ()) -> bool:
    """Whether no pause between the last command, the slates shown since (ascending) and now was too long."""
    idle = timedelta(hours=idle_hours)
    last = touched
    for moment in (*(time for time in shown if touched < time <= now), now):
        if moment - last > idle:
            return False
        last = moment
    return True


def in_force(
    scope: Scope, *, made: datetime, touched: datetime, now: datetime, idle_hours: float, shown: Sequence[datetime] = ()
) -> bool:
    """Whether a preference of this scope still holds. `shown`: times of this client's new slates, ascending."""
    if scope.kind == "always":
        return True
    if scope.kind == "until":
        return scope.until is not None and now < scope.until
    if scope.kind == "next" and any(made < time <= now for time in shown):
        return False
    return session_alive(touched, now, idle_hours, shown)
