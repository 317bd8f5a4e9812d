"""Calls of the language model: the ledger, and the cache of answers."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from intently.journal.tables import call, from_us, to_us
from intently.nouns import CallRow

__all__ = ["calls", "find_call", "put_call"]


def find_call(connection: Connection, call_hash: str) -> CallRow | None:
    """The newest successful call with this hash; failed ones never answer."""
    wanted = select(call).where(call.c.hash == call_hash, call.c.outcome == "ok")
    row = connection.execute(wanted.order_by(call.c.call_no.desc()).limit(1)).first()
    return None if row is None else _call_of(row)


def put_call(connection: Connection, row: CallRow) -> None:
    """Keep a call. It is committed when the journal's `put_call` returns: only then may its answer be used."""
    fields = asdict(row) | {"time_us": to_us(row.time), "answer": row.answer and row.answer.replace("\0", "\ufffd")}
    del fields["time"]
    connection.execute(insert(call), fields)


def calls(connection: Connection, user_id: str | None = None, limit: int | None = None) -> list[CallRow]:
    """Calls of one person, or of all, the newest first."""
    wanted = select(call).order_by(call.c.call_no.desc()).limit(limit)
    if user_id is not None:
        wanted = wanted.where(call.c.user_id == user_id)
    return [_call_of(row) for row in connection.execute(wanted)]


def _call_of(row: Row[Any]) -> CallRow:
    fields = {**row._mapping, "time": from_us(row.time_us)}
    del fields["call_no"], fields["time_us"]
    return CallRow(**fields)
