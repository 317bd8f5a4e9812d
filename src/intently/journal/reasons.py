"""Lines made for items: one for each interest, item and situation; a person's own, or nobody's where many share it."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, or_, select

from intently.journal.store import Store, upsert
from intently.journal.tables import from_us, reason, to_us

__all__ = ["ReasonRow", "Reasons"]

PAGE = 500  # keys in one statement
# Built once: every feed asks it, and to build it takes longer than to answer it
_HOLDING = (
    select(reason)
    .where(reason.c.item_id.in_(bindparam("item_ids", expanding=True)))
    .where(reason.c.interest_id.in_(bindparam("interest_ids", expanding=True)))
    .where(or_(reason.c.user_id == bindparam("user_id"), reason.c.user_id.is_(None)))
    .where(reason.c.time_us <= bindparam("now_us"), reason.c.until_us > bindparam("now_us"))
    .order_by(reason.c.time_us.desc(), reason.c.reason_key)
)


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One line. `user_id`: whose interest it is; None: an interest that several people share, so that it is nobody's.

    `input_hash`: of all that the line was made from; `body`: the line, its evidence, style and calls, as JSON.
    """

    user_id: str | None
    interest_id: str
    item_id: str
    situation: str
    input_hash: str
    time: datetime
    until: datetime  # from here on it is not shown
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What has one line at a time."""
        parts = [self.user_id, self.interest_id, self.item_id, self.situation]
        return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Reasons:
    """The lines of one journal, each method one unit of work."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, made: ReasonRow) -> None:
        """Keep a line; an earlier one with the same key goes."""
        row = {
            "reason_key": made.key,
            "user_id": made.user_id,
            "interest_id": made.interest_id,
            "item_id": made.item_id,
            "situation": made.situation,
            "input_hash": made.input_hash,
            "body": json.dumps(dict(made.body)),
            "time_us": to_us(made.time),
            "until_us": to_us(made.until),
        }
        with self._store.write() as connection:
            upsert(connection, reason, [row])

    def of(
        self, user_id: str, item_ids: Collection[str], interest_ids: Collection[str], now: datetime
    ) -> list[ReasonRow]:
        """Lines for these items and interests that hold now, the person's own and nobody's; the newest first."""
        asked = {"user_id": user_id, "item_ids": list(item_ids), "interest_ids": list(interest_ids),
                 "now_us": to_us(now)}  # fmt: skip
        with self._store.read() as connection:
            return [_reason_of(row) for row in connection.execute(_HOLDING, asked)]

    def hashes(self, keys: Collection[str], now: datetime) -> dict[str, str]:
        """Key -> what the line was made from, for those of these keys that have a line which holds now."""
        c, wanted = reason.c, list(keys)
        found: dict[str, str] = {}
        with self._store.read() as connection:
            for start in range(0, len(wanted), PAGE):
                page = wanted[start : start + PAGE]
                holding = select(c.reason_key, c.input_hash).where(c.reason_key.in_(page), c.until_us > to_us(now))
                found.update({row.reason_key: row.input_hash for row in connection.execute(holding)})
        return found

    def newest(self, limit: int) -> list[ReasonRow]:
        """The newest lines of the store, the oldest of them first."""
        wanted = select(reason).order_by(reason.c.time_us.desc(), reason.c.reason_key).limit(limit)
        with self._store.read() as connection:
            return [_reason_of(row) for row in reversed(connection.execute(wanted).all())]

    def lines_of(self, item_id: str, limit: int) -> list[ReasonRow]:
        """The newest lines for an item, whoever's they are."""
        newest = (
            select(reason).where(reason.c.item_id == item_id).order_by(reason.c.time_us.desc(), reason.c.reason_key)
        )
        with self._store.read() as connection:
            return [_reason_of(row) for row in connection.execute(newest.limit(limit))]

    def any(self) -> bool:
        """Whether there is any line at all."""
        with self._store.read() as connection:
            return connection.execute(select(reason.c.reason_key).limit(1)).first() is not None

    def prune(self, now: datetime) -> int:
        """Forget the lines that hold no more; returns how many."""
        with self._store.write() as connection:
            return connection.execute(delete(reason).where(reason.c.until_us <= to_us(now))).rowcount


def _reason_of(row: Row[Any]) -> ReasonRow:
    _, user_id, interest_id, item_id, situation, input_hash, body, time_us, until_us = tuple(row)
    return ReasonRow(
        user_id, interest_id, item_id, situation, input_hash, from_us(time_us), from_us(until_us), json.loads(body)
    )
