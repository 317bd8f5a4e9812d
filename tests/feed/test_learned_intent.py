"""The intent-aware tower behind the Matcher's seam: what it is asked, and what it does to the order."""

from dataclasses import replace

import numpy as np
import pytest

from intently.config import Config, FeedConfig
from intently.feed.request import recommend
from intently.feed.tools.intent import LearnedIntent
from intently.retrieve.intent_tower import HEAD, IntentTower
from intently.retrieve.tower import Tower, block_shapes
from tests.feed.worlds import ask, film, history_of, make_world, must, prefer, unit

DIM, WIDE = 4, 4
COSY, SPACE = 1, 2  # axes of the tests' encoder
FILMS = ("seen", "cosy-new", "space-new", "plain-new")


def told_tower(*, wish: float = 4.0) -> IntentTower:
    """A tower that ranks by the wish alone: "cosy" moves the person towards axis 1, "space" towards axis 2; without a
    wish everybody is at axis 3."""
    items = np.eye(DIM, dtype=np.float32)[[0, COSY, SPACE, 3]]
    arrays = {name: np.zeros(shape, np.float32) for name, shape in block_shapes(DIM, 2 * DIM).items()}
    head = {
        "query.weight": np.eye(DIM, WIDE), "key.weight": np.eye(DIM), "up.weight": np.eye(2 * DIM, 3 * DIM, 2 * DIM),
        "up.bias": np.zeros(2 * DIM), "down.weight": wish * np.eye(DIM, 2 * DIM), "down.bias": np.zeros(DIM),
    }  # fmt: skip
    whole = {
        "items": items, "positions": np.zeros((5, DIM)), "norm.weight": np.zeros(DIM), "norm.bias": np.eye(DIM)[3],
        **{f"blocks.0.{name}": values for name, values in arrays.items()},
        **{HEAD + name: values for name, values in head.items()},
    }  # fmt: skip
    return IntentTower(Tower(FILMS, 2, {name: values.astype(np.float32) for name, values in whole.items()})).checked()


def world_with(tower: IntentTower | None, *, steer: float = 1.0, known: int = 4):
    """No film is near any wish by its text, so that with `steer` 1 the tower alone decides."""
    films = [film(name, ["Space"] if name == "space-new" else ["Cosy"]) for name in FILMS]
    world = make_world(films, np.stack([unit(0, 0, 0, 1)] * 4), config=Config(feed=FeedConfig(steer=steer)))
    reader = LearnedIntent(tower, np.arange(len(FILMS)) < known) if tower else None
    return replace(world, intent=reader)


def order_of(world, *preferences):
    request = ask(preferences=preferences, history=history_of(world, ("seen", 1.0, False)))
    return [item.item_id for item in recommend(world, request).slate.items]


def like(word):
    return prefer(word, None, "like", {"text": word})


@pytest.mark.parametrize(("word", "first"), [("cosy", "cosy-new"), ("space", "space-new")])
def test_a_wish_by_meaning_orders_as_the_tower_was_told(word, first):
    assert order_of(world_with(told_tower()), like(word))[0] == first


def test_without_a_wish_the_plain_tower_orders():
    assert order_of(world_with(told_tower()))[0] == "plain-new"


def test_a_facet_that_is_a_must_is_read_as_a_wish_too():
    """Two films are left; of these the words of the must ("Cosy") name one."""
    assert order_of(world_with(told_tower()), must("p1", "genre", "is", ["Cosy"])) == ["cosy-new", "plain-new"]
    assert order_of(world_with(told_tower(wish=0.0)), must("p1", "genre", "is", ["Cosy"])) == ["plain-new", "cosy-new"]


def test_what_is_to_be_avoided_is_no_intent():
    avoided = prefer("p1", "genre", "is", ["Space"], polarity="avoid")
    assert order_of(world_with(told_tower()), avoided)[0] == "plain-new"


def test_a_film_that_the_tower_does_not_know_is_never_preferred_and_a_history_of_such_tells_nothing():
    reader = world_with(told_tower(), known=3).intent
    rows, wishes = np.array([3, 2, 9], np.int32), np.stack([unit(0, 0, 1, 0)])
    found = reader.score(wishes, np.array([0], np.int32), wishes, rows)
    assert found.tolist() == [0.0, 1.0, 0.0]
    assert reader.score(wishes, np.array([3, 9], np.int32), wishes, rows) is None


def test_where_no_film_is_encoded_the_plain_tower_orders():
    films = [film(name, ["Cosy"]) for name in FILMS]
    reader = LearnedIntent(told_tower(), np.ones(len(FILMS), np.bool_))
    world = replace(make_world(films, encoder=False, config=Config(feed=FeedConfig(steer=1.0))), intent=reader)
    assert order_of(world, prefer("p1", "genre", "is", ["Cosy"]))[0] == "plain-new"


def test_without_an_encoder_no_facet_is_read():
    world = replace(world_with(told_tower()), encode=None)
    assert order_of(world, must("p1", "genre", "is", ["Cosy"])) == ["plain-new", "cosy-new"]


def test_where_no_tower_is_the_formula_is_the_default_to_the_bit():
    world = world_with(None, steer=0.25)
    request = ask(preferences=(prefer("p1", "genre", "is", ["Cosy"]),), history=history_of(world, ("seen", 1.0, True)))
    pool = recommend(world, request).trace.pool
    assert "steer" not in pool.measured
    assert (
        pool.parts["match"].tobytes()
        == recommend(replace(world, encode=None), request).trace.pool.parts["match"].tobytes()
    )


def test_flat_keeps_the_order_and_gives_the_less_probable_more_say():
    world, rows = world_with(told_tower()), np.array([1, 2, 3], np.int32)
    wishes = np.stack([unit(0, 1, 0.5, 0)])
    steep, flat = (
        replace(world.intent, flat=power).score(wishes, np.array([0]), wishes, rows) for power in (1.0, 0.25)
    )
    assert steep.max() == flat.max() == 1.0
    assert flat.tolist() == pytest.approx((steep**0.25).tolist(), abs=1e-6)
