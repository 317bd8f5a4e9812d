"""The intent-aware tower: what its wishes are made of, what it learns of them, and numpy against torch."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'intently[train]'")

from intently.learn.batches import questions
from intently.learn.intent import IntentNetwork, IntentSettings
from intently.learn.intent_train import IntentTraining
from intently.learn.intents import LEAST, Intents, intents_of
from intently.learn.network import load_arrays
from intently.learn.sequences import Sequences
from intently.learn.towers import tower_of
from intently.learn.train import Training, train_tower
from intently.retrieve.intent_tower import IntentTower
from intently.retrieve.request import Floats
from tests.feed.worlds import film, make_world
from tests.learn.test_train import same
from tests.retrieve.worlds import intent_tower_of, unit_rows

N = 20
WORDS = {"Even": [1.0, 0.0, 0.0], "Odd": [0.0, 1.0, 0.0], "Ann": [0.0, 0.0, 1.0]}
SMALL = IntentSettings(dim=16, hidden=32, length=6, batch=16, epochs=4, rate=3e-3, without=0.3)
SERVED = IntentSettings(dim=8, hidden=16, length=5)


def encode(texts: list[str]) -> Floats:
    return np.array([WORDS[text] for text in texts], np.float32)


@pytest.fixture(scope="module")
def intents() -> Intents:
    """Films are even or odd; Ann plays in the first five, Bob in the first four, which are too few to ask for."""
    items = [
        film(
            f"i{n}", ["Odd" if n % 2 else "Even"], person=[name for name, most in (("Ann", 5), ("Bob", 4)) if n < most]
        )
        for n in range(N)
    ]
    return intents_of(make_world(items).snapshot, encode)


@pytest.fixture(scope="module")
def sequences() -> Sequences:
    """People who take anything next: only a wish can tell what."""
    random = np.random.default_rng(3)
    return Sequences(tuple(random.permutation(N)[:9].astype(np.int32) for _ in range(80)), N)


def network_of(tower: IntentTower) -> IntentNetwork:
    network = IntentNetwork(len(tower.tower.item_ids), SERVED, tower.wide)
    load_arrays(network, tower.tower.arrays)
    return network.eval()


def in_torch(network: IntentNetwork, histories: list[list[int]], wishes: Floats) -> np.ndarray:
    batch = questions([np.array(rows, np.int32) for rows in histories], SERVED)
    with torch.no_grad():
        return (network.answers(batch, torch.from_numpy(wishes)) @ network.items.T).numpy()


@given(
    histories=st.lists(st.lists(st.integers(0, N - 1), min_size=1, max_size=8), min_size=1, max_size=5),
    seed=st.integers(0, 50),
)
@settings(max_examples=40, deadline=None)
def test_what_serves_in_numpy_is_what_torch_computes(histories, seed):
    tower = intent_tower_of(N, wide=3, seed=seed % 3)
    wishes = unit_rows(len(histories), 3, seed=seed)
    wishes[0] *= seed % 2  # and now and then nobody wants anything
    served = [
        tower.tower.items @ tower.person(np.array(rows, np.int32), wish[None])
        for rows, wish in zip(histories, wishes, strict=True)
    ]
    assert np.abs(np.stack(served) - in_torch(network_of(tower), histories, wishes)).max() <= 1e-4


def test_a_place_reads_nothing_that_came_after_it():
    network, wishes = network_of(intent_tower_of(N, wide=3)), torch.from_numpy(unit_rows(4, 3))
    batch = questions([np.array([1, 2, 3, 4], np.int32)], SERVED)
    every = replace(batch, asked=batch.real)
    later = replace(every, inputs=np.array([[1, 2, 9, 8]]))
    with torch.no_grad():
        found, other = network.answers(every, wishes), network.answers(later, wishes)
    assert torch.equal(found[:2], other[:2])
    assert not torch.allclose(found[2:], other[2:])


def test_a_fresh_head_begins_as_the_plain_tower():
    torch.manual_seed(0)
    network = IntentNetwork(N, SERVED, 3).eval()
    plain = in_torch(network, [[1, 2, 3]], np.zeros((1, 3), np.float32))
    assert (in_torch(network, [[1, 2, 3]], unit_rows(1, 3)) == plain).all()


def test_an_item_is_asked_for_by_its_own_facets_that_enough_items_share(intents):
    assert intents.texts == ("Even", "Odd", "Ann")
    assert LEAST == 5
    drawn = intents.draw(np.arange(N).repeat(50), 0.0, 0.5, np.random.default_rng(0))
    asked = [{intents.texts[k] for k in drawn[n * 50 : n * 50 + 50].ravel().tolist() if k < 3} for n in range(N)]
    assert asked == [{"Odd" if n % 2 else "Even"} | ({"Ann"} if n < 5 else set()) for n in range(N)]


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_as_many_wishes_are_left_out_and_doubled_as_the_settings_say(intents, without, two, seed):
    drawn = intents.draw(np.zeros(4000, np.int64), without, two, np.random.default_rng(seed))
    none, pairs = (drawn[:, 0] == 3), (drawn != 3).all(axis=1)
    assert none.mean() == pytest.approx(without, abs=0.05)
    assert pairs.mean() == pytest.approx((1 - without) * two, abs=0.05)
    assert (drawn[none, 1] == 3).all()
    wishes = intents.wishes(drawn)
    assert np.linalg.norm(wishes, axis=1) == pytest.approx(np.where(none, 0.0, 1.0), abs=1e-6)


def test_a_wish_is_learnt_where_the_history_tells_nothing(tmp_path, intents, sequences):
    training = IntentTraining(sequences, SMALL.model_copy(update={"epochs": 25}), intents=intents)
    trained = train_tower(training, tmp_path)
    network = training.network()
    load_arrays(network, trained.arrays)
    _, held = sequences.hold_out(SMALL.held, 0)
    asked, plain = training.quality_with(network, held, 0.0)[0], training.quality_with(network, held, 1.0)[0]
    assert asked > plain + 0.1
    tower, _ = tower_of(training, trained, [f"i{row}" for row in range(N)], "c0ffee")
    serving = IntentTower(tower).checked()
    scores = tower.items @ serving.person(np.array([3, 8], np.int32), encode(["Odd"]))
    assert scores[1::2].mean() > scores[::2].mean() + 1


def test_a_training_that_was_stopped_ends_where_an_unbroken_one_does(tmp_path, intents, sequences):
    training = IntentTraining(sequences, SMALL, intents=intents)
    whole = train_tower(training, tmp_path / "whole")
    first = train_tower(training, tmp_path / "cut", deadline=0.0)
    assert first.curve == ()
    stopped = replace(training, minutes=0.0)
    assert len(train_tower(stopped, tmp_path / "cut").curve) == 1
    done = train_tower(training, tmp_path / "cut")
    assert same(done.arrays, whole.arrays)
    assert [(e.epoch, e.loss) for e in done.curve] == [(e.epoch, e.loss) for e in whole.curve]


def test_other_wishes_make_another_training(intents, sequences):
    training = IntentTraining(sequences, SMALL, intents=intents)
    other = replace(intents, vectors=intents.vectors[::-1].copy())
    assert training.decides == IntentTraining(sequences, SMALL, intents=intents).decides
    assert training.decides != replace(training, intents=other).decides
    assert training.decides != Training(sequences, SMALL).decides


def test_it_may_begin_with_a_plain_tower(tmp_path, intents, sequences):
    plain = Training(sequences, SMALL)
    tower, _ = tower_of(plain, train_tower(plain, tmp_path / "plain"), [f"i{row}" for row in range(N)], "c0ffee")
    slow = SMALL.model_copy(update={"epochs": 1, "rate": 1e-12})
    after = train_tower(IntentTraining(sequences, slow, start=tower, intents=intents), tmp_path / "after")
    assert all(np.abs(after.arrays[name] - values).max() < 1e-6 for name, values in tower.arrays.items())
