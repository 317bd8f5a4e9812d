"""What is given to people and judges to judge, and what they said of it.

A subject is kept once, by the hash of what is shown; a label once for each (subject, criterion, version of the
criterion's words, rater): the same rater's later word replaces the earlier one. Labels of people and of language models
lie in one table and are told apart by `by` alone.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, delete, select

from intently.errors import NotFound
from intently.journal.store import Store, insert_new, upsert
from intently.journal.tables import from_us, label, subject, to_us

__all__ = ["LabelRow", "Labels", "SubjectRow"]

By = Literal["person", "model"]
PAGE = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class SubjectRow:
    subject_id: str
    batch: str  # a round of labelling: a name and its labels' age for the buffer
    task: str
    user_id: str | None  # whose history it shows, so that erasing reaches it
    shown: Any  # JSON: all that a rater sees
    time: datetime
    origin: Any = field(default_factory=dict)  # JSON: system, model, prompt; a rater never sees it
    raters: int = 1  # people whose label is wanted


@dataclass(frozen=True, slots=True)
class LabelRow:
    subject_id: str
    criterion: str
    version: str  # of the criterion's words: labels under other words say something else
    rater: str
    by: By
    value: str
    time: datetime
    note: str = ""


class Labels:
    """Subjects and labels of one journal, each method one unit of work."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put_subjects(self, rows: Iterable[SubjectRow]) -> int:
        """Keep subjects in this order, all or none; one that is known is left as it is. Returns how many were new."""
        values = [_subject_values(row) for row in rows]
        if not values:
            return 0
        with self._store.write() as connection:
            return insert_new(connection, subject, list(values[0]), [tuple(value.values()) for value in values])

    def subjects(self, *, batch: str | None = None, task: str | None = None) -> list[SubjectRow]:
        """In order of arrival; of one batch, of one task."""
        wanted = select(subject).order_by(subject.c.subject_no)
        if batch is not None:
            wanted = wanted.where(subject.c.batch == batch)
        if task is not None:
            wanted = wanted.where(subject.c.task == task)
        with self._store.read() as connection:
            return [_subject_of(row) for row in connection.execute(wanted)]

    def subject(self, subject_id: str) -> SubjectRow | None:
        with self._store.read() as connection:
            row = connection.execute(select(subject).where(subject.c.subject_id == subject_id)).first()
            return None if row is None else _subject_of(row)

    def put(self, rows: Iterable[LabelRow]) -> int:
        """Keep labels, all or none; returns how many are new or say something else than before.

        A label with the same key and an earlier or equal time never replaces a later one, so an old file that is
        imported again undoes nothing. Raises NotFound for a label of an unknown subject.
        """
        newest = {_key(row): row for row in sorted(rows, key=lambda row: row.time)}
        with self._store.write() as connection:
            people = _people_of(connection, {row.subject_id for row in newest.values()})
            known = {_key(row): row for row in _labels_of(connection, list(people))}
            fresh = [row for key, row in newest.items() if _says_more(row, known.get(key))]
            if fresh:
                upsert(connection, label, [_label_values(row, people[row.subject_id]) for row in fresh])
            return len(fresh)

    def labels(
        self, *, batch: str | None = None, task: str | None = None, rater: str | None = None, by: By | None = None
    ) -> list[LabelRow]:
        """In order of time; of subjects of one batch or task, of one rater, of people or models."""
        wanted = select(label).join(subject, subject.c.subject_id == label.c.subject_id)
        for column, value in ((subject.c.batch, batch), (subject.c.task, task), (label.c.rater, rater),
                              (label.c.by, by)):  # fmt: skip
            if value is not None:
                wanted = wanted.where(column == value)
        with self._store.read() as connection:
            return _read(connection, wanted)

    def take_back(self, rater: str, *, batch: str, task: str) -> LabelRow | None:
        """Delete the newest label of this rater in this batch and task; returns what it said, None without any."""
        with self._store.write() as connection:
            own = select(label).join(subject, subject.c.subject_id == label.c.subject_id)
            own = own.where(label.c.rater == rater, subject.c.batch == batch, subject.c.task == task)
            newest = own.order_by(label.c.time_us.desc(), label.c.label_no.desc()).limit(1)
            row = connection.execute(newest).first()
            if row is None:
                return None
            connection.execute(delete(label).where(label.c.label_no == row.label_no))
            return _label_of(row)


def _key(row: LabelRow) -> tuple[str, str, str, str]:
    return row.subject_id, row.criterion, row.version, row.rater


def _says_more(row: LabelRow, known: LabelRow | None) -> bool:
    if known is None:
        return True
    return row.time > known.time and (row.value, row.note, row.by) != (known.value, known.note, known.by)


def _people_of(connection: Connection, subject_ids: set[str]) -> dict[str, str | None]:
    """Whose history each subject shows. Raises NotFound that names one that is not there."""
    found: dict[str, str | None] = {}
    wanted = sorted(subject_ids)
    for start in range(0, len(wanted), PAGE):
        some = subject.c.subject_id.in_(wanted[start : start + PAGE])
        rows = connection.execute(select(subject.c.subject_id, subject.c.user_id).where(some))
        found |= {row.subject_id: row.user_id for row in rows}
    if missing := subject_ids - found.keys():
        raise NotFound(f"there is no subject {min(missing)!r} to label ({len(missing)} are missing); "
                       "import the file that holds the subjects first: intently label import FILE")  # fmt: skip
    return found


def _labels_of(connection: Connection, subject_ids: Sequence[str]) -> list[LabelRow]:
    found: list[LabelRow] = []
    for start in range(0, len(subject_ids), PAGE):
        some = label.c.subject_id.in_(subject_ids[start : start + PAGE])
        found += _read(connection, select(label).where(some))
    return found


def _read(connection: Connection, wanted: Select[Any]) -> list[LabelRow]:
    return [_label_of(row) for row in connection.execute(wanted.order_by(label.c.time_us, label.c.label_no))]


def _subject_values(row: SubjectRow) -> dict[str, Any]:
    return {
        "subject_id": row.subject_id, "batch": row.batch, "task": row.task, "user_id": row.user_id,
        "raters": row.raters, "shown": json.dumps(row.shown), "origin": json.dumps(row.origin),
        "time_us": to_us(row.time),
    }  # fmt: skip


def _subject_of(row: Row[Any]) -> SubjectRow:
    return SubjectRow(
        row.subject_id, row.batch, row.task, row.user_id, json.loads(row.shown), from_us(row.time_us),
        json.loads(row.origin), row.raters,
    )  # fmt: skip


def _label_values(row: LabelRow, user_id: str | None) -> dict[str, Any]:
    return {
        "subject_id": row.subject_id, "criterion": row.criterion, "version": row.version, "rater": row.rater,
        "by": row.by, "user_id": user_id, "value": row.value, "note": row.note.replace("\0", "\ufffd"),
        "time_us": to_us(row.time),
    }  # fmt: skip


def _label_of(row: Row[Any]) -> LabelRow:
    return LabelRow(
        row.subject_id, row.criterion, row.version, row.rater, row.by, row.value, from_us(row.time_us), row.note
    )
