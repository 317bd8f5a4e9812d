"""Wishes by their words: what holds them comes first where it exists, the meaning decides otherwise."""

import json
from dataclasses import replace

import numpy as np
import pytest

from intently.config import Config, FeedConfig, RetrieveConfig
from intently.feed.replay import replay
from intently.feed.request import recommend
from intently.retrieve.words import WordFinder
from tests.feed.worlds import ask, film, history_of, make_world, prefer, unit

CHESS = ("f07", "f11", "f19")


def world_of(count=30, holders=CHESS, vectors=None, word="Chess", **config):
    """Films of no meaning in common, three of which name chess in their title."""
    items = [film(f"f{n:02}", title=f"{word} {n}" if f"f{n:02}" in holders else f"Film {n}") for n in range(count)]
    if vectors is None:  # much alike, as texts of one catalogue are
        vectors = 1 + np.random.default_rng(3).normal(scale=0.2, size=(count, 4))
    events = [(n % 5, f"f{n:02}", float(n + 1)) for n in range(0, count, 2)]
    return make_world(items, vectors, events, config=Config(feed=FeedConfig(alpha=0.7, words=0.7)), **config)


def shown(world, *wishes, **fields):
    return [item.item_id for item in recommend(world, ask(preferences=wishes, **fields)).slate.items]


def wish(text, polarity="want"):
    return prefer("p1", None, "like", {"text": text}, polarity=polarity, quote=text)


def test_what_holds_the_wished_word_comes_first():
    world = world_of()
    assert set(shown(world, wish("about chess"))[:3]) == set(CHESS)
    assert set(
        shown(replace(world, config=Config(feed=FeedConfig(alpha=0.7, words=0))), wish("about chess"))[:3]
    ) != set(CHESS)


def test_a_word_that_nothing_holds_leaves_the_meaning_alone():
    world = world_of()
    without = replace(world, config=Config(feed=FeedConfig(alpha=0.7, words=0)))
    assert shown(world, wish("zeppelins")) == shown(without, wish("zeppelins"))


def test_an_item_that_holds_more_of_the_words_goes_before_one_that_holds_less():
    items = [film("a", title="Chess"), film("b", title="Chess in Tokyo"), film("c", title="Tokyo"), film("d")]
    assert shown(make_world(items, np.ones((4, 4))), wish("chess in tokyo"))[0] == "b"


def test_what_holds_an_avoided_word_goes_last():
    assert set(shown(world_of(20), wish("chess", "avoid"), limit=20)[-3:]) == set(CHESS)


def test_without_an_encoder_the_words_are_used_and_nothing_is_said():
    answer = recommend(world_of(encoder=False), ask(preferences=(wish("chess"),)))
    assert {item.item_id for item in answer.slate.items[:3]} == set(CHESS)
    assert answer.slate.notices == ()
    assert recommend(world_of(encoder=False), ask(preferences=(wish("zeppelins"),))).slate.notices


def test_the_sources_bring_what_holds_the_word_however_unpopular_it_is():
    count = 400
    items = [film(f"f{n:03}", title="Chess" if n == 399 else f"Film {n}") for n in range(count)]
    vectors = np.tile(unit(0, 0, 0, 1), (count, 1))
    vectors[399] = unit(1, 0, 0, 0)  # and far from the wish, whose vector is the fourth axis
    config = Config(retrieve=RetrieveConfig(candidates=20))
    world = make_world(items, vectors, [(n % 7, f"f{n:03}", 1.0) for n in range(300)], config=config)
    found = recommend(world, ask(preferences=(wish("chess"),)))
    assert "f399" in recommend(replace(world, encode=None), ask(preferences=(wish("chess"),))).ranked
    assert len(found.ranked) == 20


def test_a_word_whose_holders_are_not_what_the_wish_means_counts_nothing():
    """Three films have "sad" in their titles and are cosy; the sad ones do not say so."""
    count = 100
    vectors = np.array([unit(1, 0.1 * (n % 7), 0, 0) if n < 30 else unit(0, 1, 0.1 * (n % 5), 0) for n in range(count)])
    holders = ("f40", "f50", "f60")
    world = world_of(count, holders, vectors, word="Sad")
    first = shown(world, wish("sad"))
    assert all(int(item_id[1:]) < 30 for item_id in first)
    doubted = WordFinder(world.snapshot.text, world.snapshot.vectors).find("sad", unit(1, 0, 0, 0))
    believed = WordFinder(world.snapshot.text, world.snapshot.vectors).find("sad", unit(0, 1, 0, 0))
    assert (len(doubted.rows), believed.rows.tolist()) == (0, [40, 50, 60])


@pytest.mark.parametrize("encoder", [True, False])
def test_a_slate_of_words_replays_bit_for_bit(encoder):
    world = world_of(encoder=encoder)
    request = ask(preferences=(wish("chess"),), history=history_of(world, ("f00", 2.0, True)))
    trace = json.loads(json.dumps(recommend(world, request).trace.to_json()))
    assert any(name.startswith("words:") for name in trace["measured"])
    assert replay(world, trace).same
    assert replay(world, trace, from_sources=True).same


def test_a_held_wish_outranks_taste_and_counts_as_met():
    world = world_of()
    liked = history_of(world, ("f00", 3.0, True), ("f02", 2.0, True), ("f04", 1.0, True))
    slate = recommend(world, ask(preferences=(wish("about chess"),), history=liked)).slate
    met = [item for item in slate.items if item.parts.get("wish:p1", 0.0) >= 1.0]
    assert [item.item_id for item in slate.items[:3]] == [item.item_id for item in met]
    assert {item.item_id for item in met} == set(CHESS)


def test_a_held_word_to_avoid_is_no_filter():
    world = world_of()
    ids = shown(world, wish("about chess", polarity="avoid"), limit=30)
    assert set(CHESS) <= set(ids)
