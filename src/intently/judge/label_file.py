"""Subjects and labels as JSON lines, out of one journal and into another.

The first line says `intently.labels` and the version; then subjects, then labels, each line with its `kind`. A rating
by a language model says `"by": "model"` and its rater's name begins with "model"; a line that says otherwise is
refused, so that no model's word is ever counted among people's.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError, model_validator

from intently.errors import DataError
from intently.journal import LabelRow, SubjectRow
from intently.judge.question import Question
from intently.judge.queue import drawn
from intently.judge.shown import Shown
from intently.nouns import Id, Noun, utc

__all__ = ["FORMAT", "VERSION", "Read", "file_lines", "read_lines"]

FORMAT = "intently.labels"
VERSION = 1
MODEL = "model"


@dataclass(frozen=True, slots=True)
class Read:
    subjects: tuple[SubjectRow, ...]
    labels: tuple[LabelRow, ...]


class _Subject(Noun):
    kind: Literal["subject"] = "subject"
    subject_id: Id
    batch: Id
    task: Id
    user_id: Id | None = None
    raters: int = Field(1, ge=1, le=100)
    shown: Shown
    origin: dict[str, str] = {}
    time: AwareDatetime

    @model_validator(mode="after")
    def _is_what_it_shows(self) -> "_Subject":
        if self.subject_id != self.shown.key(self.task):
            raise ValueError(f"`subject_id` is not the hash of what is shown ({self.shown.key(self.task)}); "
                             "text and facts may not be edited: labels were given for what was shown")  # fmt: skip
        return self


class _Label(Noun):
    kind: Literal["label"] = "label"
    subject_id: Id
    criterion: Id
    version: Id
    rater: Id
    by: Literal["person", "model"]
    value: Annotated[str, Field(min_length=1, max_length=64)]
    note: str = Field("", max_length=2000)
    time: AwareDatetime

    @model_validator(mode="after")
    def _is_named(self) -> "_Label":
        if (self.by == "model") != self.rater.casefold().startswith(MODEL):
            raise ValueError(
                'a rater of a language model is named "model: NAME" and has `by` "model"; a person has neither'
            )
        return self


class _Head(Noun):
    format: Literal["intently.labels"]
    version: int = Field(le=VERSION)


Line = TypeAdapter[_Subject | _Label](Annotated[_Subject | _Label, Field(discriminator="kind")])


def file_lines(subjects: Iterable[SubjectRow], labels: Iterable[LabelRow], *, blind: bool = False) -> Iterator[str]:
    """The lines of a file. blind: without the subjects' origin and person and in the order of the page, round by round,
    to be handed to raters elsewhere; what they send back is imported where the subjects are whole. The order in which
    subjects came would tell: what people called wrong is drawn first."""
    if blind:
        rows = list(subjects)
        batches = list(dict.fromkeys(row.batch for row in rows))
        subjects = sorted(drawn(rows), key=lambda row: batches.index(row.batch))
    yield json.dumps({"format": FORMAT, "version": VERSION})
    for row in subjects:
        hidden: dict[str, Any] = {} if blind else {"origin": row.origin, "user_id": row.user_id}
        body = _Subject(subject_id=row.subject_id, batch=row.batch, task=row.task, raters=row.raters,
                        shown=Shown.model_validate(row.shown), time=row.time, **hidden)  # fmt: skip
        yield body.model_dump_json()
    for label in labels:
        fields = {name: getattr(label, name) for name in LabelRow.__slots__}
        yield _Label(**fields).model_dump_json()


def read_lines(
    lines: Iterable[str], where: str, questions: Callable[[str], Mapping[str, Question]] | None = None
) -> Read:
    """Read a file. questions: of a task, by criterion; a label under the words of today must have one of their answers.

    Raises DataError that names the line and the mend; then nothing of the file was kept.
    """
    subjects: list[SubjectRow] = []
    labels: list[tuple[int, LabelRow]] = []
    for number, line in enumerate(lines, 1):
        place = f"{where}:{number}"
        if number == 1:
            _check_head(line, place)
        elif line.strip():
            found = _line(line, place)
            if isinstance(found, _Subject):
                subjects.append(_row_of(found))
            else:
                fields = {name: getattr(found, name) for name in LabelRow.__slots__}
                labels.append((number, LabelRow(**{**fields, "time": utc(found.time)})))
    tasks = {row.subject_id: row.task for row in subjects}
    for number, label in labels:
        _check_value(label, tasks.get(label.subject_id), questions, f"{where}:{number}")
    return Read(tuple(subjects), tuple(label for _, label in labels))


def _row_of(line: _Subject) -> SubjectRow:
    shown = line.shown.model_dump(mode="json")
    return SubjectRow(
        line.subject_id, line.batch, line.task, line.user_id, shown, utc(line.time), dict(line.origin), line.raters
    )


def _check_head(line: str, place: str) -> None:
    try:
        _Head.model_validate_json(line)
    except ValidationError as error:
        raise DataError(
            f"{place}: is not the head of a file of labels of version {VERSION}. Begin it with "
            f'{{"format": "{FORMAT}", "version": {VERSION}}}, as `intently label export` does; a newer version needs a '
            "newer intently."
        ) from error


def _line(line: str, place: str) -> _Subject | _Label:
    try:
        return Line.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"] if part not in ("subject", "label")) or "the line"
        message = str(first["msg"]).removeprefix("Value error, ")
        raise DataError(f"{place}: `{field}`: {message}. Mend the line; nothing of the file was kept.") from error


def _check_value(
    label: LabelRow, task: str | None, questions: Callable[[str], Mapping[str, Question]] | None, place: str
) -> None:
    if task is None or questions is None:
        return
    question = questions(task).get(label.criterion)
    if question is not None and question.version == label.version and not question.takes(label.value):
        raise DataError(f"{place}: `value` is {label.value!r}, no answer to {label.criterion!r}; there are "
                        f"{', '.join(question.answers)} and unsure. Nothing of the file was kept.")  # fmt: skip
