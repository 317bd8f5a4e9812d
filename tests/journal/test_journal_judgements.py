from intently.journal import Journal
from tests.journal.world import judged


def test_a_judgement_comes_back_whole_and_a_later_one_of_the_same_version_replaces_it(journal: Journal) -> None:
    journal.judgements.put(judged("ann", rank="A"))
    journal.judgements.put(judged("ann", rank="S"))
    assert journal.judgements.all() == [judged("ann", rank="S")]


def test_versions_people_and_nobody_keep_judgements_of_their_own(journal: Journal) -> None:
    rows = [judged("ann"), judged("bob"), judged(None), judged("ann", version="v2")]
    for row in rows:
        journal.judgements.put(row)
    assert len(journal.judgements.all()) == 4
    assert journal.judgements.all(version="v2", task="tag", judge="agentic") == [rows[3]]
    journal.erase("ann")
    assert {row.user_id for row in journal.judgements.all()} == {"bob", None}
