"""The history by strands: every item once, the newest of each strand first, never beyond the cap."""

from hypothesis import given
from hypothesis import strategies as st

from intently.language import approximate_tokens
from intently.understand.behaviour import BehaviourText, behaviour_text
from intently.understand.digest import digest_text
from intently.understand.strands import Strand
from tests.understand.histories import events
from tests.understand.worlds import NOW, rated


def _behaviour(history) -> BehaviourText:
    return behaviour_text(history, lambda item_id: (f"Game {item_id}", ""), NOW, cap_tokens=10_000, liked_from=7)


STRANDS = (
    Strand((("kind", "sea"), ("kind", "crime")), 3.0, ("1", "2")),
    Strand((("kind", "calm"),), 2.0, ("2", "3")),
)


def test_strands_are_lines_then_what_none_has_then_what_was_disliked():
    history = [rated(item, days_ago=20 - item) for item in (1, 2, 3, 4)] + [rated(5, 2, days_ago=1)]
    assert digest_text(_behaviour(history), STRANDS, 500).behaviour.text == (
        "sea + crime | Game 2; Game 1\ncalm | Game 3\nother | Game 4\ndid not like | Game 5"
    )


@given(events(), st.integers(0, 120))
def test_threads_hold_what_was_liked_and_no_event_is_lost_or_invented(history, cap):
    behaviour = _behaviour(history)
    digest = digest_text(behaviour, STRANDS, cap)
    text = digest.behaviour
    assert [item.number for item in text.items] == list(range(1, len(text.items) + 1))
    assert [item for thread in digest.threads for item in thread.items] == [item for item in text.items if item.liked]
    inside = [event_id for item in text.items for event_id in item.event_ids]
    everything = [event_id for item in behaviour.items for event_id in item.event_ids]
    assert len(set(inside)) == len(inside)
    assert set(inside) <= set(everything)
    assert text.left_out == behaviour.left_out + len(everything) - len(inside)
    assert all(item.title in text.text for item in text.items)
    assert text.tokens == approximate_tokens(text.text) <= cap
    assert digest_text(behaviour, STRANDS, cap) == digest


def test_a_small_cap_keeps_the_newest_of_every_strand_before_more_of_one():
    history = [rated(item, days_ago=30 - item) for item in range(1, 20)]
    many = (Strand((("kind", "sea"),), 3.0, tuple(str(n) for n in range(4, 20))), STRANDS[1])
    assert digest_text(_behaviour(history), many, 30).behaviour.text == (
        "sea | Game 19; Game 18\ncalm | Game 3; Game 2\nother | Game 1"
    )
