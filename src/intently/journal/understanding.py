"""What was understood about a person, stage by stage, and what failed on the way."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from intently.journal.store import upsert
from intently.journal.tables import failure, from_us, stage, to_us, understanding
from intently.nouns import Cue, Interest, Noun, Persona, Tag

__all__ = [
    "FailureRow",
    "UnderstandingRow",
    "failures",
    "find_understanding",
    "newest_understandings",
    "put_failure",
    "put_stage",
    "put_understanding",
    "stage_output",
]


@dataclass(frozen=True, slots=True)
class UnderstandingRow:
    user_id: str
    input_hash: str  # of all that it was made from
    interests: tuple[Interest, ...]
    tags: tuple[Tag, ...]
    time: datetime
    pipeline: str = "v1"  # which way of reasoning made it
    personas: tuple[Persona, ...] = ()
    cues: tuple[Cue, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)  # what the stages left out and why, calls behind them


@dataclass(frozen=True, slots=True)
class FailureRow:
    user_id: str | None
    stage: str
    error_type: str
    message: str
    time: datetime


def put_understanding(connection: Connection, made: UnderstandingRow) -> None:
    """Keep a new understanding beside the older ones: a feed as of an earlier moment reads those."""
    row = {
        "user_id": made.user_id,
        "input_hash": made.input_hash,
        "interests": _dumped(made.interests),
        "tags": _dumped(made.tags),
        "time_us": to_us(made.time),
        "pipeline": made.pipeline,
        "personas": _dumped(made.personas),
        "cues": _dumped(made.cues),
        "notes": json.dumps(dict(made.notes)),
    }
    connection.execute(insert(understanding), row)


def find_understanding(connection: Connection, user_id: str, until: datetime | None = None) -> UnderstandingRow | None:
    """The newest understanding, none made later than `until`."""
    wanted = select(understanding).where(understanding.c.user_id == user_id)
    if until is not None:
        wanted = wanted.where(understanding.c.time_us <= to_us(until))
    newest_first = understanding.c.time_us.desc(), understanding.c.understanding_no.desc()
    row = connection.execute(wanted.order_by(*newest_first).limit(1)).first()
    return None if row is None else _understanding_of(row)


def newest_understandings(connection: Connection, before: datetime | None = None) -> list[UnderstandingRow]:
    """The newest understanding of every person, by person; only of those made before a moment."""
    c = understanding.c
    last = select(c.user_id, func.max(c.time_us).label("time_us")).group_by(c.user_id)
    latest = (last if before is None else last.where(c.time_us < to_us(before))).subquery()
    newest = (
        select(func.max(c.understanding_no).label("number"))
        .join(latest, (c.user_id == latest.c.user_id) & (c.time_us == latest.c.time_us))
        .group_by(c.user_id)
        .subquery()
    )
    wanted = select(understanding).join(newest, understanding.c.understanding_no == newest.c.number)
    return [_understanding_of(row) for row in connection.execute(wanted.order_by(understanding.c.user_id))]


def put_stage(connection: Connection, user_id: str, name: str, input_hash: str, output: Any, time: datetime) -> None:
    """Keep a stage's output by the hash of its input, so that an interrupted run resumes behind it."""
    row = {"user_id": user_id, "stage": name, "input_hash": input_hash}
    upsert(connection, stage, [row | {"output": json.dumps(output), "time_us": to_us(time)}])


def stage_output(connection: Connection, user_id: str, name: str, input_hash: str) -> Any | None:
    """The output of this stage for this input; None if it has not been done."""
    c = stage.c
    wanted = select(c.output).where(c.user_id == user_id, c.stage == name, c.input_hash == input_hash)
    output = connection.execute(wanted).scalar()
    return None if output is None else json.loads(output)


def put_failure(
    connection: Connection, user_id: str | None, name: str, error_type: str, message: str, time: datetime
) -> None:
    """Keep that a stage failed for a person: in a batch this is a row, not a crash and not silence."""
    text = message.replace("\0", "\ufffd")
    row = {"user_id": user_id, "stage": name, "error_type": error_type, "message": text, "time_us": to_us(time)}
    connection.execute(insert(failure), row)


def failures(
    connection: Connection, limit: int | None = None, user_id: str | None = None, since: datetime | None = None
) -> list[FailureRow]:
    """What failed, of one person or of all, later than `since`, the newest first."""
    wanted = select(failure).order_by(failure.c.failure_no.desc()).limit(limit)
    if user_id is not None:
        wanted = wanted.where(failure.c.user_id == user_id)
    if since is not None:
        wanted = wanted.where(failure.c.time_us > to_us(since))
    return [
        FailureRow(row.user_id, row.stage, row.error_type, row.message, from_us(row.time_us))
        for row in connection.execute(wanted)
    ]


def _dumped(nouns: Sequence[Noun]) -> str:
    return json.dumps([one.model_dump(mode="json") for one in nouns])


def _understanding_of(row: Row[Any]) -> UnderstandingRow:
    return UnderstandingRow(
        user_id=row.user_id,
        input_hash=row.input_hash,
        interests=tuple(Interest.model_validate(one) for one in json.loads(row.interests)),
        tags=tuple(Tag.model_validate(one) for one in json.loads(row.tags)),
        time=from_us(row.time_us),
        pipeline=row.pipeline,
        personas=tuple(Persona.model_validate(one) for one in json.loads(row.personas)),
        cues=tuple(Cue.model_validate(one) for one in json.loads(row.cues)),
        notes=json.loads(row.notes),
    )
