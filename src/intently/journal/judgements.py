"""What a judge said of outputs, once for each (subject, judge, version of the judge)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from intently.journal.store import Store, upsert
from intently.journal.tables import from_us, judgement, to_us

__all__ = ["JudgementRow", "Judgements"]


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """`subject_key`: the same for the same words about the same facts; `subject_id`: what it is in the journal;
    `user_id`: whose it is, so that erasing reaches it; `rank`: S, A, B, or "" where there is none; `version`: of the
    judge, only equal ones compare; `subject` and `verdicts`: as JSON."""

    subject_key: str
    subject_id: str
    user_id: str | None
    task: str
    judge: str
    version: str
    rank: str
    score: float | None  # in [0, 1], higher is better
    subject: Mapping[str, Any]
    verdicts: Sequence[Mapping[str, Any]]
    time: datetime

    @property
    def key(self) -> str:
        """What has one judgement: the same words to two people are two subjects."""
        parts = json.dumps([self.subject_key, self.user_id, self.judge, self.version])
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Judgements:
    """The judgements of one journal, each method one unit of work."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, row: JudgementRow) -> None:
        """Keep a judgement; an earlier one of the same subject, person and version of the judge goes."""
        values = {
            "judgement_key": row.key, "subject_key": row.subject_key, "subject_id": row.subject_id,
            "user_id": row.user_id, "task": row.task, "judge": row.judge, "version": row.version, "rank": row.rank,
            "score": row.score, "subject": json.dumps(dict(row.subject)),
            "verdicts": json.dumps([dict(verdict) for verdict in row.verdicts]), "time_us": to_us(row.time),
        }  # fmt: skip
        with self._store.write() as connection:
            upsert(connection, judgement, [values])

    def all(
        self, *, task: str | None = None, judge: str | None = None, version: str | None = None
    ) -> list[JudgementRow]:
        """In order of time; of one task, judge, version."""
        c = judgement.c
        wanted = select(judgement).order_by(c.time_us, c.subject_key)
        for column, value in ((c.task, task), (c.judge, judge), (c.version, version)):
            if value is not None:
                wanted = wanted.where(column == value)
        with self._store.read() as connection:
            return [_judgement_of(row) for row in connection.execute(wanted)]


def _judgement_of(row: Row[Any]) -> JudgementRow:
    return JudgementRow(
        row.subject_key, row.subject_id, row.user_id, row.task, row.judge, row.version, row.rank, row.score,
        json.loads(row.subject), json.loads(row.verdicts), from_us(row.time_us),
    )  # fmt: skip
