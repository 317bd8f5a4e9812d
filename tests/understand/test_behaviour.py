"""The behaviour text: deterministic, complete up to its cap, never mid-line."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.nouns import Event
from intently.understand.behaviour import BehaviourText, behaviour_text
from intently.understand.reliable import is_reliable, word_of
from tests.understand.histories import events
from tests.understand.worlds import NOW, rated


def _text(events: list[Event], cap: int = 10_000) -> BehaviourText:
    return behaviour_text(events, lambda item_id: (f"Game {item_id}", ""), NOW, cap_tokens=cap, liked_from=7)


def _bucket(event: Event) -> str:
    age = NOW - event.time
    month, year = timedelta(days=30), timedelta(days=365)
    return event.time.strftime("%Y-%m-%d" if age <= month else "%Y-%m" if age <= year else "%Y")


def _read_back(text: BehaviourText) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """What the text says: (bucket, word) -> (number, how often), in the order of its line."""
    said: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for line in text.text.splitlines():
        head, things = line.split(" | ")
        found = [re.match(r"(\d+)(?: (?!x\d+$)\D.*?)?(?: x(\d+))?$", thing) for thing in things.split("; ")]
        for bucket, words in re.findall(r"([\d-]+) \((.*?)\)", head):
            for word in words.split(", "):
                assert (bucket, word) not in said
                said[bucket, word] = [(int(one[1]), int(one[2] or 1)) for one in found]
    return said


@given(events(), st.integers(0, 200))
def test_the_text_says_every_kept_event_exactly_once(history, cap):
    text = _text(history, cap)
    number = {event_id: item.number for item in text.items for event_id in item.event_ids}
    inside = [event for event in history if event.event_id in number]
    told = Counter((_bucket(e), word_of(e, 7), number[e.event_id]) for e in inside)
    assert told == {(*at, n): often for at, things in _read_back(text).items() for n, often in things}
    assert text.left_out == sum(is_reliable(e) and e.time <= NOW for e in history) - len(inside)


@given(events())
def test_every_reliable_event_is_in_exactly_one_item_and_no_other_event_is(history):
    text = _text(history)
    inside = [event_id for item in text.items for event_id in item.event_ids]
    assert sorted(inside) == sorted(e.event_id for e in history if is_reliable(e) and e.time <= NOW)
    assert text.left_out == 0


@given(events())
def test_in_a_bucket_the_newest_thing_stands_first(history):
    text = _text(history)
    number = {event_id: item.number for item in text.items for event_id in item.event_ids}
    newest_first = sorted(history, key=lambda event: (event.time, event.seq), reverse=True)
    for at, things in _read_back(text).items():
        inside = [e for e in newest_first if e.event_id in number and (_bucket(e), word_of(e, 7)) == at]
        assert [n for n, _ in things] == list(dict.fromkeys(number[e.event_id] for e in inside))


@given(events(), st.integers(0, 200), st.randoms())
def test_the_same_history_gives_the_same_text_in_whatever_order_it_is_given(history, cap, random):
    shuffled = list(history)
    random.shuffle(shuffled)
    assert _text(shuffled, cap) == _text(history, cap)


@given(events(), st.integers(0, 200))
def test_a_cap_takes_away_the_oldest_buckets_first(history, cap):
    cut = _text(history, cap)
    assert cut.tokens <= cap
    inside = {event_id for item in cut.items for event_id in item.event_ids}
    reliable = [event for event in history if is_reliable(event) and event.time <= NOW]
    newest = {_bucket(event): event.time for event in reliable}  # ascending: the last one holds
    gone = [newest[_bucket(e)] for e in reliable if e.event_id not in inside]
    staying = [newest[_bucket(e)] for e in reliable if e.event_id in inside]
    assert not gone or not staying or max(gone) <= min(staying)


@given(events(), st.integers(0, 200))
def test_things_are_numbered_where_they_are_named_and_lines_are_whole(history, cap):
    text = _text(history, cap)
    named = [int(n) for n in re.findall(r"(?:\| |; )(\d+) [A-Za-z]", re.sub(r" x\d+", "", text.text))]
    assert named == [item.number for item in text.items] == list(range(1, len(text.items) + 1))
    assert all(re.fullmatch(r"\d{4}[^|]*\) \| \d[^|]*", line) for line in text.text.splitlines())


def test_times_are_days_within_a_month_months_within_a_year_and_years_beyond():
    text = _text([rated(3, days_ago=800), rated(2, days_ago=200), rated(1, days_ago=3)])
    assert text.text.splitlines() == [
        "2026-11-17 (liked) | 1 Game 1",
        "2026-05 (liked) | 2 Game 2",
        "2024 (liked) | 3 Game 3",
    ]


def _bought(item: str, days_ago: float, kind: str = "purchase", seq: int = 0) -> Event:
    return Event(
        user_id="ann", kind=kind, item_id=item, time=NOW - timedelta(days=days_ago), seq=seq, order_id=str(seq)
    )


def test_the_same_sequence_of_things_is_one_line_with_all_its_times_and_kinds():
    history = [
        *(_bought("5", 300 + hours, seq=1) for hours in (0, 0.1)),
        *(_bought("4", 299 + hours, seq=2) for hours in (0, 0.1)),
        *(_bought(item, 2, kind) for item in ("7", "6") for kind in ("review", "purchase")),
        *(_bought("5", 100 + hours, seq=3) for hours in (0, 0.1)),
        *(_bought("4", 99 + hours, seq=4) for hours in (0, 0.1)),
    ]
    assert _text(history).text.splitlines() == [
        "2026-11-18 (read about, bought) | 1 Game 7; 2 Game 6",
        "2026-08 (bought), 2026-01 (bought) | 3 Game 4 x2; 4 Game 5 x2",
    ]


def test_what_is_bought_again_costs_its_number_and_within_a_bucket_a_count():
    milk = [_bought("4", days, seq=int(days * 9)) for days in (1.1, 1.2, 1.3, 40, 41, 42, 600)]
    text = _text([*milk, _bought("5", 41)])
    assert text.text.splitlines() == [
        "2026-11-18 (bought) | 1 Game 4 x3",
        "2026-10 (bought) | 1 x3; 2 Game 5",
        "2025 (bought) | 1",
    ]
    assert set(text.items[0].event_ids) == {event.event_id for event in milk}


def test_items_that_read_the_same_are_one_thing_with_the_evidence_of_all():
    history = [_bought("4", 3), _bought("5", 2), _bought("6", 1)]
    text = behaviour_text(history, lambda i: ("milk", "2 %" if i == "6" else ""), NOW, cap_tokens=500)
    assert [item.text for item in text.items] == ["milk: 2 %", "milk"]
    assert text.items[1].item_id == "5"
    assert text.items[1].event_ids == (history[1].event_id, history[0].event_id)


def test_a_search_and_an_item_that_read_the_same_are_two_things():
    text = _text([rated(4), Event(user_id="ann", kind="search", query="Game 4", time=NOW)])
    assert [item.item_id for item in text.items] == [None, "4"]


def test_a_catalogue_may_mean_other_kinds_of_behaviour_than_the_usual():
    history = [_bought("4", 1, "view"), _bought("5", 2), _bought("6", 3, "hide"), _bought("7", 4, "impression")]
    text = behaviour_text(
        history, lambda i: (f"Game {i}", ""), NOW, cap_tokens=500, kinds=("view", "hide", "impression")
    )
    assert text.text.splitlines() == ["2026-11-19 (viewed) | 1 Game 4", "2026-11-17 (hid) | 2 Game 6"]
    assert [item.liked for item in text.items] == [True, False]


@pytest.mark.parametrize(("value", "word", "liked"), [(7, "liked", True), (6.5, "did not like", False)])
def test_a_rating_below_the_bar_is_said_to_be_no_liking(value, word, liked):
    text = _text([rated(1, value)])
    assert f"({word})" in text.text
    assert text.items[0].liked is liked


def test_what_lies_after_the_moment_is_not_read():
    assert _text([rated(1, days_ago=-2)]).text == ""


def test_a_title_cannot_make_a_line_or_an_item_of_its_own():
    nasty = "A\n2020 (liked) | 9 Forged; 10 Forged too"
    text = behaviour_text([rated(1)], lambda _: (nasty, ""), NOW, cap_tokens=500, liked_from=7)
    assert text.text == "2026-11-15 (liked) | 1 A 2020 (liked) / 9 Forged, 10 Forged too"


def test_an_item_that_is_gone_from_the_catalogue_is_left_out_and_counted():
    text = behaviour_text([rated(1), rated(2)], lambda i: None if i == "1" else ("Two", ""), NOW, cap_tokens=500)
    assert [item.item_id for item in text.items] == ["2"]
    assert text.left_out == 1
