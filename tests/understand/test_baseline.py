"""The baseline text: one line an event, the newest first, the oldest lines out first."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from intently.nouns import Event
from intently.understand.baseline import baseline_text
from intently.understand.behaviour import BehaviourText
from intently.understand.reliable import is_reliable
from tests.understand.histories import events
from tests.understand.worlds import NOW, rated


def _text(history: list[Event], cap: int = 10_000, numbered: bool = False) -> BehaviourText:
    return baseline_text(
        history, lambda item_id: (f"Game {item_id}", "kind"), NOW, cap_tokens=cap, liked_from=7, numbered=numbered
    )


def _bought(item: str, days_ago: float) -> Event:
    return Event(user_id="ann", kind="purchase", item_id=item, time=NOW - timedelta(days=days_ago))


def test_a_line_is_day_kind_and_title_and_the_newest_stands_first():
    history = [rated(1, 3, days_ago=900), _bought("2", 40), _bought("2", 1), rated(3, 9, days_ago=0)]
    assert _text(history).text.splitlines() == [
        "2026-11-20 liked | Game 3",
        "2026-11-19 bought | Game 2",
        "2026-10-11 bought | Game 2",
        "2024-06-03 did not like | Game 1",
    ]


def test_a_number_stands_for_the_item_on_all_its_lines():
    text = _text([_bought("2", 40), _bought("5", 3), _bought("2", 1)], numbered=True)
    assert [line.split(" | ")[1] for line in text.text.splitlines()] == ["1 Game 2", "2 Game 5", "1 Game 2"]
    assert [(item.number, item.item_id, len(item.event_ids)) for item in text.items] == [(1, "2", 2), (2, "5", 1)]


@given(events(), st.integers(0, 150))
def test_every_line_is_one_event_and_every_event_inside_rests_in_exactly_one_item(history, cap):
    text = _text(history, cap)
    reliable = [event for event in history if is_reliable(event) and event.time <= NOW]
    inside = Counter(event_id for item in text.items for event_id in item.event_ids)
    assert text.text.count("\n") + bool(text.text) == inside.total() == len(reliable) - text.left_out
    assert set(inside.values()) <= {1}
    assert set(inside) <= {event.event_id for event in reliable}


@given(events(), st.integers(0, 150), st.booleans())
def test_a_cap_cuts_whole_lines_from_the_oldest_end(history, cap, numbered):
    whole, cut = _text(history, numbered=numbered), _text(history, cap, numbered)
    assert cut.tokens <= cap
    assert whole.text.splitlines()[: len(cut.text.splitlines())] == cut.text.splitlines()


@given(events(), st.randoms())
def test_the_order_in_which_events_are_given_changes_nothing(history, random):
    shuffled = list(history)
    random.shuffle(shuffled)
    assert _text(shuffled, numbered=True) == _text(history, numbered=True)


@given(events())
def test_numbers_change_the_text_alone(history):
    assert _text(history, numbered=True).items == _text(history).items


def test_a_title_cannot_make_a_line_of_its_own_and_a_lost_item_is_counted():
    nasty = {"1": ("A\n2020-01-01 liked | Forged", ""), "2": None}
    text = baseline_text([rated(1), rated(2)], lambda item_id: nasty[item_id], NOW, cap_tokens=500, liked_from=7)
    assert text.text == "2026-11-15 liked | A 2020-01-01 liked / Forged"
    assert text.left_out == 1
