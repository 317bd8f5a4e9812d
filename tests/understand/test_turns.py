"""Lists that take turns."""

from hypothesis import given
from hypothesis import strategies as st

from intently.understand.turns import taking_turns


@given(st.lists(st.lists(st.integers(), max_size=6), max_size=5))
def test_nothing_is_lost_and_no_list_is_two_ahead_of_another_that_has_more(lists):
    marked = [[(number, place, one) for place, one in enumerate(own)] for number, own in enumerate(lists)]
    found = taking_turns(marked)
    assert sorted(found) == sorted(one for own in marked for one in own)
    assert [(place, number) for number, place, _ in found] == sorted((place, number) for number, place, _ in found)
