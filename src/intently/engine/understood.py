"""What is understood about a person as the feed, the page and the API see it: corrected by what they said of it."""

from dataclasses import replace
from datetime import UTC, datetime

from intently.journal import Journal, UnderstandingRow
from intently.understand.corrections import CORRECTING, Corrected, correct, read_disowned
from intently.understand.unmet import left_unmet

__all__ = ["correct_now", "newest_understood", "understood"]


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


def newest_understood(
    journal: Journal, before: datetime | None = None, *, unmet: bool = False
) -> list[UnderstandingRow]:
    """The newest understanding of everybody, made before a moment, each without what its person disowned until then.
    unmet: with the tags that the arbiter left out and that found no good item."""
    moment = before or datetime.now(UTC)
    correcting = {one.user_id for one in journal.activities(CORRECTING, moment)}
    rows = journal.newest_understandings(before)
    if unmet:
        rows = [replace(row, tags=(*row.tags, *left_unmet(row))) for row in rows]
    return [correct_now(journal, row, moment).row if row.user_id in correcting else row for row in rows]
