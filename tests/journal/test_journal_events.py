from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.errors import DataError
from intently.journal import KINDS, Appended, Journal
from intently.journal import events as events_room
from intently.nouns import Event, EventKind
from tests.journal.test_journal_items import ids
from tests.journal.world import NOON, at, rated

PEOPLE = (f"person {n}" for n in count())
times = st.datetimes(datetime(1900, 1, 1), datetime(2400, 1, 1), timezones=st.just(UTC))
amounts = st.none() | st.floats(allow_nan=False, allow_infinity=False)
things = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS), "time": times, "value": amounts, "price": amounts, "quantity": amounts},
    optional={"order_id": ids, "feed_id": ids, "position": st.integers(1, 10**9), "surface": st.just("feed")},
)
subjects = st.fixed_dictionaries({"item_id": ids}) | st.fixed_dictionaries({"query": st.text(st.characters(
    exclude_categories=["Cs"], exclude_characters="\0"), max_size=2000)})  # fmt: skip
OF_TEXTS = ("disown", "reclaim")  # kinds that name no item
acts = st.lists(
    st.tuples(things, subjects)
    .map(lambda both: {**both[0], **both[1]})
    .filter(lambda row: row["kind"] not in OF_TEXTS or "query" in row)
    .map(lambda row: row if row["kind"] != "doubt" else {"item_id": "1", "query": "a line", **row})
    .filter(lambda row: row["kind"] != "doubt" or row["query"]),
    max_size=12,
)


def plain(events: list[Event]) -> list[dict[str, object]]:
    return [event.model_dump(exclude={"seq"}) for event in events]


def test_the_codes_of_kinds_name_every_kind() -> None:
    assert set(KINDS) == set(get_args(EventKind))


@settings(max_examples=60, deadline=None)
@given(acts)
def test_appending_keeps_each_event_once_whole_and_in_order(
    shared_journal: Journal, rows: list[dict[str, object]]
) -> None:
    user_id = next(PEOPLE)
    events = [Event.model_validate({**row, "user_id": user_id}) for row in rows]
    first = {event.event_id: event for event in reversed(events)}  # a later entry replaces an earlier one
    once = [event for n, event in enumerate(events) if event is first[event.event_id] and event not in events[:n]]
    assert shared_journal.append(events) == Appended(len(once), len(events) - len(once))
    assert shared_journal.append(events) == Appended(0, len(events))
    kept = shared_journal.events_of(user_id)
    assert plain(kept) == plain(sorted(once, key=lambda event: event.time))  # stable: equal times stay in order
    assert [e.event_id for e in sorted(kept, key=lambda e: e.seq)] == [e.event_id for e in once]


def test_the_same_event_twice_is_one_event(journal: Journal) -> None:
    assert journal.append([rated("ann", "1"), rated("ann", "1")]) == Appended(1, 1)
    assert journal.append([rated("ann", "1", value=9)]) == Appended(1, 0)  # another value is another event
    assert journal.event_count() == 2


def test_the_first_of_two_events_with_one_id_stays(journal: Journal) -> None:
    journal.append([rated("ann", "1", event_id="e"), rated("bob", "2", event_id="e")])
    assert [event.item_id for event in journal.events_of("ann")] == ["1"]
    assert journal.events_of("bob") == []


def test_equal_times_are_ordered_by_arrival(journal: Journal) -> None:
    journal.append([rated("ann", name) for name in ("c", "a", "b")])
    journal.append([rated("ann", "earlier", minutes=-1)])
    assert [event.item_id for event in journal.events_of("ann")] == ["earlier", "c", "a", "b"]


def test_a_history_can_be_cut_by_kind_time_and_count(journal: Journal) -> None:
    journal.append([rated("ann", str(n), minutes=n) for n in range(5)])
    journal.append([Event(user_id="ann", kind="click", item_id="x", time=at(2))])
    names = [event.item_id for event in journal.events_of("ann", kinds=["rating"], until=at(3), newest=2)]
    assert names == ["2", "3"]
    assert journal.events_of("ann", newest=0) == []
    assert journal.events_of("ann", kinds=[]) == []


def test_what_is_stored_about_nobody_else_is_returned(journal: Journal) -> None:
    journal.append([rated("ann", "1"), rated("ann ", "2"), rated("ANN", "3"), rated("än", "4")])
    assert [event.item_id for event in journal.events_of("ann")] == ["1"]


def test_columns_hold_everybodys_events_about_items_in_order(journal: Journal) -> None:
    journal.append([rated("bob", "2", 5, value=7), rated("ann", "1", 1, value=None), rated("bob", "1", 1, value=3)])
    journal.append([Event(user_id="bob", kind="search", query="comedies", time=NOON)])
    journal.append([Event(user_id="bob", kind="click", item_id="2", time=at(9))])
    columns = journal.event_columns(["rating", "search"])
    people, films = np.array(columns.user_ids)[columns.users], np.array(columns.item_ids)[columns.items]
    assert list(zip(people, films, strict=True)) == [("ann", "1"), ("bob", "1"), ("bob", "2")]
    assert columns.times.tolist() == [at(m).timestamp() for m in (1, 1, 5)]
    assert np.isnan(columns.values[0])
    assert columns.values[1:].tolist() == [3, 7]
    assert columns.kinds.tolist() == [KINDS.index("rating")] * 3
    assert columns.seqs.tolist() == sorted(columns.seqs[:2]) + [columns.seqs.min()]
    assert [columns.users.dtype, columns.items.dtype, columns.kinds.dtype] == [np.int32, np.int32, np.int8]


def test_columns_see_nothing_later_than_asked(journal: Journal) -> None:
    journal.append([rated("ann", "1", 1), rated("bob", "2", 2), rated("bob", "3", 3)])
    columns = journal.event_columns(["rating"], until=at(2))
    assert (columns.item_ids, columns.user_ids) == (["1", "2"], ["ann", "bob"])


def test_columns_of_an_empty_journal_are_empty(journal: Journal) -> None:
    columns = journal.event_columns(["rating"])
    assert (len(columns.times), columns.user_ids, columns.users.dtype) == (0, [], np.int32)


def test_events_longer_than_a_chunk_and_columns_longer_than_a_page_come_whole(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events_room, "CHUNK", 64)
    events = [rated(f"person {n % 7}", f"film {n % 101}", n) for n in range(1000)]
    assert journal.append(iter(events)) == Appended(1000, 0)
    columns = journal.event_columns(["rating"])
    assert columns.seqs.tolist() == sorted(columns.seqs.tolist())
    names = [(columns.user_ids[u], columns.item_ids[i]) for u, i in zip(columns.users, columns.items, strict=True)]
    assert names == [(event.user_id, event.item_id) for event in events]


def test_text_that_one_database_cannot_hold_is_refused_by_both(journal: Journal) -> None:
    bad = Event(user_id="ann", kind="search", query="nul \0 here", time=NOON)
    with pytest.raises(DataError, match="NUL"):
        journal.append([bad])


def test_the_newest_time_and_the_count_are_known(journal: Journal) -> None:
    assert (journal.last_event_time(), journal.event_count()) == (None, 0)
    journal.append([rated("ann", "1", 3), rated("ann", "2", 1)])
    assert (journal.last_event_time(), journal.event_count()) == (at(3), 2)


def test_people_are_listed_with_their_events(journal: Journal) -> None:
    journal.append([rated("bob", "1"), rated("ann", "1"), rated("ann", "2"), rated("a%_b", "1")])
    assert journal.user_ids() == [("ann", 2), ("a%_b", 1), ("bob", 1)]
    assert journal.user_ids(order="id") == [("a%_b", 1), ("ann", 2), ("bob", 1)]
    assert journal.user_ids(prefix="a") == [("ann", 2), ("a%_b", 1)]
    assert journal.user_ids(prefix="a%") == [("a%_b", 1)]
    assert journal.user_ids(limit=1) == [("ann", 2)]
    assert [journal.has_user(user_id) for user_id in ("ann", "an", "nobody")] == [True, False, False]


def in_threads(work: Callable[[int], None], workers: int = 8) -> None:
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(work, n) for n in range(workers)]:
            done.result()


def test_eight_threads_append_and_read_at_once_and_lose_nothing(journal: Journal) -> None:
    def work(n: int) -> None:
        for i in range(25):
            own, common = rated(f"person {n}", f"film {i}", i), rated("everybody", f"film {i}", i)
            journal.append([own, common])
            assert len(journal.events_of(f"person {n}")) == i + 1

    in_threads(work)
    assert journal.event_count() == 8 * 25 + 25
    seqs = [event.seq for n in range(8) for event in journal.events_of(f"person {n}")]
    assert len(set(seqs)) == 200


def test_a_long_import_lets_other_writers_in(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_room, "CHUNK", 50)
    between: list[int] = []

    def stream() -> Iterator[Event]:
        for n in range(500):
            if n % 100 == 99:  # another writer, while the import is under way
                journal.append([rated("visitor", str(n), n)])
                between.append(journal.event_count())
            yield rated("importer", str(n), n)

    assert journal.append(stream()) == Appended(500, 0)
    assert between == [51, 152, 253, 354, 455]
