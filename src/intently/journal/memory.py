"""What a person said and what is in force because of it: profile, commands, memory versions, replies.

The journal stores a memory version whole, as JSON, and never looks into it (but `merge` joins two lists of entries).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from intently.errors import BadRequest, Stale
from intently.journal.store import insert_new, upsert
from intently.journal.tables import command, from_us, memory, profile, proposal, reply, to_us
from intently.nouns import Command, Profile

__all__ = [
    "Answer",
    "CommandRow",
    "MadeBy",
    "MemoryRow",
    "answered_proposals",
    "commands",
    "find_profile",
    "find_reply",
    "keep_reply",
    "memory_head",
    "memory_row",
    "memory_rows",
    "prune_replies",
    "put_answer",
    "put_command",
    "put_memory",
    "put_profile",
    "versions_made",
]

MadeBy = Literal["command", "undo", "restore", "delete", "reset", "merge", "revise", "accept"]
Answer = Literal["accepted", "dismissed"]


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """One version of a person's memory. Versions count from 1 without gaps; `parent` 0 = made from nothing."""

    user_id: str
    version: int
    parent: int  # the version whose state it changed or, for an undo or restore, brought back
    made_by: MadeBy
    command_id: str | None
    client: str | None
    time: datetime
    state: Mapping[str, Any]  # JSON of feed.memory.MemoryState


@dataclass(frozen=True, slots=True)
class CommandRow:
    command: Command
    changes: Any  # JSON: what was read from it
    by: str  # who read it: grammar, model, both, none


def memory_head(connection: Connection, user_id: str) -> MemoryRow | None:
    """The version in force; None before the first."""
    rows = memory_rows(connection, user_id, 1)
    return rows[0] if rows else None


def memory_row(connection: Connection, user_id: str, version: int) -> MemoryRow | None:
    wanted = select(memory).where(memory.c.user_id == user_id, memory.c.version == version)
    row = connection.execute(wanted).first()
    return None if row is None else _memory_of(row)


def memory_rows(connection: Connection, user_id: str, limit: int | None = None) -> list[MemoryRow]:
    """Versions, the newest first."""
    wanted = select(memory).where(memory.c.user_id == user_id).order_by(memory.c.version.desc()).limit(limit)
    return [_memory_of(row) for row in connection.execute(wanted)]


def versions_made(connection: Connection, user_id: str, command_ids: Sequence[str]) -> dict[str, int]:
    """The versions that these commands made, by command id; a command that made none is not there."""
    theirs = select(memory.c.command_id, memory.c.version).where(memory.c.user_id == user_id)
    rows = connection.execute(theirs.where(memory.c.command_id.in_(command_ids)))
    return {row.command_id: row.version for row in rows}


def put_memory(connection: Connection, row: MemoryRow, expected: int) -> None:
    """Make the next version, unless somebody else did since the caller looked.

    expected: the head that the caller saw, 0 = none. Raises Stale when the head is another, BadRequest when
    `row.version` is not the next one.
    """
    head = memory_head(connection, row.user_id)
    found = head.version if head else 0
    if found != expected:
        raise _stale(expected, found)
    if row.version != expected + 1:
        raise BadRequest(f"memory version {row.version} does not follow {expected}; the next one is {expected + 1}")
    values = {"time_us": to_us(row.time), "state": json.dumps(row.state)}
    for name in ("user_id", "version", "parent", "made_by", "command_id", "client"):
        values[name] = getattr(row, name)
    try:
        connection.execute(insert(memory), values)
    except IntegrityError as error:  # on PostgreSQL another transaction may commit between the look and the insert
        raise _stale(expected, expected + 1) from error


def put_command(connection: Connection, one: Command, changes: Any, by: str) -> None:
    """Keep what a person typed and what was read from it. The same command again replaces the reading."""
    fields = one.model_dump(exclude={"time"}) | {"time_us": to_us(one.time), "text": one.text.replace("\0", "\ufffd")}
    upsert(connection, command, [fields | {"changes": json.dumps(changes), "by": by}])


def commands(connection: Connection, user_id: str, limit: int | None = None) -> list[CommandRow]:
    """What a person typed, the newest first."""
    newest_first = command.c.time_us.desc(), command.c.command_no.desc()
    wanted = select(command).where(command.c.user_id == user_id).order_by(*newest_first).limit(limit)
    return [_command_of(row) for row in connection.execute(wanted)]


def put_profile(connection: Connection, one: Profile) -> None:
    """Set a person's declared attributes; an empty set of them removes the profile."""
    if one.attributes:
        upsert(connection, profile, [{"user_id": one.user_id, "attributes": json.dumps(dict(one.attributes))}])
    else:
        connection.execute(delete(profile).where(profile.c.user_id == one.user_id))


def find_profile(connection: Connection, user_id: str) -> Profile | None:
    text = connection.execute(select(profile.c.attributes).where(profile.c.user_id == user_id)).scalar()
    return None if text is None else Profile(user_id=user_id, attributes=json.loads(text))


def put_answer(connection: Connection, user_id: str, proposal_id: str, answer: Answer, time: datetime) -> None:
    """Keep what a person answered to a proposal; a later answer replaces it."""
    row = {"user_id": user_id, "proposal_id": proposal_id, "answer": answer, "time_us": to_us(time)}
    upsert(connection, proposal, [row])


def answered_proposals(connection: Connection, user_id: str) -> dict[str, Answer]:
    """Proposals that a person has answered, by id."""
    wanted = select(proposal.c.proposal_id, proposal.c.answer).where(proposal.c.user_id == user_id)
    return {row.proposal_id: row.answer for row in connection.execute(wanted)}


def find_reply(connection: Connection, user_id: str, key: str) -> Any | None:
    """The body that this Idempotency-Key was answered with; None if it is new."""
    body = connection.execute(select(reply.c.body).where(reply.c.user_id == user_id, reply.c.key == key)).scalar()
    return None if body is None else json.loads(body)


def keep_reply(connection: Connection, user_id: str, key: str, body: Any, time: datetime) -> None:
    """Keep the first answer to an Idempotency-Key; later ones are ignored."""
    row = {"user_id": user_id, "key": key, "body": json.dumps(body), "time_us": to_us(time)}
    insert_new(connection, reply, list(row), [tuple(row.values())])


def prune_replies(connection: Connection, before: datetime) -> int:
    """Forget replies older than this; returns how many."""
    return connection.execute(delete(reply).where(reply.c.time_us < to_us(before))).rowcount


def _stale(expected: int, found: int) -> Stale:
    return Stale(f"the memory is at version {found}, not {expected}: it changed meanwhile. Look again, then repeat.")


def _memory_of(row: Row[Any]) -> MemoryRow:
    fields = {**row._mapping, "time": from_us(row.time_us), "state": json.loads(row.state)}
    del fields["time_us"]
    return MemoryRow(**fields)


def _command_of(row: Row[Any]) -> CommandRow:
    fields = {name: getattr(row, name) for name in Command.model_fields if name != "time"}
    typed = Command.model_construct(**fields, time=from_us(row.time_us))
    return CommandRow(typed, json.loads(row.changes), row.by)
