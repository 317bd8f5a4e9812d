import json
import random
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from intently.errors import BadRequest
from intently.journal import Journal, open_journal
from intently.journal.store import Store
from intently.journal.tables import METADATA, PERSON_TABLES, erasure
from intently.nouns import Profile
from tests.journal.world import live, memory, rated

PEOPLE = (f"guest {n}" for n in count())
films = st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 3)), max_size=8)


def empty(exported: dict[str, Any]) -> bool:
    return not any(exported[name] for name in PERSON_TABLES)


def store_of(journal: Journal) -> Store:
    return journal._store


def test_every_table_that_names_a_person_is_exported_and_erased() -> None:
    assert set(PERSON_TABLES.values()) == {table for table in METADATA.tables.values() if "user_id" in table.columns}


def test_export_holds_everything_derived_from_a_person_as_json(journal: Journal) -> None:
    live(journal, "ann", "mark")
    live(journal, "bob", "other")
    exported = journal.export("ann")
    assert json.loads(json.dumps(exported)) == exported
    assert (exported["format"], exported["version"], exported["user_id"]) == ("intently.export", 1, "ann")
    for name in PERSON_TABLES:
        assert exported[name], name
        assert "mark" in json.dumps(exported[name]) or name == "slates", name
    assert "bob" not in json.dumps(exported)
    assert "other" not in json.dumps(exported)
    assert exported["events"][0]["kind"] == "rating"
    assert exported["events"][0]["time"] == "2026-03-01T12:00:00Z"
    assert exported["traces"][0]["body"] == {"mark": "mark"}
    assert exported["memory"][0]["state"] == {"entries": [{"quote": "mark"}]}


def test_the_export_of_a_stranger_is_empty(journal: Journal) -> None:
    live(journal, "ann")
    assert empty(journal.export("stranger"))


def test_erase_removes_what_export_names_and_says_what_will_be_forgotten(journal: Journal) -> None:
    live(journal, "ann")
    live(journal, "bob")
    before = journal.export("bob")
    found = journal.export("ann")
    erased = journal.erase("ann")
    assert erased.counts == {name: 1 if name == "profile" else len(found[name]) for name in PERSON_TABLES}
    assert erased.forgets == ("popularity and neighbour counts of 2 events",)
    assert empty(journal.export("ann"))
    assert not journal.has_user("ann")
    assert journal.find_call("call of ann") is None
    assert journal.trace("feed of ann") is None
    assert journal.export("bob") | {"time": ""} == before | {"time": ""}


def test_erasing_twice_or_a_stranger_is_no_error(journal: Journal) -> None:
    live(journal, "ann")
    journal.erase("ann")
    assert journal.erase("ann").forgets == ()
    assert set(journal.erase("stranger").counts.values()) == {0}


def test_the_record_of_an_erasure_does_not_name_the_person(journal: Journal) -> None:
    live(journal, "ann")
    journal.erase("ann")
    with store_of(journal).read() as connection:
        rows = connection.execute(select(erasure)).all()
    assert [(row.subject, row.state) for row in rows] == [(None, "done")]
    assert journal.resume_erasures() == 0


@settings(max_examples=25, deadline=None)
@given(films)
def test_export_after_erase_is_empty(shared_journal: Journal, seen: list[tuple[str, int]]) -> None:
    user_id = next(PEOPLE)
    shared_journal.append([rated(user_id, item_id, minutes) for item_id, minutes in seen])
    shared_journal.erase(user_id)
    assert empty(shared_journal.export(user_id))


def test_erased_people_leave_no_bytes_in_sqlites_files(tmp_path: Path) -> None:
    """Many people with texts of many lengths, mixed: pages split, rows move, and no copy of a row may stay behind.

    With this seed SQLite's secure_delete alone leaves one of the fifteen.
    """
    journal = open_journal("", tmp_path)
    seeded = random.Random(10)
    people = [f"person-{n}-marker" for n in range(120)]
    for round_ in range(4):
        seeded.shuffle(people)
        for user_id in people:
            text = f"{user_id}-quote " * seeded.randint(1, 150)
            journal.put_stage(user_id, f"s{round_}", text[:50], text)
            films = [rated(user_id, f"{user_id}-film-{round_}-{n}", n) for n in range(seeded.randint(1, 9))]
            journal.append(films)
    erased, kept = people[:15], people[15:]
    for user_id in erased:
        journal.erase(user_id)
    content = b"".join(path.read_bytes() for path in tmp_path.glob("journal.db*"))
    assert [user_id for user_id in erased if user_id.encode() in content] == []
    assert [user_id for user_id in kept if user_id.encode() not in content] == []
    journal.close()


def test_of_one_life_in_every_table_no_word_is_left(tmp_path: Path) -> None:
    journal = open_journal("", tmp_path)
    live(journal, "ann", "the-marker")
    live(journal, "bob", "the-other")
    journal.erase("ann")
    content = b"".join(path.read_bytes() for path in tmp_path.glob("journal.db*"))
    assert b"the-other" in content
    assert b"the-marker" not in content
    journal.close()


def test_merging_gives_the_known_person_all_events_in_order(journal: Journal) -> None:
    journal.append([rated("anon", "1", 1), rated("ann", "2", 2), rated("anon", "3", 3), rated("bob", "4", 4)])
    moved = journal.merge_user("anon", "ann")
    assert moved["events"] == 2
    assert [event.item_id for event in journal.events_of("ann")] == ["1", "2", "3"]
    assert journal.events_of("anon") == []
    assert len(journal.events_of("bob")) == 1


def test_merging_joins_two_memories_the_known_persons_first(journal: Journal) -> None:
    journal.put_memory(memory("ann", 1, {"id": "p1"}), 0)
    journal.put_memory(memory("ann", 2, {"id": "p1"}, {"id": "both"}), 1)
    journal.put_memory(memory("anon", 1, {"id": "both"}, {"id": "q1"}), 0)
    journal.merge_user("anon", "ann")
    head = journal.memory_head("ann")
    assert head is not None
    assert (head.version, head.parent, head.made_by, head.command_id) == (3, 2, "merge", None)
    assert head.state == {"entries": [{"id": "p1"}, {"id": "both"}, {"id": "q1"}]}
    assert journal.memory_head("anon") is None


def test_who_had_no_memory_takes_over_every_version(journal: Journal) -> None:
    journal.put_memory(memory("anon", 1, {"id": "q1"}), 0)
    journal.put_memory(memory("anon", 2, {"id": "q1"}, {"id": "q2"}), 1)
    journal.merge_user("anon", "ann")
    assert journal.memory_rows("ann") == [memory("ann", 2, {"id": "q1"}, {"id": "q2"}), memory("ann", 1, {"id": "q1"})]


def test_merging_leaves_the_source_empty_and_can_be_repeated(journal: Journal) -> None:
    live(journal, "anon", "mark")
    live(journal, "ann", "known")
    journal.merge_user("anon", "ann")
    assert empty(journal.export("anon"))
    merged = journal.export("ann")
    assert set(journal.merge_user("anon", "ann").values()) == {0}
    assert journal.export("ann") | {"time": ""} == merged | {"time": ""}


def test_after_merging_the_known_persons_word_holds(journal: Journal) -> None:
    live(journal, "ann", "known")
    live(journal, "anon", "mark")
    journal.put_profile(Profile(user_id="anon", attributes={"place": "mark", "age": "30-39"}))
    journal.merge_user("anon", "ann")
    assert journal.profile("ann") == Profile(user_id="ann", attributes={"place": "known", "age": "30-39"})
    assert [row.command.text for row in journal.commands("ann")] == ["no known"]
    assert journal.reply("ann", "key-1") == {"said": "known"}
    row = journal.understanding("ann")
    assert row is not None
    assert row.interests[0].text == "likes known"
    assert {slate["feed_id"] for slate in journal.export("ann")["slates"]} == {"feed of ann", "feed of anon"}
    assert journal.last_slate("ann", "web") is not None
    assert journal.erase("ann").counts["calls"] == 2


def test_a_person_cannot_be_merged_into_themselves(journal: Journal) -> None:
    live(journal, "ann")
    with pytest.raises(BadRequest, match="itself"):
        journal.merge_user("ann", "ann")
    assert journal.has_user("ann")


@settings(max_examples=25, deadline=None)
@given(films, films)
def test_merging_loses_no_event(
    shared_journal: Journal, theirs: list[tuple[str, int]], ours: list[tuple[str, int]]
) -> None:
    source, target = next(PEOPLE), next(PEOPLE)
    shared_journal.append([rated(source, item_id, minutes) for item_id, minutes in theirs])
    shared_journal.append([rated(target, item_id, minutes) for item_id, minutes in ours])
    before = {event.event_id for user in (source, target) for event in shared_journal.events_of(user)}
    shared_journal.merge_user(source, target)
    after = shared_journal.events_of(target)
    assert {event.event_id for event in after} == before
    assert [(e.time, e.seq) for e in after] == sorted((e.time, e.seq) for e in after)
    assert shared_journal.append([rated(source, item_id, minutes) for item_id, minutes in theirs]).new == 0


def test_an_import_repeated_after_merging_changes_nothing(journal: Journal) -> None:
    log = [rated("anon", "1", 1), rated("anon", "2", 2)]
    journal.append(log)
    journal.merge_user("anon", "ann")
    assert journal.append(log).new == 0
    assert not journal.has_user("anon")
