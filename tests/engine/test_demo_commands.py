"""What the demo promises, judged by the oracle from the raw files."""

from collections.abc import Sequence

import pytest

from intently.engine import Engine, Said
from intently.engine.store import demo_pack
from intently.evaluate.oracle import Condition, Oracle, read_films, read_shop
from intently.nouns import Preference, Slate

NINETIES = "no horror please, something funny from the 90s under 100 minutes"
ASKED = [
    Condition("genre", ("Horror",), avoid=True),
    Condition("style", ("horror", "slasher", "zombie film"), avoid=True),
    Condition("year", low=1990, high=1999),
    Condition("minutes", high=100),
]


@pytest.fixture(scope="module")
def film_oracle() -> Oracle:
    pack = demo_pack("films")
    assert pack is not None
    return read_films(pack.parent)


@pytest.fixture(scope="module")
def shop_oracle() -> Oracle:
    pack = demo_pack("shop")
    assert pack is not None
    return read_shop(pack.parent)


def ids(slate: Slate) -> list[str]:
    return [item.item_id for item in slate.items]


def facets(memory: Sequence[Preference]) -> list[str | None]:
    return [preference.facet for preference in memory]


def test_the_first_command_of_the_demo_gives_only_what_was_asked_for(films: Engine, film_oracle: Oracle) -> None:
    said = films.say("12", NINETIES)
    assert film_oracle.broken(ids(said.feed), ASKED) == []
    assert len(said.feed.items) == 10
    assert said.by == "grammar"
    assert sorted(map(str, facets(said.memory))) == ["genre", "genre", "minutes", "year"]


def test_comedies_come_first(films: Engine, film_oracle: Oracle) -> None:
    feed = films.say("12", NINETIES).feed
    comedy = Condition("genre", ("Comedy",))
    funny = Condition("style", ("comedy",))
    assert all(film_oracle.meets(item_id, comedy) or film_oracle.meets(item_id, funny) for item_id in ids(feed))


def test_forget_the_running_time_removes_that_chip_alone(films: Engine) -> None:
    before = films.say("12", NINETIES).memory
    after = films.say("12", "forget the running time").memory
    assert [p for p in before if p.facet != "minutes"] == list(after)


def test_more_like_the_second_one_but_newer_is_about_the_second_one_and_its_year(
    films: Engine, film_oracle: Oracle
) -> None:
    films.say("12", NINETIES)
    second = films.say("12", "forget the running time").feed.items[1]
    said = films.say("12", "more like the second one but newer")
    year = next(p for p in said.memory if p.facet == "year" and p.relation == "at_least")
    like = next(p for p in said.memory if p.relation == "like")
    assert like.value == {"item_id": second.item_id}
    newer = Condition("year", low=float(str(year.value)))
    assert not film_oracle.meets(second.item_id, newer)
    assert film_oracle.broken(ids(said.feed), [newer]) == []


def test_undo_restores_memory_and_feed(films: Engine) -> None:
    before = films.say("12", NINETIES)
    films.say("12", "only thrillers, over 2 hours")
    after = films.say("12", "undo")
    assert after.memory == before.memory
    assert ids(after.feed) == ids(before.feed)


def test_nothing_too_sad_becomes_a_wish_and_the_answer_says_so(films: Engine) -> None:
    said = films.say("12", "nothing too sad")
    (wish,) = said.memory
    assert (wish.polarity, wish.strength, wish.facet, wish.value) == ("avoid", "prefer", None, {"text": "sad"})
    assert any("wish" in notice and "sad" in notice for notice in said.notices)


def test_the_shop_obeys_a_price_an_occasion_and_a_colour(shop: Engine, shop_oracle: Oracle) -> None:
    said = shop.say("7", "under £5, nothing for Christmas, something blue")
    asked = [Condition("price", high=5), Condition("name", ("christmas", "xmas"), avoid=True)]
    assert shop_oracle.broken(ids(said.feed), asked) == []
    assert all(shop_oracle.meets(item_id, Condition("name", ("blue",))) for item_id in ids(said.feed))
    assert len(said.memory) == 3


def test_same_memory_history_and_seed_give_the_same_slate(films: Engine) -> None:
    said: Said = films.say("12", NINETIES)
    again = films.feed("12", as_of=said.feed.as_of)
    assert ids(again) == ids(said.feed)


def test_a_slate_is_replayed_bit_for_bit_with_and_without_its_sources(films: Engine) -> None:
    feed = films.say("12", NINETIES).feed
    assert films.replay(feed.feed_id).same
    assert films.replay(feed.feed_id, from_sources=True).same


def test_pages_follow_one_order_and_repeat_nothing(films: Engine) -> None:
    first = films.feed("12", limit=10)
    films.say("12", "only documentaries")
    second = films.feed("12", cursor=first.cursor)
    assert [item.position for item in second.items] == list(range(11, 21))
    assert not set(ids(first)) & set(ids(second))
