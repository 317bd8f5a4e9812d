"""Training: it learns, a killed run ends where an unbroken one does, and what serves in numpy is what torch trained."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'intently[train]'")

from intently.errors import StoreError
from intently.learn import train
from intently.learn.batches import questions
from intently.learn.network import Network, arrays_of, load_arrays
from intently.learn.sequences import sequences_of
from intently.learn.settings import TowerSettings
from intently.learn.towers import tower_of
from intently.learn.train import Training, train_tower
from intently.retrieve.tower import Tower
from tests.evaluate.retrieval.worlds import N, ring_log
from tests.retrieve.test_tower import RECORDED
from tests.retrieve.worlds import tower_of as random_tower

SMALL = TowerSettings(dim=16, hidden=32, length=6, batch=16, epochs=4, rate=3e-3)
SEQUENCES = sequences_of(ring_log(), N)
TRAINING = Training(SEQUENCES, SMALL)


def network_of(tower: Tower, settings_: TowerSettings) -> Network:
    network = Network(len(tower.item_ids), settings_)
    load_arrays(network, tower.arrays)
    return network.eval()


KINDS = {
    kind: (
        random_tower(30, dim=12, length=7, gap=kind == "bert4rec"),
        TowerSettings(kind=kind, dim=12, hidden=24, length=7),
    )
    for kind in ("sasrec", "bert4rec")
}


def scores_in_torch(tower: Tower, settings_: TowerSettings, histories: list[list[int]]) -> np.ndarray:
    network = network_of(tower, settings_)
    batch = questions([np.array(rows, np.int32) for rows in histories], settings_)
    with torch.no_grad():
        inputs = (torch.from_numpy(part) for part in (batch.inputs, batch.places, batch.real, batch.asked))
        return (network(*inputs)[torch.from_numpy(batch.asked)] @ network.items.T).numpy()


@pytest.mark.parametrize("kind", KINDS)
@given(histories=st.lists(st.lists(st.integers(0, 29), min_size=1, max_size=9), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_what_serves_in_numpy_is_what_torch_computes(kind, histories):
    tower, settings_ = KINDS[kind]
    in_torch = scores_in_torch(tower, settings_, histories)
    served = np.stack([tower.items @ tower.person(np.array(rows, np.int32)) for rows in histories])
    assert np.abs(served - in_torch).max() <= 1e-4


def test_the_recorded_scores_are_torchs():
    tower = random_tower(6, dim=12, length=7)
    found = scores_in_torch(tower, TowerSettings(dim=12, hidden=24, length=7), [list(history) for history in RECORDED])
    assert np.abs(found - np.array(list(RECORDED.values()))).max() <= 1e-5


@pytest.mark.parametrize(("kind", "epochs"), [("sasrec", 25), ("bert4rec", 60)])  # few gaps an epoch teach less
def test_the_ring_is_learnt(tmp_path, kind, epochs):
    settings_ = SMALL.model_copy(update={"kind": kind, "epochs": epochs})
    trained = train_tower(Training(SEQUENCES, settings_), tmp_path)
    tower, card = tower_of(Training(SEQUENCES, settings_), trained, [f"i{row}" for row in range(N)], "c0ffee")
    places = []
    for row in range(N):
        walk = (np.arange(row - 4, row + 1) % N).astype(np.int32)
        scores = tower.items @ tower.person(walk)
        scores[walk] = -np.inf
        places.append(int((scores > scores[(row + 1) % N]).sum()))
    assert np.mean(places) < {"sasrec": 0.5, "bert4rec": 2}[kind]  # of 19 items; by chance it would be 9
    assert card.metrics["held_out_ndcg10"] > 0.7  # by chance below 0.3
    assert card.epochs == trained.best.epoch
    assert trained.curve[-1].loss < trained.curve[0].loss


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return all((one[name] == values).all() for name, values in other.items())


def test_the_same_seed_gives_the_same_weights_and_another_does_not(tmp_path):
    first = train_tower(TRAINING, tmp_path / "a")
    assert same(first.arrays, train_tower(TRAINING, tmp_path / "b").arrays)
    assert not same(first.arrays, train_tower(replace(TRAINING, seed=1), tmp_path / "c").arrays)


@pytest.mark.parametrize(
    ("kind", "loss"), [("sasrec", "softmax"), ("sasrec", "sampled"), ("sasrec", "gbce"), ("bert4rec", "softmax")]
)
def test_a_training_killed_within_an_epoch_ends_where_an_unbroken_one_does(tmp_path, monkeypatch, kind, loss):
    training = replace(TRAINING, settings=SMALL.model_copy(update={"kind": kind, "loss": loss, "negatives": 5}))
    whole = train_tower(training, tmp_path / "whole")

    class Killed(Exception):
        pass

    run_epoch = train.run_epoch

    def killed(network, optimizer, sequences, settings_, seed, number):
        loss_ = run_epoch(network, optimizer, sequences, settings_, seed, number)
        if number == 3:
            raise Killed
        return loss_

    monkeypatch.setattr(train, "run_epoch", killed)
    with pytest.raises(Killed):
        train_tower(training, tmp_path / "cut")
    (tmp_path / "cut" / "checkpoint.new").write_bytes(b"half")
    monkeypatch.undo()
    done = train_tower(training, tmp_path / "cut")
    assert same(done.arrays, whole.arrays)
    assert [(e.epoch, e.loss, e.ndcg10) for e in done.curve] == [(e.epoch, e.loss, e.ndcg10) for e in whole.curve]


def test_a_budget_ends_a_training_at_a_whole_epoch_and_the_curve_is_there(tmp_path):
    first = train_tower(TRAINING, tmp_path, deadline=time.monotonic() + 0.001)
    assert not first.finished
    assert len(first.curve) < SMALL.epochs
    done = train_tower(TRAINING, tmp_path)
    assert done.finished
    lines = (tmp_path / "curve.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2, 3, 4]
    again = train_tower(TRAINING, tmp_path, deadline=0.0)
    assert same(again.arrays, done.arrays)


def test_a_checkpoint_of_another_training_is_not_gone_on_with(tmp_path):
    train_tower(TRAINING, tmp_path)
    other = replace(TRAINING, settings=SMALL.model_copy(update={"dropout": 0.5}))
    assert same(train_tower(other, tmp_path).arrays, train_tower(other, tmp_path / "fresh").arrays)


def test_a_damaged_checkpoint_says_what_to_do(tmp_path):
    train_tower(TRAINING, tmp_path, deadline=time.monotonic() + 0.001)
    file = tmp_path / "checkpoint.safetensors"
    file.write_bytes(b"no checkpoint at all")
    with pytest.raises(StoreError, match="remove it"):
        train_tower(TRAINING, tmp_path)


def test_training_ends_when_no_epoch_was_better_for_long(tmp_path):
    settings_ = SMALL.model_copy(update={"epochs": 200, "patience": 2, "rate": 1e-9})
    trained = train_tower(Training(SEQUENCES, settings_), tmp_path)
    assert len(trained.curve) == trained.best.epoch + 2 < 200


def test_a_training_may_begin_with_another_towers_weights(tmp_path):
    first = train_tower(TRAINING, tmp_path / "a")
    start = Tower(tuple(f"i{row}" for row in range(N)), 2, first.arrays)
    frozen = SMALL.model_copy(update={"epochs": 1, "rate": 1e-12})
    after = train_tower(Training(SEQUENCES, frozen, start=start), tmp_path / "b")
    assert all(np.abs(after.arrays[name] - values).max() < 1e-6 for name, values in first.arrays.items())


@pytest.mark.parametrize("kind", KINDS)
def test_the_networks_parameters_are_named_as_the_served_arrays(kind):
    tower, settings_ = KINDS[kind]
    assert {name: values.shape for name, values in arrays_of(network_of(tower, settings_)).items()} == {
        name: values.shape for name, values in tower.arrays.items()
    }
