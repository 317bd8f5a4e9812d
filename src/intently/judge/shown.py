"""What a rater is shown of a subject, and nothing else: no system, no model, no verdict.

A subject's id is the hash of what is shown, and equals `Subject.key` of the judge for the same text and facts, so that
labels and judgements meet.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, ValidationError

from intently.errors import DataError
from intently.journal import SubjectRow
from intently.nouns import Noun

__all__ = ["Shown", "shown_of", "subject_row"]


class Shown(Noun):
    """`text`: the tag, the line, the slate, a title a line; or `sides`: two feeds. `facts`: what it is judged by, as
    (name, text): the history, the interest, the item."""

    text: str = Field("", max_length=20_000)
    sides: tuple[str, str] | None = None
    facts: tuple[tuple[str, str], ...] = Field((), max_length=40)

    def key(self, task: str) -> str:
        sides = list(self.sides or ())
        parts = json.dumps([task, self.text, *sides, *self.facts], ensure_ascii=False)
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def subject_row(
    task: str,
    shown: Shown,
    *,
    batch: str,
    time: datetime,
    user_id: str | None = None,
    origin: Mapping[str, str] | None = None,
    raters: int = 1,
) -> SubjectRow:
    """The row that the journal keeps. origin: which system made it, its place in the journal; never shown."""
    body = shown.model_dump(mode="json")
    return SubjectRow(shown.key(task), batch, task, user_id, body, time, dict(origin or {}), raters)


def shown_of(subject: SubjectRow) -> Shown:
    """Raises DataError for a row that another program wrote in another form."""
    body: Any = subject.shown
    try:
        return Shown.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise DataError(f"subject {subject.subject_id}: {place}: {first['msg']}. Import the subject again.") from error
