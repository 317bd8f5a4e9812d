"""A tiny round of labelling for tests: subjects of given texts, labels of given raters."""

from datetime import UTC, datetime, timedelta
from typing import Any

from intently.journal import LabelRow, SubjectRow
from intently.judge.question import Question
from intently.judge.shown import Shown, subject_row

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GRADES = {"negative": "it is wrong", "acceptable": "it will do", "positive": "it is right"}
RELEVANCE = Question("tag", "relevance", "Does it fit?", GRADES)
VALIDITY = Question("tag", "validity", "Does it exist?", GRADES)


def tag(text: str, **changes: Any) -> SubjectRow:
    fields: dict[str, Any] = {"batch": "march", "time": NOON, "facts": (("interest", "comedy"),), **changes}
    return subject_row("tag", Shown(text=text, facts=fields.pop("facts")), **fields)


def says(subject: SubjectRow, value: str, rater: str = "eve", minutes: float = 0, **changes: Any) -> LabelRow:
    fields: dict[str, Any] = {"criterion": "relevance", "version": RELEVANCE.version, "by": "person", **changes}
    return LabelRow(
        subject.subject_id, rater=rater, value=value, time=NOON + timedelta(minutes=minutes), **fields
    )  # fmt: skip
