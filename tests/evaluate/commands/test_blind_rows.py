"""Blind rows ignore the words; every row leaves out what the person has seen."""

import numpy as np
import pytest

from intently.evaluate.commands.baselines.blind import Blind
from intently.evaluate.commands.baselines.shelf import PerGround, Shelf
from intently.evaluate.commands.case import Case, Ground
from tests.evaluate.commands.conftest import NOTHING


@pytest.mark.parametrize("name", ["popularity", "item-kNN"])
def test_a_blind_row_shows_the_same_unseen_items_whatever_is_said(name: str, film_ground: Ground, film_case: Case):
    conversation = Blind(name).start(film_ground, film_case)  # type: ignore[arg-type]
    shown = conversation.open().item_ids
    assert len(set(shown)) == 10
    assert not set(shown) & film_ground.seen[film_case.user_id]
    assert conversation.say("no horror", NOTHING).item_ids == shown
    assert conversation.say("show me something else", NOTHING).item_ids == shown


def test_popularity_is_alike_for_all_but_what_they_have_seen_and_knn_is_not(film_ground: Ground):
    users = sorted(film_ground.seen)[:2]
    shelf = Shelf(film_ground)
    assert (shelf.neighbours(users[0]) != shelf.neighbours(users[1])).any()
    everything = np.ones(len(shelf.item_ids), np.bool_)
    first = shelf.best(shelf.popular, everything)
    row = shelf.world.snapshot.row_of(first[0])
    assert shelf.popular[row] == shelf.popular.max()


def test_equal_scores_stay_in_order_of_popularity(film_ground: Ground):
    shelf = Shelf(film_ground)
    everything = np.ones(len(shelf.item_ids), np.bool_)
    assert shelf.best(np.zeros(len(shelf.item_ids)), everything) == shelf.best(shelf.popular, everything)


def test_hidden_items_make_room_for_the_next_best(film_ground: Ground):
    shelf = Shelf(film_ground)
    everything = np.ones(len(shelf.item_ids), np.bool_)
    eleven = shelf.best(shelf.popular, everything, k=11)
    assert shelf.best(shelf.popular, everything, hidden=eleven[:1]) == eleven[1:]


def test_what_is_made_for_a_ground_is_made_once(film_ground: Ground):
    made: list[str] = []
    per_ground = PerGround[int](lambda ground: len(made) or made.append(ground.name) or 1)  # type: ignore[func-returns-value]
    assert [per_ground.of(film_ground), per_ground.of(film_ground)] == [1, 1]
    assert made == ["films"]
