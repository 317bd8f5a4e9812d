"""Lines for interests and items: a person's own or nobody's, one for each situation, gone when their time is over."""

from dataclasses import replace

from intently.journal import Journal, ReasonRow
from tests.journal.world import NOON, at

OWN = ReasonRow(
    "ann", "heists", "1", "winter", "h1", NOON, at(60), {"text": "A quiet heist", "evidence": [["facet", "g"]]}
)


def of(journal: Journal, user_id: str, minutes: float = 1) -> list[str]:
    found = journal.reasons.of(user_id, ["1", "2"], ["heists", "ships"], at(minutes))
    return [f"{row.item_id} {row.body['text']}" for row in found]


def test_a_line_comes_back_whole(journal: Journal) -> None:
    journal.reasons.put(OWN)
    assert journal.reasons.of("ann", ["1"], ["heists"], at(1)) == [OWN]
    assert journal.reasons.any()


def test_a_person_sees_their_own_lines_and_nobodys_and_no_other_persons(journal: Journal) -> None:
    assert not journal.reasons.any()
    journal.reasons.put(OWN)
    journal.reasons.put(replace(OWN, user_id=None, interest_id="ships", item_id="2", body={"text": "Rough seas"}))
    journal.reasons.put(replace(OWN, interest_id="gardens", body={"text": "Moss"}))
    assert of(journal, "ann") == ["1 A quiet heist", "2 Rough seas"]
    assert of(journal, "bob") == ["2 Rough seas"]


def test_a_line_that_is_made_anew_takes_the_place_of_the_old_and_another_situation_has_its_own(
    journal: Journal,
) -> None:
    journal.reasons.put(OWN)
    journal.reasons.put(replace(OWN, body={"text": "A loud heist"}, input_hash="h2", time=at(1)))
    journal.reasons.put(replace(OWN, situation="spring", body={"text": "A heist in May"}, time=at(2)))
    assert of(journal, "ann", 3) == ["1 A heist in May", "1 A loud heist"]
    assert journal.reasons.hashes([OWN.key, "other"], at(3)) == {OWN.key: "h2"}


def test_a_line_is_read_only_while_it_holds_and_then_it_is_pruned(journal: Journal) -> None:
    journal.reasons.put(OWN)
    assert of(journal, "ann", -1) == []  # as of before it was made
    assert of(journal, "ann", 60) == []
    assert journal.reasons.hashes([OWN.key], at(60)) == {}
    assert (journal.reasons.prune(at(59)), journal.reasons.prune(at(60))) == (0, 1)
    assert not journal.reasons.any()


def test_erasing_a_person_leaves_nobodys_lines(journal: Journal) -> None:
    journal.reasons.put(OWN)
    journal.reasons.put(replace(OWN, user_id=None, interest_id="ships", item_id="2", body={"text": "Rough seas"}))
    assert journal.erase("ann").counts["reasons"] == 1
    assert of(journal, "ann") == ["2 Rough seas"]


def test_the_newest_lines_are_given_the_oldest_of_them_first(journal: Journal) -> None:
    for n in range(4):
        journal.reasons.put(replace(OWN, item_id=str(n), time=at(n), body={"text": str(n)}))
    assert [row.body["text"] for row in journal.reasons.newest(3)] == ["1", "2", "3"]
