from dataclasses import replace

from intently.journal import Activity, Journal, UnderstandingRow
from intently.nouns import Cue, Interest, Persona, Tag
from tests.journal.world import NOON, asked, at, rated

INTEREST = Interest(
    interest_id="i1", text="slow comedies", evidence=("e1", "e2"), reason="three of them", valid_until=NOON
)
TAG = Tag(tag_id="t1", text="dry British comedy", interest_id="i1", found=12, best_similarity=0.61)


def test_the_newest_understanding_not_later_than_a_moment_is_found(journal: Journal) -> None:
    assert journal.understanding("ann") is None
    journal.put_understanding(UnderstandingRow("ann", "h1", (INTEREST,), (TAG,), at(0)))
    journal.put_understanding(UnderstandingRow("ann", "h2", (), (), at(10)))
    journal.put_understanding(UnderstandingRow("bob", "h3", (), (), at(20)))
    newest, earlier = journal.understanding("ann"), journal.understanding("ann", until=at(5))
    assert newest is not None
    assert earlier is not None
    assert (newest.input_hash, newest.interests, newest.time) == ("h2", (), at(10))
    assert (earlier.input_hash, earlier.interests, earlier.tags) == ("h1", (INTEREST,), (TAG,))
    assert journal.understanding("ann", until=at(-1)) is None


def test_of_every_person_the_newest_understanding_by_its_moment_is_listed(journal: Journal) -> None:
    made = [("ann", "late", 10), ("ann", "early", 5), ("bob", "first", 3), ("bob", "again", 3)]
    for user_id, input_hash, minute in made:
        journal.put_understanding(UnderstandingRow(user_id, input_hash, (), (), at(minute)))
    assert [(row.user_id, row.input_hash) for row in journal.newest_understandings()] == [
        ("ann", "late"), ("bob", "again"),
    ]  # fmt: skip


def test_an_understanding_comes_back_whole(journal: Journal) -> None:
    made = UnderstandingRow(
        "ann", "h1", (INTEREST.model_copy(update={"listed": True, "verdicts": {"evidence": "code"}}),),
        (Tag(tag_id="t2", text="warm winter comedy", persona_id="p1"),), at(0), "v2",
        (Persona(persona_id="p1", role="winter evenings", why="it is cold", evidence=("e1",), cues=("season",)),),
        (Cue(cue_id="season", kind="season", text="winter", time=NOON, source="calendar"),),
        {"refused": [["tags", "too vague"]], "calls": ["h"]},
    )  # fmt: skip
    journal.put_understanding(made)
    assert journal.understanding("ann") == made


def test_a_stage_that_was_done_for_the_same_input_is_not_done_again(journal: Journal) -> None:
    journal.put_stage("ann", "interests", "h1", {"interests": [1]})
    journal.put_stage("ann", "interests", "h1", {"interests": [2]})
    assert journal.stage_output("ann", "interests", "h1") == {"interests": [2]}
    assert journal.stage_output("ann", "interests", "h2") is None
    assert journal.stage_output("ann", "tags", "h1") is None
    assert journal.stage_output("bob", "interests", "h1") is None


def test_failures_are_rows_the_newest_first(journal: Journal) -> None:
    journal.put_failure("ann", "tags", "AnswerInvalid", "no \0 JSON")
    journal.put_failure(None, "encode", "StoreError", "disk")
    assert [(row.user_id, row.stage, row.message) for row in journal.failures()] == [
        (None, "encode", "disk"),
        ("ann", "tags", "no \ufffd JSON"),
    ]
    assert len(journal.failures(limit=1)) == 1


def test_only_a_successful_call_answers_again(journal: Journal) -> None:
    journal.put_call(asked("h1", outcome="timeout", answer=None))
    assert journal.find_call("h1") is None
    journal.put_call(asked("h1", "ann", answer="[1]"))
    journal.put_call(asked("h1", outcome="invalid", answer="[oops"))
    assert journal.find_call("h1") == asked("h1", "ann", answer="[1]")
    assert journal.find_call("h2") is None


def test_calls_are_listed_for_one_person_or_all_the_newest_first(journal: Journal) -> None:
    rows = [asked("h1", "ann"), asked("h2", None), replace(asked("h3", "ann"), cost=0.25, time=at(3))]
    for row in rows:
        journal.put_call(row)
    assert journal.calls() == rows[::-1]
    assert journal.calls("ann") == [rows[2], rows[0]]
    assert journal.calls(limit=1) == [rows[2]]


def test_what_people_did_is_counted_until_a_moment_and_since_they_were_understood(journal: Journal) -> None:
    journal.append([rated("ann", "1", 0), rated("ann", "2", 10), rated("ann", "3", 20), rated("bob", "1", 5)])
    journal.append([rated("ann", "4", 11, value=None, kind="click"), rated("eve", "1", 99)])
    journal.put_understanding(UnderstandingRow("ann", "h1", (), (), at(2)))
    journal.put_understanding(UnderstandingRow("ann", "h2", (), (), at(10)))
    journal.put_understanding(UnderstandingRow("ann", "h3", (), (), at(90)))
    assert journal.activities(["rating"], at(30)) == [
        Activity("ann", events=3, fresh=1, newest=at(20), understood=at(10)),
        Activity("bob", events=1, fresh=1, newest=at(5), understood=None),
    ]
    assert journal.activities(["rating", "click"], at(15))[0] == Activity("ann", 3, 1, at(11), at(10))


def test_the_newest_understandings_before_a_moment_leave_out_those_of_that_moment(journal: Journal) -> None:
    journal.put_understanding(UnderstandingRow("ann", "h1", (), (), at(0)))
    journal.put_understanding(UnderstandingRow("ann", "h2", (), (), at(10)))
    journal.put_understanding(UnderstandingRow("bob", "h3", (), (), at(10)))
    assert [row.input_hash for row in journal.newest_understandings()] == ["h2", "h3"]
    assert [row.input_hash for row in journal.newest_understandings(before=at(10))] == ["h1"]
