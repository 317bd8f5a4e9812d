"""What a SIGKILL in the middle leaves behind, on both databases: a child process is killed at a chosen statement."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intently.journal import Journal, open_journal
from intently.journal.tables import PERSON_TABLES
from tests.journal.world import asked, live, rated

CHILD = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from intently.journal import open_journal
from tests.journal.world import asked, memory, rated

url, where, work = sys.argv[1:]

def die(connection, cursor, statement, *rest):
    if where in statement:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "before_cursor_execute", die)
journal = open_journal(url, Path("."))
exec(work)
raise SystemExit("it was not killed")
"""


def run_killed(url: str, where: str, work: str) -> None:
    """Run `work` in a child that kills itself just before a statement that holds `where` is sent."""
    root = Path(__file__).parents[2]
    child = subprocess.run([sys.executable, "-c", CHILD, url, where, work], cwd=root, capture_output=True, text=True)
    assert child.returncode == -signal.SIGKILL, child.stderr


def is_gone(journal: Journal, user_id: str) -> bool:
    exported = journal.export(user_id)
    return not any(exported[name] for name in PERSON_TABLES)


@pytest.mark.parametrize("where", ["DELETE FROM event", "DELETE FROM failure", "UPDATE erasure SET subject"])
def test_an_erasure_killed_half_way_is_finished_by_the_next_opening(url: str, tmp_path: Path, where: str) -> None:
    first = open_journal(url, tmp_path)
    live(first, "ann")
    live(first, "bob")
    before = first.export("bob")
    first.close()
    run_killed(url, where, "journal.erase('ann')")
    second = open_journal(url, tmp_path)
    assert is_gone(second, "ann")
    assert second.export("bob") | {"time": ""} == before | {"time": ""}
    assert second.resume_erasures() == 0
    second.close()


def test_an_erasure_killed_before_its_bytes_were_gone_is_finished_too(tmp_path: Path) -> None:
    first = open_journal("", tmp_path)
    live(first, "ann", "the-marker")
    first.close()
    run_killed(first.url, "UPDATE erasure SET state", "from intently.journal.store import Store\n"
               "Store._cut_log = lambda self: None\njournal.erase('ann')")  # fmt: skip
    assert any(b"the-marker" in path.read_bytes() for path in tmp_path.glob("journal.db*"))
    open_journal("", tmp_path).close()
    assert not any(b"the-marker" in path.read_bytes() for path in tmp_path.glob("journal.db*"))


def test_a_killed_import_keeps_what_was_committed_and_is_completed_by_repeating_it(url: str, tmp_path: Path) -> None:
    run_killed(url, "never", "from intently.journal import events\nevents.CHUNK = 10\n"
               "def stream():\n"
               "    for n in range(35):\n"
               "        yield rated('ann', str(n), n)\n"
               "    os.kill(os.getpid(), signal.SIGKILL)\n"
               "journal.append(stream())")  # fmt: skip
    journal = open_journal(url, tmp_path)
    assert journal.event_count() == 30
    assert journal.append(rated("ann", str(n), n) for n in range(40)).new == 10
    assert [event.item_id for event in journal.events_of("ann")] == [str(n) for n in range(40)]
    journal.close()


def test_an_opening_killed_between_two_tables_is_repeated_whole(tmp_path: Path) -> None:
    run_killed(f"sqlite:///{tmp_path}/new.db", "CREATE TABLE slate", "")
    journal = open_journal(f"sqlite:///{tmp_path}/new.db", tmp_path)
    live(journal, "ann")
    assert journal.slate("feed of ann") is not None
    journal.close()


def test_an_acknowledged_call_survives_a_kill(url: str, tmp_path: Path) -> None:
    run_killed(url, "never", "journal.put_call(asked('h1'))\nos.kill(os.getpid(), signal.SIGKILL)")
    journal = open_journal(url, tmp_path)
    assert journal.find_call("h1") == asked("h1")
    journal.close()


def test_a_killed_merge_changes_nothing(url: str, tmp_path: Path) -> None:
    first = open_journal(url, tmp_path)
    live(first, "anon")
    before = first.export("anon")
    first.close()
    run_killed(url, "UPDATE slate", "journal.merge_user('anon', 'ann')")
    second = open_journal(url, tmp_path)
    assert second.export("anon") | {"time": ""} == before | {"time": ""}
    assert not second.has_user("ann")
    second.close()


def test_a_job_of_a_killed_runner_is_taken_by_the_next(url: str, tmp_path: Path) -> None:
    run_killed(url, "never", "journal.enqueue('understand', 'ann', None, 'h')\n"
               "journal.lease(['understand'], 60)\nos.kill(os.getpid(), signal.SIGKILL)")  # fmt: skip
    journal = open_journal(url, tmp_path)
    assert journal.lease(["understand"], 60) is None
    held = journal.lease(["understand"], 60, now=datetime.now(UTC) + timedelta(seconds=90))
    assert held is not None
    assert held.attempts == 2
    assert journal.append([rated("ann", "1")]).new == 1
    journal.close()
