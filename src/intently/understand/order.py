"""Whom to reason about first: the expected gain of an understanding for each token that it costs.

    gain(u) = stays(u) * unseen(u) * evidence(u) / tokens(u)

- stays = 2^(-d / 30), d the days since the newest reliable event: who left does not come to see what was understood.
- unseen = 1 for a person never understood; else 1 - (1 - fresh / events) * 2^(-age / refresh_days): the share of the
  history that the last understanding did not see, and what it lost by growing old.
- evidence = events / (events + 10): with a handful of events there is little to name.
- tokens = 800 + 12 * events, at most 800 + the cap of the history as the pipeline reads it (`digest_tokens` in v2, else
  `history_tokens`): what prompts have in common, and a history's lines.

All of it is counted by one query of the journal: no history is read and no model asked to make the order. The constants
are round: they order, they do not promise. Papers leave the order open (RecGPT names "daily or on signal change").
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

from intently.config import UnderstandConfig
from intently.journal import Activity

__all__ = ["Order", "gain_per_token", "ordered"]

Order = Literal["gain", "recent", "history"]
STAYS_DAYS = 30.0  # after which half are gone
HALF_EVIDENCE = 10  # events that show half of what there is
FIXED_TOKENS, EVENT_TOKENS = 800, 12
DAY = 86400.0


def ordered(people: Iterable[Activity], order: Order, as_of: datetime, settings: UnderstandConfig) -> list[Activity]:
    """By gain for a token, by the newest event, or by the length of the history; ties by id."""
    keys: dict[Order, Callable[[Activity], float]] = {
        "gain": lambda one: -gain_per_token(one, as_of, settings),
        "recent": lambda one: -one.newest.timestamp(),
        "history": lambda one: -one.events,
    }
    return sorted(people, key=lambda one: (keys[order](one), one.user_id))


def gain_per_token(person: Activity, as_of: datetime, settings: UnderstandConfig) -> float:
    """The expected gain of understanding this person now, from 0 to 1, for each token of its cost."""
    stays = 2 ** (-_days(person.newest, as_of) / STAYS_DAYS)
    evidence = person.events / (person.events + HALF_EVIDENCE)
    cap = settings.digest_tokens if settings.pipeline == "v2" else settings.history_tokens
    tokens = FIXED_TOKENS + min(cap, EVENT_TOKENS * person.events)
    return stays * _unseen(person, as_of, settings.refresh_days) * evidence / tokens


def _unseen(person: Activity, as_of: datetime, refresh_days: float) -> float:
    if person.understood is None:
        return 1.0
    seen = 1 - person.fresh / max(1, person.events)
    return float(1 - seen * 2 ** (-_days(person.understood, as_of) / refresh_days))


def _days(since: datetime, as_of: datetime) -> float:
    return max(0.0, (as_of - since).total_seconds() / DAY)
