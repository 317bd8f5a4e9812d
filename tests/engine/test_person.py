"""One person as a request sees them: the history as columns, what is hidden and what was seen."""

from datetime import UTC, datetime, timedelta

from intently.engine.people import person_of
from intently.nouns import KINDS, Event
from tests.retrieve.worlds import Items, spec_of, unit_rows

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ITEMS = Items(("a", "b", "c"), unit_rows(3, 4))


def event(place: int, kind: str, item_id: str, value: float | None = None) -> Event:
    return Event(
        event_id=f"e{place}", user_id="ann", item_id=item_id, kind=kind, value=value, time=NOW + timedelta(hours=place)
    )


def test_every_event_of_a_history_says_its_kind_and_whether_it_was_liked():
    told = [event(0, "rating", "a", 3.0), event(1, "view", "b"), event(2, "purchase", "b"), event(3, "hide", "c")]
    person = person_of(told, spec_of(liked_from=4.0), ITEMS)
    assert [KINDS[kind] for kind in person.history.kinds.tolist()] == ["rating", "purchase"]
    assert person.history.rows.tolist() == [0, 1]
    assert person.history.liked.tolist() == [False, True]
    assert person.hidden == {"c"}
