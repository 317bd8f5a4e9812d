"""One contract, two databases: a test that takes `journal` runs on SQLite and on a real PostgreSQL server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intently.journal import Journal, open_journal
from intently.journal.tables import METADATA
from tests.conftest import miss
from tests.fixtures_postgres import PostgresServer, postgres_binaries, running_postgres

EMPTIED = (
    f"TRUNCATE {', '.join(METADATA.tables)} RESTART IDENTITY; "
    "INSERT INTO counter (name, value) VALUES ('item_revision', 0)"
)
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    binaries = postgres_binaries()
    if binaries is None:
        miss("PostgreSQL (Debian package postgresql)")
    with running_postgres(binaries) as server:
        server.run("CREATE DATABASE contract TEMPLATE template0")
        open_journal(server.url("contract"), server.folder).close()
        yield server


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a fresh journal of one test can be opened, more than once."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store/journal.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    fresh = server.url("contract")
    yield fresh
    server.run(EMPTIED, "contract")


@pytest.fixture
def journal(url: str, tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal(url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=BOTH)
def shared_journal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """One journal for all examples of the property tests of a file; each example takes people of its own."""
    if request.param == "sqlite":
        opened = open_journal("", tmp_path_factory.mktemp("shared"))
        yield opened
        opened.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as fresh:
        opened = open_journal(fresh, server.folder)
        yield opened
        opened.close()
