"""Opening a journal: find the database, make it private, bring its tables to this version."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from intently.errors import StoreError
from intently.journal.journal import Journal
from intently.journal.migrations import migrate
from intently.journal.store import BUSY_SECONDS, Store

__all__ = ["FILE_NAME", "open_journal"]

FILE_NAME = "journal.db"


def open_journal(url: str, folder: Path) -> Journal:
    """Open the journal at an SQLAlchemy URL, "" = SQLite in `folder`, and bring its tables to this version.

    An erasure that a crash interrupted is finished first. Raises StoreError with the mend.
    """
    parsed = _parse(url, folder)
    if parsed.get_backend_name() == "sqlite":
        _make_private(Path(parsed.database or ""))
    store = Store(_engine(parsed), parsed.render_as_string(hide_password=True))
    try:
        _check_encoding(store)
        migrate(store)
        journal = Journal(store)
        journal.resume_erasures()
    except BaseException:
        store.engine.dispose()
        raise
    return journal


def _parse(url: str, folder: Path) -> URL:
    if not url:
        return URL.create("sqlite", database=str(folder / FILE_NAME))
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    except ArgumentError as error:
        raise StoreError("the journal's URL cannot be read. Give one like postgresql://user@host/database.") from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreError(f"the journal cannot live in {backend!r}. Give a sqlite or a postgresql URL.")
    if parsed.database in (None, "", ":memory:"):
        raise StoreError("an SQLite journal in memory cannot be shared by threads. Name a file: sqlite:///journal.db")
    return parsed


def _make_private(file: Path) -> None:
    """Only the owner may read what people did. SQLite gives the file's mode to its -wal and -shm companions."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}. Check that this user may write in that folder.") from error


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=8, max_overflow=56, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    try:
        encoding = {"client_encoding": "utf8"}
        return create_engine(url, pool_size=8, max_overflow=24, pool_pre_ping=True, connect_args=encoding)
    except ModuleNotFoundError as error:
        raise StoreError(f"PostgreSQL needs {error.name}. Install it: pip install 'intently[postgres]'") from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # store.py begins transactions itself: BEGIN IMMEDIATE for writers
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _check_encoding(store: Store) -> None:
    if store.is_sqlite:
        return
    with store.read() as connection:
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise StoreError(f"{store.place}: its encoding is {encoding}, which cannot hold every title. "
                         "Create the database with ENCODING 'UTF8' TEMPLATE template0.")  # fmt: skip
