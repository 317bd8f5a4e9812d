"""Events count at once; a person's rights reach everything; items change at once."""

from datetime import UTC, datetime

import pytest

from intently.engine import Engine
from intently.errors import BadRequest, NotFound, Stale
from intently.nouns import Event, Item


def rated(user_id: str, item_id: str, value: float = 9) -> Event:
    return Event(user_id=user_id, kind="rating", item_id=item_id, value=value, time=datetime.now(UTC))


def ids(engine: Engine, user_id: str, limit: int = 10) -> list[str]:
    return [item.item_id for item in engine.feed(user_id, limit=limit).items]


def test_what_a_person_rates_leaves_their_feed_at_once(films: Engine) -> None:
    first = ids(films, "new")[0]
    films.record([rated("new", first)])
    assert first not in ids(films, "new", 100)


def test_a_new_person_gets_neighbours_from_the_first_event(films: Engine) -> None:
    before = ids(films, "new")
    item_id = films.find_items("Toy Story")[0][0]
    films.record([rated("new", item_id)])
    slate = films.feed("new", limit=50)
    assert [item.item_id for item in slate.items][:10] != before
    assert any("Toy Story" in item.reason.text for item in slate.items)


def test_the_same_event_twice_is_one_event(films: Engine) -> None:
    event = rated("new", "5")
    assert (films.record([event]).new, films.record([event]).new) == (1, 0)


def test_what_is_hidden_never_comes_back(films: Engine) -> None:
    first = ids(films, "new")[0]
    films.record([Event(user_id="new", kind="hide", item_id=first, time=datetime.now(UTC))])
    assert first not in ids(films, "new", 100)


def test_export_holds_what_was_said_and_erase_leaves_nothing(films: Engine) -> None:
    films.record([rated("new", "5")])
    films.say("new", "no horror, something cosy")
    exported = films.export("new")
    assert "something cosy" in str(exported)
    erased = films.erase("new")
    assert sum(erased.counts.values()) >= 4
    assert "something cosy" not in str(films.export("new"))
    assert films.memory("new").preferences == ()
    assert films.recent("new") == []


def test_an_anonymous_person_becomes_a_known_one_with_events_and_memory(films: Engine) -> None:
    films.record([rated("anonymous", "5")])
    films.say("anonymous", "no horror")
    films.say("known", "something funny")
    films.merge("anonymous", "known")
    assert {p.quote for p in films.memory("known").preferences} == {"horror", "funny"}
    assert [event.item_id for event, _ in films.recent("known")] == ["5"]
    assert films.memory("anonymous").preferences == ()


def test_a_price_and_stock_hold_in_the_next_request(shop: Engine) -> None:
    shop.say("new", "under £1")
    first = ids(shop, "new")[0]
    shop.patch_item(first, {"facets": {"price": 1.5}})
    assert first not in ids(shop, "new", 100)
    second = ids(shop, "new")[0]
    shop.patch_item(second, {"available": False})
    assert second not in ids(shop, "new", 100)
    assert shop.item(second).available is False


def test_a_new_item_is_found_by_its_facets_and_gone_when_deleted(films: Engine) -> None:
    item = Item(item_id="x/1", title="Quite New", facets={"genre": ("Western",), "year": 1899.0})
    films.put_item(item)
    films.say("new", "a western from before 1900")
    assert ids(films, "new") == ["x/1"]
    films.delete_item("x/1")
    assert ids(films, "new") == []
    with pytest.raises(NotFound):
        films.item("x/1")


def test_a_changed_catalogue_is_the_same_after_a_restart(films: Engine) -> None:
    films.put_item(Item(item_id="x/1", title="Quite New", facets={"genre": ("Western",), "year": 1899.0}))
    with Engine("films", config=films.config, model=False) as again:
        assert again.item("x/1").title == "Quite New"
        assert [i.item_id for i in again.say("new", "a western from before 1900").feed.items] == ["x/1"]


def test_events_that_came_after_the_index_was_built_count_after_a_restart(films: Engine) -> None:
    item_id = films.find_items("The Kid")[0][0]
    films.record([rated(f"fan{number}", item_id) for number in range(400)])
    with Engine("films", config=films.config, model=False) as again:
        assert ids(again, "somebody")[0] == item_id


def test_deleting_a_chip_seen_in_an_older_version_is_refused(films: Engine) -> None:
    seen = films.say("12", "no horror")
    films.say("12", "something funny")
    with pytest.raises(Stale):
        films.drop("12", seen.memory[0].id, version=seen.memory_version)
    assert len(films.memory("12").preferences) == 2


def test_an_idempotency_key_answers_the_same_command_once(films: Engine) -> None:
    first = films.say("12", "no horror", idempotency_key="k1")
    again = films.say("12", "no horror", idempotency_key="k1")
    assert again.memory_version == first.memory_version == films.memory("12").version
    assert again.as_json() == first.as_json()


def test_a_preview_changes_nothing(films: Engine) -> None:
    before = films.feed("12")
    said = films.say("12", "only westerns", preview=True)
    assert [p.facet for p in said.memory] == ["genre"]
    assert films.memory("12").version == 0
    assert [i.item_id for i in films.feed("12", as_of=before.as_of).items] == [i.item_id for i in before.items]


def test_what_holds_for_the_next_feed_holds_for_one(films: Engine) -> None:
    said = films.say("12", "only westerns, just this once")
    assert said.feed.items
    assert all("western" in str(films.item(item.item_id).facets).lower() for item in said.feed.items)
    assert films.memory("12").preferences == ()


def test_one_client_does_not_see_what_another_said_for_its_session(films: Engine) -> None:
    films.say("12", "no horror", client="phone")
    assert films.memory("12", client="tv").preferences == ()
    films.say("12", "never any horror again", client="phone")
    assert [p.scope.kind for p in films.memory("12", client="tv").preferences] == ["always"]


def test_candidates_of_the_caller_are_ranked_and_those_that_break_a_must_are_named(films: Engine) -> None:
    films.say("12", "no horror")
    horror = films.find_items("The Conjuring")[0][0]
    comedy = films.find_items("Toy Story")[0][0]
    slate = films.rank("12", [horror, comedy])
    assert [item.item_id for item in slate.items] == [comedy]
    assert [entry.item_id for entry in slate.removed.items] == [horror]


def test_a_cursor_is_refused_to_another_person(films: Engine) -> None:
    cursor = films.feed("12").cursor
    with pytest.raises(BadRequest):
        films.feed("13", cursor=cursor)


def test_nothing_later_than_as_of_is_seen(films: Engine) -> None:
    events = films.store.journal.events_of("12")
    early = events[5].time
    until = [event for event in events if event.time <= early]
    assert len(until) < len(events)
    slate = films.feed("12", as_of=early, limit=100)
    named = {value for item in slate.items for name, value in item.reason.evidence if name == "event"}
    assert slate.removed.counts["seen"] == len({event.item_id for event in until})
    assert named
    assert named <= {event.event_id for event in until}
