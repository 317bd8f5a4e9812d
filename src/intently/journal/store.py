"""Units of work: one transaction each, serialised for writers, with the database's errors said as ours.

SQLite has one writer. A unit of work that writes begins with BEGIN IMMEDIATE (a later upgrade of a read lock fails at
once instead of waiting), and threads of this process queue at a lock, which is fairer and quicker than SQLite's sleeps.
"""

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Engine, UniqueConstraint, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.sql.schema import Table

from intently.errors import StoreError

__all__ = ["BUSY_SECONDS", "Store", "insert_new", "upsert"]

BUSY_SECONDS = 30.0  # how long a unit of work waits for another writer before it gives up
ROWS_AT_ONCE = 20  # of one INSERT; more is not quicker

MENDS = (
    ("not a database", "Restore a backup of the file, or move it away to begin with an empty journal."),
    ("malformed", "Restore a backup of the file, or move it away to begin with an empty journal."),
    ("locked", "Another process holds the write lock; stop it, or wait until its import is done, and try again."),
    ("disk is full", "Free some space on that disk and try again; nothing acknowledged was lost."),
    ("readonly", "Give this user the right to write to the file and its folder."),
    ("unable to open", "Check that the folder exists and that this user may write there."),
    ("password authentication", "Mend user or password in INTENTLY_DATABASE_URL."),
    ("does not exist", "Create the database or role, or mend INTENTLY_DATABASE_URL."),
    ("QueuePool", "More threads than connections are at work; try again, or serve fewer requests at once."),
    ("connection", "Start the PostgreSQL server, or mend INTENTLY_DATABASE_URL, and try again."),
)


class Store:
    """The engine and its write lock. `place` names the database for people, without its password."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine = engine
        self.place = place
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._driver_error: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._writer = threading.Lock()
        self._write_engine = engine.execution_options(intently_write=True)
        if self.is_sqlite:
            event.listen(engine, "begin", _begin)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the journal."""
        with said_as_ours(self.place, self._driver_error), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is committed whole or not at all."""
        with (
            said_as_ours(self.place, self._driver_error),
            self._turn(),
            self._write_engine.connect() as connection,
            connection.begin(),
        ):
            yield connection

    def scrub(self, tables: Iterable[Table]) -> None:
        """Leave no bytes of rows behind that were deleted from these tables.

        SQLite: secure_delete zeroes them where they lie, but not the copies that stay in the gaps of pages whose rows
        were moved earlier (seen: 3 of 80 people); VACUUM writes every page anew (a second for 226,631 events), and
        folding the log in and cutting it to nothing removes the old pages. PostgreSQL: VACUUM frees them; its own log
        and backups are the administrator's. Raises StoreError when a reader holds on to the log for BUSY_SECONDS.
        """
        with said_as_ours(self.place, self._driver_error):
            if self.is_sqlite:
                self._rewrite()
                self._cut_log()
                return
            quote = self.engine.dialect.identifier_preparer.quote
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM " + ", ".join(quote(table.name) for table in tables))

    def _rewrite(self) -> None:
        with self._turn(), contextlib.closing(self.engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM").close()

    def _cut_log(self) -> None:
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            with contextlib.closing(self.engine.raw_connection()) as connection:
                busy = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy:
                return
            if time.monotonic() > deadline:
                raise StoreError(f"{self.place}: the rows are deleted, but a reader holds on to the log that still has "
                                 "their bytes. Stop it; the next erasure or opening cuts the log.")  # fmt: skip
            time.sleep(0.05)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
        elif not self._writer.acquire(timeout=BUSY_SECONDS):
            raise StoreError(f"{self.place}: another thread has been writing for {BUSY_SECONDS:.0f} s. Try again.")
        else:
            try:
                yield
            finally:
                self._writer.release()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("intently_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def said_as_ours(place: str, driver_error: type[Exception]) -> Iterator[None]:
    """Turn what SQLAlchemy or the driver raises into a StoreError that names the place and the mend."""
    try:
        yield
    except (SQLAlchemyError, driver_error) as error:
        cause = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        mend = next(
            (mend for sign, mend in MENDS if sign in cause),
            "Nothing of this unit of work was kept; mend what the message names and try again.",
        )
        raise StoreError(f"{place}: {cause.strip()}. {mend}") from error


def insert_new(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert the rows that break no unique key, in this order; returns how many were new.

    columns: the names that each row gives values for.
    """
    return _insert(connection, table, columns, rows, "DO NOTHING")


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], unless_same: str | None = None) -> int:
    """Insert the rows, or replace what the row with the same unique key holds; returns how many rows it touched.

    The key is the table's unique constraint if it has one, else its primary key; no two rows may share it. With
    `unless_same`, a row whose column of that name is equal already is left alone and not counted.
    """
    quote, keys = connection.dialect.identifier_preparer.quote, _key_of(table)
    changed = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in rows[0] if name not in keys)
    action = f"({', '.join(map(quote, keys))}) DO UPDATE SET {changed}"
    if unless_same:
        action += f" WHERE {quote(table.name)}.{quote(unless_same)} <> excluded.{quote(unless_same)}"
    return _insert(connection, table, list(rows[0]), [tuple(row.values()) for row in rows], action)


def _insert(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], on_conflict: str
) -> int:
    """Rows go to the driver as they are, ROWS_AT_ONCE in a statement: 226,631 events take half the time of one each."""
    touched, whole = 0, len(rows) - len(rows) % ROWS_AT_ONCE
    for at_once, part in ((ROWS_AT_ONCE, rows[:whole]), (1, rows[whole:])):
        if part:
            groups = [tuple(chain.from_iterable(part[i : i + at_once])) for i in range(0, len(part), at_once)]
            statement = _insert_of(connection, table, columns, at_once) + " ON CONFLICT " + on_conflict
            touched += connection.exec_driver_sql(statement, groups).rowcount
    return touched


def _insert_of(connection: Connection, table: Table, columns: Sequence[str], rows: int) -> str:
    quote = connection.dialect.identifier_preparer.quote
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    row = "(" + ", ".join([mark] * len(columns)) + ")"
    return f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, columns))}) VALUES {', '.join([row] * rows)}"


def _key_of(table: Table) -> list[str]:
    unique = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    return [column.name for column in (unique[0] if unique else table.primary_key).columns]
