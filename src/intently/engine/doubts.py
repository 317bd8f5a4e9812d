"""Lines that people called wrong with "Wrong? Tell us": which of the stored ones, and by how many people.

A doubt is an event with the item and the words of the line. It concerns the line of whoever said so, or the one that is
nobody's; under another person's line the same words may be right. A doubt of the template's line concerns none.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from intently.engine.people import DOUBT
from intently.journal import Journal, ReasonRow

__all__ = ["Doubts", "doubted_rows", "doubters", "doubts_of"]

Doubts = Mapping[tuple[str, str], frozenset[str]]
LINES = 2000  # of one item that are looked at


def doubts_of(journal: Journal) -> Doubts:
    """(item id, line) -> the people who called it wrong."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for person in journal.activities((DOUBT,), datetime.now(UTC)):
        for event in journal.events_of(person.user_id, kinds=(DOUBT,)):
            said = (event.item_id or "", event.query or "")
            found[said] = found.get(said, frozenset()) | {person.user_id}
    return found


def doubters(row: ReasonRow, doubts: Doubts) -> int:
    """How many people called this line wrong."""
    people = doubts.get((row.item_id, str(row.body.get("text", ""))), frozenset())
    return len(people) if row.user_id is None else int(row.user_id in people)


def doubted_rows(journal: Journal, doubts: Doubts) -> Iterator[ReasonRow]:
    """The stored lines that were called wrong, however old they are."""
    for item_id in dict.fromkeys(item_id for item_id, _ in doubts):
        yield from (row for row in journal.reasons.lines_of(item_id, LINES) if doubters(row, doubts))
