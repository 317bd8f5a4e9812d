from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from intently.errors import BadRequest, Stale
from intently.journal import Journal
from intently.nouns import Profile
from tests.journal.world import NOON, memory, typed


def test_a_new_person_has_no_memory(journal: Journal) -> None:
    assert journal.memory_head("ann") is None
    assert journal.memory_row("ann", 1) is None
    assert journal.memory_rows("ann") == []


def test_every_version_stays_and_the_newest_is_the_head(journal: Journal) -> None:
    versions = [
        memory("ann", 1, {"id": "p1"}, command_id="c1"),
        memory("ann", 2, {"id": "p1"}, {"id": "p2", "quote": "funny ☃ \0"}),
        memory("ann", 3, {"id": "p1"}, made_by="undo", parent=1, client=None),
    ]
    for row in versions:
        journal.put_memory(row, row.version - 1)
    assert journal.memory_head("ann") == versions[2]
    assert journal.memory_row("ann", 2) == versions[1]
    assert journal.memory_rows("ann") == versions[::-1]
    assert journal.memory_rows("ann", limit=2) == [versions[2], versions[1]]


def test_who_saw_an_older_version_is_refused_and_nothing_changes(journal: Journal) -> None:
    journal.put_memory(memory("ann", 1), 0)
    journal.put_memory(memory("ann", 2), 1)
    with pytest.raises(Stale, match="at version 2, not 1"):
        journal.put_memory(memory("ann", 2, {"id": "late"}), 1)
    with pytest.raises(Stale):
        journal.put_memory(memory("ann", 1), 0)
    assert [row.version for row in journal.memory_rows("ann")] == [2, 1]


def test_versions_have_no_gaps(journal: Journal) -> None:
    with pytest.raises(BadRequest, match="the next one is 1"):
        journal.put_memory(memory("ann", 7), 0)


def test_memories_of_two_people_do_not_touch(journal: Journal) -> None:
    journal.put_memory(memory("ann", 1, "ann's"), 0)
    journal.put_memory(memory("bob", 1, "bob's"), 0)
    assert journal.memory_head("ann") == memory("ann", 1, "ann's")


def test_of_eight_threads_that_saw_the_same_version_one_wins(journal: Journal) -> None:
    def attempt(n: int, version: int) -> bool:
        try:
            journal.put_memory(memory("ann", version, {"id": n}), version - 1)
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        for version in range(1, 11):
            won = list(pool.map(lambda n, v=version: attempt(n, v), range(8)))  # type: ignore[misc]
            assert won.count(True) == 1
    assert [row.version for row in journal.memory_rows("ann")] == list(range(10, 0, -1))


def test_a_person_with_a_memory_or_profile_alone_is_known(journal: Journal) -> None:
    journal.put_memory(memory("ann", 1), 0)
    journal.put_profile(Profile(user_id="bob", attributes={"place": "York"}))
    assert journal.user_ids() == [("ann", 0), ("bob", 0)]
    assert journal.has_user("ann")
    assert journal.has_user("bob")


def test_a_profile_is_replaced_and_removed(journal: Journal) -> None:
    assert journal.profile("ann") is None
    journal.put_profile(Profile(user_id="ann", attributes={"place": "York", "age": "30-39"}))
    journal.put_profile(Profile(user_id="ann", attributes={"place": "Ely"}))
    assert journal.profile("ann") == Profile(user_id="ann", attributes={"place": "Ely"})
    journal.put_profile(Profile(user_id="ann"))
    assert journal.profile("ann") is None


def test_commands_come_newest_first_with_what_was_read(journal: Journal) -> None:
    journal.put_command(typed("ann", "c1", "no horror"), [{"op": "add"}], "grammar")
    journal.put_command(typed("ann", "c2", "😀 cosy", minutes=1), [], "none")
    journal.put_command(typed("bob", "c1", "bob's"), [], "none")
    first, second = journal.commands("ann")
    assert (first.command, first.changes, first.by) == (typed("ann", "c2", "😀 cosy", minutes=1), [], "none")
    assert (second.command, second.changes, second.by) == (typed("ann", "c1"), [{"op": "add"}], "grammar")
    assert len(journal.commands("ann", limit=1)) == 1


def test_the_same_command_again_replaces_its_reading(journal: Journal) -> None:
    journal.put_command(typed("ann", "c1"), [], "grammar")
    journal.put_command(typed("ann", "c1"), [{"op": "add"}], "both")
    assert [(row.changes, row.by) for row in journal.commands("ann")] == [([{"op": "add"}], "both")]


def test_the_first_reply_to_a_key_is_kept(journal: Journal) -> None:
    assert journal.reply("ann", "key") is None
    journal.keep_reply("ann", "key", {"version": 1})
    journal.keep_reply("ann", "key", {"version": 2})
    journal.keep_reply("bob", "key", ["bob's"])
    assert journal.reply("ann", "key") == {"version": 1}
    assert journal.prune_replies(NOON - timedelta(days=9999)) == 0
    assert journal.prune_replies(datetime.now(UTC) + timedelta(days=1)) == 2
    assert journal.reply("ann", "key") is None


def test_the_last_answer_to_a_proposal_is_kept_for_each_person(journal: Journal) -> None:
    assert journal.answered_proposals("ann") == {}
    journal.put_answer("ann", "less horror", "accepted")
    journal.put_answer("ann", "less horror", "dismissed")
    journal.put_answer("ann", "more comedy", "accepted")
    journal.put_answer("bob", "less horror", "accepted")
    assert journal.answered_proposals("ann") == {"less horror": "dismissed", "more comedy": "accepted"}
    journal.put_answer("guest", "less horror", "accepted")
    journal.put_answer("guest", "less war", "dismissed")
    journal.merge_user("guest", "ann")
    assert journal.answered_proposals("ann") == {
        "less horror": "dismissed", "more comedy": "accepted", "less war": "dismissed",
    }  # fmt: skip
    assert journal.answered_proposals("guest") == {}
