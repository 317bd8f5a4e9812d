import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from intently.errors import StoreError
from intently.journal import Journal, export, migrations, open_journal
from intently.journal import open as open_room
from intently.journal import store as store_room
from intently.journal.tables import METADATA
from tests.fixtures_postgres import PostgresServer
from tests.journal.world import film, live, rated, said, subject


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_room, "BUSY_SECONDS", 0.2)
    monkeypatch.setattr(store_room, "BUSY_SECONDS", 0.2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a journal that has something in it, closed."""
    journal = open_journal("", tmp_path / "store")
    journal.put_items(film(str(n), text="long " * 200) for n in range(300))
    journal.close()
    return tmp_path / "store" / "journal.db"


@pytest.fixture
def held(file: Path) -> Iterator[sqlite3.Connection]:
    """Another process's connection to that file."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    yield connection
    connection.close()


def test_what_was_kept_is_there_when_opened_again(url: str, tmp_path: Path) -> None:
    first = open_journal(url, tmp_path)
    live(first, "ann")
    before = first.export("ann")
    first.close()
    second = open_journal(url, tmp_path)
    assert second.export("ann") | {"time": ""} == before | {"time": ""}
    second.close()


def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    journal = open_journal("", tmp_path / "home" / "films")
    journal.append([rated("ann", "1")])
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home" / "films").iterdir()}
    assert modes == {"journal.db": 0o600, "journal.db-wal": 0o600, "journal.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "home" / "films").stat().st_mode) == 0o700
    journal.close()


def test_the_steps_make_exactly_the_tables_that_the_code_uses(journal: Journal) -> None:
    with journal._store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_newest_step_is_the_one_that_the_code_expects() -> None:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_current_head() == migrations.HEAD


def test_a_journal_of_the_first_step_gets_the_later_tables_and_keeps_what_it_holds(url: str, tmp_path: Path) -> None:
    journal = open_journal(url, tmp_path)
    live(journal, "ann")
    before = journal.export("ann")
    with journal._store.write() as connection:
        for table in ("proposal", "core", "subject", "label", "reason", "judgement"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        for column in ("pipeline", "personas", "cues", "notes"):
            connection.exec_driver_sql(f"ALTER TABLE understanding DROP COLUMN {column}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    journal.close()
    later = open_journal(url, tmp_path)
    gone: dict[str, object] = {
        "time": "",
        "proposals": [],
        "subjects": [],
        "labels": [],
        "reasons": [],
        "judgements": [],
    }
    assert later.export("ann") | gone == before | gone
    later.put_answer("ann", "less horror", "dismissed")
    assert later.answered_proposals("ann") == {"less horror": "dismissed"}
    later.put_core("1", "hash", "Heat")
    assert later.cores(["1", "2"]) == {"1": ("hash", "Heat")}
    later.labels.put_subjects([subject("s1")])
    later.labels.put([said("s1")])
    assert later.labels.labels() == [said("s1")]
    later.close()


def test_a_journal_of_a_newer_program_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    journal = open_journal(url, tmp_path)
    journal.put_items([film("1")])
    with journal._store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="version 9999, newer than this program knows .* pip install --upgrade"):
        open_journal(url, tmp_path)
    assert journal.item_count() == 1
    with journal._store.write() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{migrations.HEAD}'")
    journal.close()


def test_opening_an_up_to_date_journal_does_not_load_alembic(file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from intently.journal import open_journal; "
        f"open_journal('', Path({str(file.parent)!r})).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_eight_threads_open_a_new_journal_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        journals = list(pool.map(lambda _: open_journal("", tmp_path), range(8)))
    for n, journal in enumerate(journals):
        journal.append([rated("ann", str(n))])
    assert journals[0].event_count() == 8
    for journal in journals:
        journal.close()


def test_two_openings_write_from_four_threads_each_and_none_is_turned_away(url: str, tmp_path: Path) -> None:
    journals = [open_journal(url, tmp_path) for _ in range(2)]

    def work(n: int) -> None:
        for i in range(25):
            journals[n % 2].append([rated(f"person {n}", str(i), i)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert journals[0].event_count() == 200
    for journal in journals:
        journal.close()


def test_a_file_that_is_no_journal_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"this is a letter to my aunt " * 100)
    with pytest.raises(StoreError, match=r"journal\.db: file is not a database\. Restore a backup"):
        open_journal("", tmp_path)
    assert (tmp_path / "journal.db").read_bytes().startswith(b"this is a letter")


def test_a_damaged_file_is_an_error_with_the_mend(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[8192 : len(content) - 4096] = b"\x55" * (len(content) - 12288)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="Restore a backup"):  # noqa: PT012 - either call may be the first to notice
        journal = open_journal("", file.parent)
        try:
            list(journal.items())
        finally:
            journal.close()


@pytest.mark.usefixtures("impatient")
def test_a_database_that_another_process_holds_is_an_error_with_the_mend(file: Path, held: sqlite3.Connection) -> None:
    journal = open_journal("", file.parent)
    held.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked.*Another process holds the write lock"):
        journal.append([rated("ann", "1")])
    assert journal.item_count() == 300  # reading goes on
    held.execute("ROLLBACK")
    assert journal.append([rated("ann", "1")]).new == 1
    journal.close()


def test_a_writer_waits_for_another_process_that_soon_lets_go(file: Path, held: sqlite3.Connection) -> None:
    journal = open_journal("", file.parent)
    held.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, held.execute, ["ROLLBACK"])
    release.start()
    assert journal.append([rated("ann", "1")]).new == 1
    release.join()
    journal.close()


@pytest.mark.usefixtures("impatient")
def test_an_erasure_that_a_reader_holds_up_says_so_and_is_finished_later(file: Path, held: sqlite3.Connection) -> None:
    journal = open_journal("", file.parent)
    live(journal, "ann", "the-marker")
    held.execute("BEGIN")
    held.execute("SELECT count(*) FROM event").fetchone()
    with pytest.raises(StoreError, match="a reader holds on to the log"):
        journal.erase("ann")
    assert not journal.has_user("ann")
    held.execute("ROLLBACK")
    assert journal.resume_erasures() == 1
    assert not any(b"the-marker" in path.read_bytes() for path in file.parent.iterdir())
    journal.close()


def test_a_full_disk_is_an_error_with_the_mend_and_loses_nothing(file: Path) -> None:
    journal = open_journal("", file.parent)
    with journal._store.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full.*Free some space"):
        journal.put_items(film(f"new {n}", text="long " * 2000) for n in range(50))
    assert journal.item_count() == 300
    journal.close()


def test_a_folder_that_cannot_be_made_is_an_error_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="Check that this user may write"):
        open_journal("", tmp_path / "file")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://host/db", "cannot live in 'mysql'. Give a sqlite or a postgresql URL"),
        ("sqlite://", "in memory cannot be shared"),
        ("not a url", "cannot be read. Give one like"),
        ("postgresql://ann:secret@127.0.0.1:1/db", "Start the PostgreSQL server"),
        ("postgres://ann:secret@127.0.0.1:1/db", "Start the PostgreSQL server"),
    ],
)
def test_a_wrong_url_is_an_error_with_the_mend_and_no_password(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_journal(url, tmp_path)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.postgres
def test_a_postgresql_database_that_cannot_hold_every_title_is_refused(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    with (
        postgres.database(options="ENCODING 'SQL_ASCII'") as url,
        pytest.raises(StoreError, match="SQL_ASCII.*ENCODING 'UTF8'"),
    ):
        open_journal(url, tmp_path)


@pytest.mark.postgres
def test_a_postgresql_database_that_does_not_exist_is_named_with_the_mend(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="does not exist. Create the database"):
        open_journal(postgres.url("missing"), tmp_path)


def test_the_names_of_an_export_are_stable() -> None:
    assert (export.FORMAT, export.VERSION) == ("intently.export", 1)
    assert list(export.PERSON_TABLES) == [
        "profile", "events", "memory", "commands", "replies", "slates", "traces", "understandings", "stages", "calls",
        "jobs", "failures", "proposals", "subjects", "labels", "reasons", "judgements",
    ]  # fmt: skip
