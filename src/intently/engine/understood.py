"""What is understood about a person as the feed, the page and the API see it: corrected by what they said of it."""

from datetime import UTC, datetime

from intently.journal import Journal, UnderstandingRow
from intently.understand.corrections import CORRECTING, Corrected, Disowned, correct, disowned_of

__all__ = ["correct_now", "newest_understood", "read_disowned", "understood"]

NEWEST = 1000  # corrections that are read


def understood(journal: Journal, user_id: str, moment: datetime | None = None) -> Corrected | None:
    """The newest understanding as of a moment without what was disowned until then; None before the first."""
    row = journal.understanding(user_id, moment)
    if row is None:
        return None
    return correct_now(journal, row, moment)


def correct_now(journal: Journal, row: UnderstandingRow, moment: datetime | None = None) -> Corrected:
    """This understanding without what its person disowned until then."""
    disowned = read_disowned(journal, row.user_id, moment)
    return correct(row, disowned, lambda time: journal.understanding(row.user_id, time))


def newest_understood(journal: Journal, before: datetime | None = None) -> list[UnderstandingRow]:
    """The newest understanding of everybody, made before a moment, each without what its person disowned until then."""
    moment = before or datetime.now(UTC)
    correcting = {one.user_id for one in journal.activities(CORRECTING, moment)}
    rows = journal.newest_understandings(before)
    return [correct_now(journal, row, moment).row if row.user_id in correcting else row for row in rows]


def read_disowned(journal: Journal, user_id: str, moment: datetime | None = None) -> tuple[Disowned, ...]:
    """What the person said is not them, as of a moment, the newest first."""
    return disowned_of(journal.events_of(user_id, kinds=CORRECTING, until=moment, newest=NEWEST))
