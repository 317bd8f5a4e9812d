"""The sequence tower in numpy: what it reads, what it does not, and its file. That it is torch's: tests/learn."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.errors import DataError, StoreError
from intently.retrieve.request import Allowed
from intently.retrieve.sequence import Sequence
from intently.retrieve.tower import Tower
from intently.retrieve.tower_files import TowerCard, open_tower, save_tower
from tests.retrieve.worlds import ask, tower_of

N = 12
TOWER = tower_of(N)
CARD = TowerCard(
    heads=2, data="0" * 64, seed=3, commit="c0ffee", settings={"dim": 8}, metrics={"held_out_ndcg10": 0.25}, people=40,
    events=360, epochs=7, seconds=1.5,
)  # fmt: skip
GAPPED = tower_of(N, gap=True)
RECORDED = {  # what torch computes for the seeded weights of `tower_of(6, dim=12, length=7)`; checked in tests/learn
    (3,): [0.60887, -1.51389, -0.70488, -0.19497, 0.7321, -0.60934],
    (0, 5, 2): [1.15365, -1.65047, -0.78159, 0.40194, 0.21544, -0.68058],
    (1, 4, 0, 2, 5, 3, 1): [0.6802, -1.22818, -0.57827, 0.74502, 0.08559, -0.67005],
}
histories = st.lists(st.integers(0, N - 1), min_size=1, max_size=9)


def everything() -> Allowed:
    return Allowed(np.ones(N, np.bool_))


@pytest.mark.parametrize("history", RECORDED)
def test_scores_are_those_that_torch_computed(history):
    tower = tower_of(6, dim=12, length=7)
    scores = tower.items @ tower.person(np.array(history, np.int32))
    assert np.abs(scores - RECORDED[history]).max() <= 1e-4


@pytest.mark.parametrize("tower", [TOWER, GAPPED])
@given(history=histories)
@settings(max_examples=50, deadline=None)
def test_only_the_newest_items_of_a_history_are_read(tower, history):
    whole = tower.person(np.array(history, np.int32))
    assert whole == pytest.approx(tower.person(np.array(history[-tower.length :], np.int32)), abs=1e-6)


@given(st.lists(st.lists(st.integers(0, N - 1), min_size=4, max_size=4), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_many_people_are_computed_as_one_by_one(people):
    together = TOWER.people(np.array(people, np.int32))
    alone = np.stack([TOWER.person(np.array(rows, np.int32)) for rows in people])
    assert np.abs(together - alone).max() < 1e-5


def test_the_order_of_a_history_matters():
    forward, back = TOWER.person(np.array([1, 2, 3], np.int32)), TOWER.person(np.array([3, 2, 1], np.int32))
    assert np.abs(forward - back).max() > 0.01


def test_a_tower_over_other_items_keeps_its_scores_and_knows_which_it_has():
    order = ["new", "i3", "i1", "i0", "i2"]
    placed, known = TOWER.placed(order)
    assert known.tolist() == [False, True, True, True, True]
    own = TOWER.items @ TOWER.person(np.array([0, 1, 2], np.int32))
    other = placed.items @ placed.person(np.array([3, 2, 4], np.int32))
    assert other[1:] == pytest.approx(own[[3, 1, 0, 2]], abs=1e-5)


def test_a_score_is_the_probability_as_a_share_of_the_best():
    source = Sequence(*TOWER.placed(TOWER.item_ids))
    logits = TOWER.items @ TOWER.person(np.array([4, 5], np.int32))
    chances = np.exp(logits) / np.exp(logits).sum()
    found = source.score(ask([4, 5]), np.arange(N, dtype=np.int32))
    assert found == pytest.approx(chances / chances.max(), abs=2e-6)


def test_an_item_that_the_tower_does_not_know_is_never_proposed_and_is_no_history():
    placed, known = TOWER.placed([*TOWER.item_ids[:-1], "new"])
    source = Sequence(placed, known)
    assert N - 1 not in source.retrieve(ask([1, 2]), everything(), N).rows
    assert source.score(ask([1, 2]), np.array([N - 1, N + 5], np.int32)).tolist() == [0, 0]
    with_new, without = (
        source.score(ask([1, N - 1, 2]), np.array([3], np.int32)),
        source.score(ask([1, 2]), np.array([3])),
    )
    assert with_new == without
    assert len(source.retrieve(ask([N - 1]), everything(), N).rows) == 0
    assert source.evidence(ask([1, 2]), N - 1) == ()


def test_evidence_is_the_events_without_which_the_item_is_less_probable():
    source = Sequence(*TOWER.placed(TOWER.item_ids))
    history = [1, 2, 3, 4]

    def chance(rows: list[int], item: int) -> float:
        logits = TOWER.items @ TOWER.person(np.array(rows, np.int32))
        return float(logits[item] - np.log(np.exp(logits).sum()))

    for item in range(5, N):
        lost = {
            f"e{j}": chance(history, item) - chance([r for r in history if r != history[j]], item) for j in range(4)
        }
        telling = sorted((event for event in lost if lost[event] > 0), key=lambda event: -lost[event])[:3]
        assert [named for _, named in source.evidence(ask(history), item)] == telling


def test_a_tower_comes_back_from_its_file_with_its_card(tmp_path):
    save_tower(TOWER, CARD, tmp_path / "tower")
    save_tower(TOWER, CARD, tmp_path / "tower")  # and replaces itself
    tower, card = open_tower(tmp_path / "tower")
    assert card == CARD
    assert tower.item_ids == TOWER.item_ids
    assert all((tower.arrays[name] == values).all() for name, values in TOWER.arrays.items())
    assert [path.name for path in tmp_path.iterdir()] == ["tower"]


@pytest.mark.parametrize("damage", ["absent", "cut", "items", "newer", "card"])
def test_a_tower_that_cannot_be_read_says_the_mend(tmp_path, damage):
    folder = tmp_path / "tower"
    if damage != "absent":
        save_tower(TOWER, CARD, folder)
    if damage == "cut":
        (folder / "weights.safetensors").write_bytes((folder / "weights.safetensors").read_bytes()[:500])
    if damage == "items":
        (folder / "items.json").write_text(json.dumps(TOWER.item_ids[:-1]), "utf-8")
    if damage == "newer":
        (folder / "card.json").write_text(CARD.model_copy(update={"version": 2}).model_dump_json(), "utf-8")
    if damage == "card":
        (folder / "card.json").write_text("[]", "utf-8")
    with pytest.raises(StoreError, match=r"[Tt]rain it again"):
        open_tower(folder)


@pytest.mark.parametrize("name", ["positions", "blocks.1.up.bias", "norm.bias"])
def test_arrays_that_are_missing_or_not_finite_are_refused(name):
    bad = {**TOWER.arrays, name: TOWER.arrays[name] * np.float32("nan")}
    with pytest.raises(DataError, match=name):
        Tower(TOWER.item_ids, 2, bad).checked()
    with pytest.raises(DataError, match=name):
        Tower(TOWER.item_ids, 2, {other: values for other, values in TOWER.arrays.items() if other != name}).checked()
    with pytest.raises(DataError, match="heads"):
        replace(TOWER, heads=3).checked()
