from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from intently.journal import Journal, SlateRow
from tests.journal.world import NOON, at

documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def test_a_slate_comes_back_and_the_newest_of_a_client_is_found(journal: Journal) -> None:
    journal.put_slate("f1", "ann", "web", "feed", at(0), ["1", "a/b", "☃"])
    journal.put_slate("f2", "ann", "phone", "feed", at(5), ["2"])
    journal.put_slate("f3", "ann", "web", "home", at(0), [])  # the same moment: the later arrival is the newest
    journal.put_slate("f4", "bob", "web", "feed", at(9), ["4"])
    assert journal.slate("f1") == SlateRow("f1", "ann", "web", "feed", at(0), ("1", "a/b", "☃"))
    assert journal.last_slate("ann", "web") == SlateRow("f3", "ann", "web", "home", at(0), ())
    assert journal.slate_times("ann", "web") == [at(0), at(0)]
    assert journal.slate_times("ann", "phone", limit=1) == [at(5)]
    assert journal.slate("none") is None
    assert journal.last_slate("ann", "cli") is None


def test_the_same_feed_again_replaces_the_slate(journal: Journal) -> None:
    journal.put_slate("f1", "ann", "web", "feed", at(0), ["1"])
    journal.put_slate("f1", "ann", "web", "feed", at(0), ["1", "2"])
    slate = journal.slate("f1")
    assert slate is not None
    assert slate.item_ids == ("1", "2")


@settings(max_examples=40, deadline=None)
@given(documents)
def test_a_trace_comes_back_as_it_was_given(shared_journal: Journal, body: object) -> None:
    shared_journal.put_trace("f1", "ann", NOON, {"body": body})
    assert shared_journal.trace("f1") == {"body": body}


def test_old_traces_are_pruned_and_newer_ones_stay(journal: Journal) -> None:
    for days in range(4):
        journal.put_trace(f"f{days}", "ann", NOON + timedelta(days=days), {"days": days})
    assert journal.prune_traces(NOON + timedelta(days=2)) == 2
    assert [journal.trace(f"f{days}") for days in range(4)] == [None, None, {"days": 2}, {"days": 3}]


def test_a_note_about_the_store_is_kept(journal: Journal) -> None:
    assert journal.get_meta("imported") is None
    journal.set_meta("imported", "yes")
    journal.set_meta("imported", "twice")
    assert journal.get_meta("imported") == "twice"
