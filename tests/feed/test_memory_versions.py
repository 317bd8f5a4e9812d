"""Versions of the memory in a real journal: undo, restore, stale callers, clients, concurrent commands."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from intently.errors import NotFound, Stale
from intently.feed.parser import read_exact
from intently.feed.versions import Applied, Memory
from intently.journal import Journal, open_journal
from tests.feed.commands import NOW, context


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal("", tmp_path)
    yield opened
    opened.close()


class Person:
    """Somebody who types into one client, a minute a command."""

    def __init__(self, journal: Journal, client: str = "web", user_id: str = "ann") -> None:
        self.memory = Memory(journal, context().spec)
        self.client, self.user_id, self.minute = client, user_id, 0

    def say(self, text: str) -> Applied:
        self.minute += 1
        now = NOW + timedelta(minutes=self.minute)
        held = self.memory.read(self.user_id, self.client, now).preferences
        changes = read_exact(text, context(memory=held)).changes
        command = f"{self.client}-{self.minute}"
        return self.memory.apply(self.user_id, self.client, changes, command_id=command, now=now)

    def holds(self) -> list[str]:
        now = NOW + timedelta(minutes=self.minute)
        return [p.quote for p in self.memory.read(self.user_id, self.client, now).preferences]


def test_one_command_makes_one_version_and_praise_too(journal: Journal) -> None:
    ann = Person(journal)
    assert [ann.say(text).version for text in ("no horror", "thanks", "comedies")] == [1, 2, 3]


def test_undo_after_undo_goes_further_back_and_skips_what_changed_nothing(journal: Journal) -> None:
    ann = Person(journal)
    for text in ("no horror", "comedies", "thanks", "under 2 hours"):
        ann.say(text)
    assert ann.holds() == ["horror", "comedies", "under 2 hours"]
    ann.say("undo")
    assert ann.holds() == ["horror", "comedies"]
    ann.say("undo that")
    assert ann.holds() == ["horror"]
    ann.say("undo")
    assert ann.holds() == []
    assert ann.say("undo").notices == ("there is nothing to undo",)


def test_an_undo_is_undone_by_restoring_a_version(journal: Journal) -> None:
    ann = Person(journal)
    ann.say("no horror")
    version = ann.say("comedies").version
    undone = ann.say("undo")
    restored = ann.memory.restore("ann", "web", version, seen_version=undone.version, now=NOW + timedelta(minutes=9))
    assert [p.quote for p in restored.preferences] == ["horror", "comedies"]
    ann.minute = 9
    ann.say("undo")
    assert ann.holds() == ["horror"]


def test_undo_and_a_new_wish_in_one_command(journal: Journal) -> None:
    ann = Person(journal)
    ann.say("no horror")
    ann.say("comedies")
    ann.say("undo that, show me thrillers")
    assert ann.holds() == ["horror", "thrillers"]


def test_a_deleted_chip_comes_back_by_undo(journal: Journal) -> None:
    ann = Person(journal)
    applied = ann.say("no horror, comedies please")
    chip = applied.preferences[0]
    now = NOW + timedelta(minutes=2)
    dropped = ann.memory.drop("ann", "web", chip.id, seen_version=applied.version, now=now)
    assert [p.quote for p in dropped.preferences] == ["comedies"]
    with pytest.raises(NotFound, match="no preference"):
        ann.memory.drop("ann", "web", chip.id, seen_version=dropped.version, now=now)
    assert len(ann.memory.undo("ann", "web", now=now).preferences) == 2


def test_a_stale_deletion_or_restoring_is_refused(journal: Journal) -> None:
    ann = Person(journal)
    applied = ann.say("no horror")
    ann.say("comedies")
    with pytest.raises(Stale, match="you saw version 1"):
        ann.memory.drop("ann", "web", applied.preferences[0].id, seen_version=1, now=NOW)
    with pytest.raises(Stale):
        ann.memory.restore("ann", "web", 1, seen_version=1, now=NOW)
    with pytest.raises(NotFound, match="no version 99"):
        ann.memory.restore("ann", "web", 99, seen_version=2, now=NOW)


def test_a_client_undoes_its_own_view_and_never_another_clients(journal: Journal) -> None:
    web, phone = Person(journal, "web"), Person(journal, "phone")
    web.say("no horror")
    phone.say("comedies")
    phone.say("from now on no war films")
    phone.say("thrillers")
    web.say("undo")  # of its view: the phone's "always"
    assert (web.holds(), phone.holds()) == (["horror"], ["comedies", "thrillers"])
    web.say("undo")
    assert (web.holds(), phone.holds()) == ([], ["comedies", "thrillers"])
    phone.say("undo")
    assert phone.holds() != ["comedies", "thrillers"]


def test_nothing_leaks_between_people(journal: Journal) -> None:
    ann, bob = Person(journal), Person(journal, user_id="bob")
    ann.say("from now on no horror")
    assert bob.holds() == []
    bob.say("start over")
    assert ann.holds() == ["horror"]


def test_undo_brings_back_no_session_that_a_long_pause_ended(journal: Journal) -> None:
    ann = Person(journal)
    ann.say("no horror")
    ann.minute = 60 * 24
    ann.say("comedies")
    ann.say("undo")
    assert ann.holds() == []


def test_a_preview_writes_nothing(journal: Journal) -> None:
    ann = Person(journal)
    changes = read_exact("no horror", context()).changes
    seen = ann.memory.foresee("ann", "web", changes, command_id="x", now=NOW)
    assert [p.quote for p in seen.preferences] == ["horror"]
    assert ann.memory.read("ann", "web", NOW).version == 0


def test_commands_at_once_all_count(journal: Journal) -> None:
    memory = Memory(journal, context().spec)
    wishes = ["no horror", "no war films", "no musicals", "no westerns"]
    readings = [read_exact(text, context()).changes for text in wishes]

    def say(number: int) -> None:
        memory.apply("ann", "web", readings[number], command_id=f"c{number}", now=NOW)

    threads = [threading.Thread(target=say, args=(number,)) for number in range(len(wishes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read = memory.read("ann", "web", NOW)
    assert read.version == len(wishes)
    assert len(read.preferences) == len(wishes)
