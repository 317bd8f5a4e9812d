"""The intent-aware tower in numpy: what it reads of a history and of a wish. That it is torch's: tests/learn."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.errors import DataError
from intently.retrieve.intent_tower import HEAD, IntentTower
from intently.retrieve.tower_files import TowerCard, open_tower, save_tower
from tests.retrieve.worlds import intent_tower_of, tower_of, unit_rows

N, WIDE = 12, 4
TOWER = intent_tower_of(N, wide=WIDE)
NONE = np.zeros((0, WIDE), np.float32)
WISHES = unit_rows(3, WIDE, seed=4)
CARD = TowerCard(
    heads=2, data="0" * 64, seed=3, commit="c0ffee", settings={"without": 0.3}, metrics={"held_out_ndcg10": 0.25},
    people=40, events=360, epochs=7, seconds=1.5,
)  # fmt: skip
histories = st.lists(st.integers(0, N - 1), min_size=1, max_size=9)


def rows(history: list[int]) -> np.ndarray:
    return np.array(history, np.int32)


@given(history=histories)
@settings(max_examples=40, deadline=None)
def test_without_a_wish_it_is_the_plain_tower(history):
    plain = TOWER.tower.person(rows(history))
    assert (TOWER.person(rows(history), NONE) == plain).all()
    unread = np.zeros((2, WIDE), np.float32)  # texts that the encoder could not read
    assert (TOWER.person(rows(history), unread) == plain).all()


@given(history=histories)
@settings(max_examples=40, deadline=None)
def test_the_state_of_each_place_is_the_person_of_the_history_so_far(history):
    newest = history[-TOWER.tower.length :]
    states = TOWER.tower.states(rows(history))
    assert len(states) == len(newest)
    assert states[-1] == pytest.approx(TOWER.tower.person(rows(history)), abs=1e-5)


@given(history=histories)
@settings(max_examples=40, deadline=None)
def test_only_the_newest_items_of_a_history_are_read(history):
    whole = TOWER.person(rows(history), WISHES)
    assert whole == pytest.approx(TOWER.person(rows(history[-TOWER.tower.length :]), WISHES), abs=1e-5)


@given(order=st.permutations(range(3)))
def test_the_order_of_the_wishes_and_their_number_do_not_matter_but_what_they_say(order):
    history = rows([1, 2, 3])
    found = TOWER.person(history, WISHES)
    assert TOWER.person(history, WISHES[list(order)]) == pytest.approx(found, abs=1e-5)
    assert TOWER.person(history, np.concatenate([WISHES, WISHES])) == pytest.approx(found, abs=1e-5)
    assert np.abs(TOWER.person(history, -WISHES) - found).max() > 0.01


def test_the_wish_reads_the_part_of_the_history_that_it_is_about():
    """Two places whose states are the axes 0 and 1; the head hands on what the attention read, and nothing else."""
    dim = TOWER.tower.dim
    axes = np.zeros((2, dim), np.float32)
    axes[0, 0] = axes[1, 1] = 1.0
    arrays = dict(TOWER.tower.arrays)
    arrays[HEAD + "query.weight"] = np.zeros((dim, WIDE), np.float32)
    arrays[HEAD + "query.weight"][[0, 1], [0, 1]] = 100.0  # word 0 asks for axis 0, word 1 for axis 1
    arrays[HEAD + "key.weight"] = np.eye(dim, dtype=np.float32)
    arrays[HEAD + "up.weight"] = np.zeros((2 * dim, 3 * dim), np.float32)
    arrays[HEAD + "up.weight"][:dim, dim : 2 * dim] = np.eye(dim)
    arrays[HEAD + "up.bias"] = np.zeros(2 * dim, np.float32)
    arrays[HEAD + "down.weight"] = np.eye(dim, 2 * dim, dtype=np.float32)
    arrays[HEAD + "down.bias"] = np.zeros(dim, np.float32)

    class Read(IntentTower):
        """The tower with a history encoder whose states are known."""

        def moved(self, word: int) -> np.ndarray:
            return self._steered(axes, np.eye(WIDE, dtype=np.float32)[word]) - axes[-1]

    tower = Read(replace(TOWER.tower, arrays=arrays))
    assert tower.moved(0)[:2] == pytest.approx([1, 0], abs=1e-5)
    assert tower.moved(1)[:2] == pytest.approx([0, 1], abs=1e-5)


def test_it_comes_back_from_the_file_of_a_tower_with_its_head(tmp_path):
    save_tower(TOWER.tower, CARD, tmp_path / "tower")
    tower, card = open_tower(tmp_path / "tower")
    assert card == CARD
    found = IntentTower(tower).checked().person(rows([4, 5]), WISHES)
    assert (found == TOWER.person(rows([4, 5]), WISHES)).all()


@pytest.mark.parametrize("name", ["query.weight", "up.bias", "down.weight"])
def test_a_head_that_is_missing_or_not_finite_is_refused(name):
    arrays = TOWER.tower.arrays
    without = {other: values for other, values in arrays.items() if other != HEAD + name}
    with pytest.raises(DataError, match="train the tower again"):
        IntentTower(replace(TOWER.tower, arrays=without)).checked()
    broken = {**arrays, HEAD + name: arrays[HEAD + name] * np.float32("nan")}
    with pytest.raises(DataError, match=name):
        IntentTower(replace(TOWER.tower, arrays=broken)).checked()
    with pytest.raises(DataError, match="train the tower again"):
        IntentTower(tower_of(N)).checked()
