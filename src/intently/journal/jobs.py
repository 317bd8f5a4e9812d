"""Background work that survives a crash: a table of jobs, taken under a lease that runs out.

State: queued -> leased -> done | failed. A lease that ran out is taken again by the next runner, so the work of a
process that died is repeated; `attempts` tells two holders of one job apart, and the late one's `finish` is ignored.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, and_, case, or_, select, update

from intently.journal.store import insert_new
from intently.journal.tables import from_us, job, to_us

__all__ = ["MAX_ATTEMPTS", "Job", "JobState", "enqueue", "extend", "finish", "jobs", "lease"]

JobState = Literal["queued", "leased", "done", "failed"]
MAX_ATTEMPTS = 5  # a job whose runner died this often is taken for what kills it
GIVEN_UP = f"its runner died {MAX_ATTEMPTS} times; see the log, then enqueue it again"


@dataclass(frozen=True, slots=True)
class Job:
    job_no: int
    kind: str
    key: str  # unique within its kind
    user_id: str | None  # whose data it works on, so that erasing reaches it
    payload: Any  # JSON
    input_hash: str  # "" = unknown: never taken for done
    state: JobState
    lease_until: datetime
    attempts: int
    error: str | None
    time: datetime  # when it was last queued


def enqueue(
    connection: Connection,
    kind: str,
    key: str,
    payload: Any,
    input_hash: str,
    now: datetime,
    user_id: str | None = None,
) -> Job:
    """Ask for work; one job for each (kind, key).

    Done already with the same input hash: nothing happens. Queued, done or failed: (re)queued with this payload.
    Running: with the same hash it goes on; with another it will be queued again when the runner finishes.
    """
    fields: dict[str, Any] = {"payload": json.dumps(payload), "input_hash": input_hash, "user_id": user_id}
    fresh: dict[str, Any] = {
        "state": "queued",
        "attempts": 0,
        "error": None,
        "time_us": to_us(now),
        "lease_until_us": 0,
    }
    row = {"kind": kind, "key": key} | fields | fresh
    if not insert_new(connection, job, list(row), [tuple(row.values())]):
        found = _find(connection, kind, key)
        same = bool(input_hash) and found.input_hash == input_hash
        if found.state == "leased":
            _set(connection, found.job_no, {} if same else fields)
        elif found.state == "queued":
            _set(connection, found.job_no, fields)
        elif not (found.state == "done" and same):
            _set(connection, found.job_no, fields | fresh)
    return _find(connection, kind, key)


def lease(connection: Connection, kinds: Collection[str], seconds: float, now: datetime) -> Job | None:
    """Take the oldest job of these kinds that waits or whose lease ran out; None if there is none."""
    expired = and_(job.c.state == "leased", job.c.lease_until_us <= to_us(now))
    _give_up(connection, and_(expired, job.c.attempts >= MAX_ATTEMPTS))
    free = select(job.c.job_no).where(job.c.kind.in_(list(kinds)), or_(job.c.state == "queued", expired))
    job_no = connection.execute(free.order_by(job.c.job_no).limit(1).with_for_update(skip_locked=True)).scalar()
    if job_no is None:
        return None
    until = to_us(now + timedelta(seconds=seconds))
    taken = {"state": "leased", "lease_until_us": until, "attempts": job.c.attempts + 1}
    return _job_of(connection.execute(update(job).where(job.c.job_no == job_no).values(taken).returning(job)).one())


def extend(connection: Connection, held: Job, seconds: float, now: datetime) -> bool:
    """Hold a leased job longer. False: the lease was lost, or the job was erased; stop working on it."""
    until = to_us(now + timedelta(seconds=seconds))
    return connection.execute(update(job).where(_holds(held)).values(lease_until_us=until)).rowcount == 1


def finish(connection: Connection, held: Job, error: str | None, now: datetime) -> bool:
    """End a leased job as done, or as failed with its error. False: the lease was lost; another runner has it.

    If its input changed meanwhile it is queued again instead.
    """
    ended = {
        "state": case((job.c.input_hash != held.input_hash, "queued"), else_="failed" if error else "done"),
        "attempts": case((job.c.input_hash != held.input_hash, 0), else_=job.c.attempts),
        "error": error and error.replace("\0", "\ufffd"),
        "lease_until_us": 0,
        "time_us": case((job.c.input_hash != held.input_hash, to_us(now)), else_=job.c.time_us),
    }
    return connection.execute(update(job).where(_holds(held)).values(ended)).rowcount == 1


def jobs(connection: Connection, state: JobState | None = None) -> list[Job]:
    """All jobs, or those in one state, the oldest first."""
    wanted = select(job).order_by(job.c.job_no)
    return [_job_of(row) for row in connection.execute(wanted if state is None else wanted.where(job.c.state == state))]


def _holds(held: Job) -> ColumnElement[bool]:
    return and_(job.c.job_no == held.job_no, job.c.state == "leased", job.c.attempts == held.attempts)


def _give_up(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(update(job).where(which).values(state="failed", error=GIVEN_UP, lease_until_us=0))


def _find(connection: Connection, kind: str, key: str) -> Job:
    wanted = select(job).where(job.c.kind == kind, job.c.key == key).with_for_update()
    return _job_of(connection.execute(wanted).one())


def _set(connection: Connection, job_no: int, fields: dict[str, Any]) -> None:
    if fields:
        connection.execute(update(job).where(job.c.job_no == job_no).values(fields))


def _job_of(row: Row[Any]) -> Job:
    fields = {**row._mapping, "payload": json.loads(row.payload), "time": from_us(row.time_us)}
    fields["lease_until"] = from_us(fields.pop("lease_until_us"))
    del fields["time_us"]
    return Job(**fields)
