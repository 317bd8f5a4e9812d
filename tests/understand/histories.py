"""Drawn histories: every kind of event, repeats, ties of time, ages on both sides of every bucket's edge."""

from datetime import timedelta

from hypothesis import strategies as st

from intently.nouns import Event
from tests.understand.worlds import NOW

KINDS = ["impression", "view", "click", "detail", "review", "favourite", "cart", "purchase", "rating", "search", "hide"]


@st.composite
def events(draw) -> list[Event]:
    found = []
    for seq in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from(KINDS))
        about = (
            {"query": f"query {draw(st.integers(0, 3))}"}
            if kind == "search"
            else {"item_id": str(draw(st.integers(0, 9)))}
        )
        value = {"value": draw(st.integers(1, 10))} if kind == "rating" else {}
        time = NOW - timedelta(days=draw(st.sampled_from([0.1, 1, 29, 30, 31, 60, 364, 365, 366, 900, -1])))
        found.append(Event(user_id="ann", kind=kind, time=time, seq=seq, **about, **value))
    unique = {event.event_id: event for event in found}
    return sorted(unique.values(), key=lambda event: (event.time, event.seq))
