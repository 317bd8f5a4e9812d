"""Training the user, item and tag towers: what is learnt, that it resumes, and that numpy serves what torch trained."""

import time
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'intently[train]'")

from intently.learn.tags import train
from intently.learn.tags.batches import histories_of
from intently.learn.tags.beta import BETAS, best_beta, quality_by_beta
from intently.learn.tags.network import TowersNetwork
from intently.learn.tags.pairs import pairs_of
from intently.learn.tags.people import people_of
from intently.learn.tags.settings import TagTowerSettings
from intently.learn.tags.train import TagTraining, train_tag_towers
from intently.nouns import KINDS
from intently.retrieve.behaviours import behaviours_of
from intently.retrieve.columns import Log
from intently.retrieve.item_features import features_of
from intently.retrieve.request import TagQuery
from intently.retrieve.tag_towers import TagTowers
from tests.evaluate.understanding.worlds import EACH, SPEC, encode, tiny_ground
from tests.evaluate.understanding.worlds import KINDS as THINGS
from tests.retrieve.towers_world import TAG_DIM, N, done, things, towers_of, vectors_of
from tests.retrieve.worlds import log_of, unit_rows

GROUND = tiny_ground()
NEW = tuple(kind * EACH + EACH - 1 for kind in range(len(THINGS)))  # the last thing of every kind: nobody took it
LOG = GROUND.log.only(~np.isin(GROUND.log.rows, NEW))
SMALL = TagTowerSettings(dim=16, width=8, hidden=16, batch=16, epochs=15, newest=2, rate=1e-2, negatives=0, held=4)


def training_of(log: Log = LOG, **changed: object) -> TagTraining:
    settings_ = SMALL.model_copy(update=changed)
    known = np.unique(log.rows).astype(np.int32)
    pairs = pairs_of(SPEC, GROUND.snapshot, known, encode)
    return TagTraining(people_of(log, len(GROUND.snapshot)), GROUND.snapshot, pairs, settings_, GROUND.user_ids)


def network_of(towers: TagTowers) -> TowersNetwork:
    """The network with the arrays of these towers."""
    network = TowersNetwork(towers.form, TagTowerSettings(dim=8, newest=2, length=5, codes=towers.form.codes))
    with torch.no_grad():
        for name, values in towers.arrays.items():
            network.array(name).copy_(torch.from_numpy(values))
    return network.eval()


person_events = st.lists(
    st.tuples(st.integers(0, N - 1), st.sampled_from(("rating", "purchase", "view")), st.booleans()), max_size=8
)


@given(st.lists(person_events, min_size=1, max_size=4), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_what_serves_in_numpy_is_what_torch_computes(people, codes):
    towers = towers_of(codes=codes, people=("u0", "u1", "u2", "u3"))
    network, snapshot = network_of(towers), things()
    told = [done(*own, (0, "rating", True)) for own in people]  # the last event is what is asked for
    log = Log(
        np.repeat(np.arange(len(told)), [len(own.rows) for own in told]).astype(np.int32),
        np.concatenate([own.rows for own in told]), np.concatenate([own.times for own in told]),
        np.concatenate([own.liked for own in told]), np.concatenate([own.kinds for own in told]),
    )  # fmt: skip
    names = towers.form.behaviours
    everybody = replace(people_of(log, N), names=names, behaviours=behaviours_of(log, names))
    last = np.cumsum([len(own.rows) for own in told]) - 1
    with torch.no_grad():
        items = network.items(features_of(snapshot, towers.form.vocabulary))
        histories = histories_of(everybody, last, network.settings)
        states = items[torch.from_numpy(histories.rows)] * torch.from_numpy(histories.real)[:, :, None]
        in_torch = network.people(histories, states).numpy()
        tags = network.tags(torch.from_numpy(unit_rows(3, TAG_DIM))).numpy()
    served = vectors_of(towers)
    assert np.abs(served - items.numpy()).max() <= 1e-4
    assert np.abs(towers.tags(unit_rows(3, TAG_DIM)) - tags).max() <= 1e-4
    for place, example in enumerate(last.tolist()):
        own = towers.person(everybody.history(example), served, f"u{place}")
        assert np.abs(own - in_torch[place]).max() <= 1e-4


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    return train_tag_towers(training_of(), tmp_path_factory.mktemp("towers"), "c0ffee")


def test_people_who_keep_to_two_kinds_are_told_things_of_these_kinds(learnt):
    items = learnt.towers.items(features_of(GROUND.snapshot, learnt.towers.form.vocabulary))
    people = training_of().people
    hits = []
    for example in people.split(0, 0)[0][people.past - people.first >= 4].tolist():
        history = people.history(example)
        best = np.argsort(-(items @ learnt.towers.person(history, items)[0]))[:5]
        hits.append(np.isin(best // EACH, history.rows // EACH).mean())
    assert np.mean(hits) > 0.8  # by chance 0.5


def test_a_tag_finds_things_of_its_kind_that_nobody_took(learnt):
    items = learnt.towers.items(features_of(GROUND.snapshot, learnt.towers.form.vocabulary))
    for place, kind in enumerate(THINGS):
        near = items[list(NEW)] @ learnt.towers.tags(encode([kind]))[0]
        assert near.argmax() == place


def test_a_tag_that_was_never_seen_is_read_by_its_words(learnt):
    items = learnt.towers.items(features_of(GROUND.snapshot, learnt.towers.form.vocabulary))
    near = items @ learnt.towers.tags(encode(["quiet robots indoors"]))[0]
    assert (np.argsort(-near)[:5] // EACH == THINGS.index("robots")).all()


def test_the_card_says_what_was_learnt_from(learnt):
    card = learnt.card
    assert (card.people, card.commit, card.settings["dim"]) == (8, "c0ffee", 16)
    assert card.events == len(LOG) - 4  # four newest events are held out
    assert set(card.metrics) == {"held_out_ndcg10", "held_out_hr10"}
    assert learnt.curve[-1].loss < learnt.curve[0].loss


def same(one: TagTowers, other: TagTowers) -> bool:
    return all((one.arrays[name] == values).all() for name, values in other.arrays.items())


def test_the_same_seed_gives_the_same_weights_and_another_does_not(tmp_path):
    short = training_of(epochs=2, negatives=6, codes=2)
    first = train_tag_towers(short, tmp_path / "a", "").towers
    assert same(first, train_tag_towers(short, tmp_path / "b", "").towers)
    assert not same(first, train_tag_towers(replace(short, seed=1), tmp_path / "c", "").towers)


def test_a_training_killed_within_an_epoch_ends_where_an_unbroken_one_does(tmp_path, monkeypatch):
    training = training_of(epochs=3, negatives=6, user_ids=True)
    whole = train_tag_towers(training, tmp_path / "whole", "")

    class Killed(Exception):
        pass

    run_epoch = train.run_epoch

    def killed(network, optimizer, lesson, examples, draws, seed, number):
        loss = run_epoch(network, optimizer, lesson, examples, draws, seed, number)
        if number == 2:
            raise Killed
        return loss

    monkeypatch.setattr(train, "run_epoch", killed)
    with pytest.raises(Killed):
        train_tag_towers(training, tmp_path / "cut", "")
    monkeypatch.undo()
    done_ = train_tag_towers(training, tmp_path / "cut", "")
    assert same(done_.towers, whole.towers)
    assert [(e.epoch, e.loss, e.ndcg10) for e in done_.curve] == [(e.epoch, e.loss, e.ndcg10) for e in whole.curve]


def test_a_budget_ends_a_training_at_a_whole_epoch(tmp_path):
    cut = train_tag_towers(training_of(epochs=3), tmp_path, "", deadline=time.monotonic())
    assert not cut.finished
    assert train_tag_towers(training_of(epochs=3), tmp_path, "").finished


def test_beta_leans_to_the_tags_where_the_history_says_nothing_and_to_the_history_where_tags_mislead(learnt):
    training = training_of()
    people, held = training.people, training.split[1].tolist()
    next_of = {people.history(example).rows.tobytes(): int(people.log.rows[example]) for example in held}

    def tags_of(history, shift):
        kind = THINGS[(next_of[history.rows.tobytes()] // EACH + shift) % len(THINGS)]
        return (TagQuery(kind, kind, encode([kind])[0]),)

    silent = {name: 0 * values if name.startswith("user.") else values for name, values in learnt.towers.arrays.items()}
    told = quality_by_beta(training, TagTowers(learnt.towers.form, silent), partial(tags_of, shift=0))
    misled = quality_by_beta(training, learnt.towers, partial(tags_of, shift=2))
    assert set(told) == set(misled) == set(BETAS)
    assert best_beta(told) < 1.0
    assert best_beta(misled) == 1.0
    assert misled[1.0] > misled[0.0]
    assert best_beta({}) == 1.0


def test_what_was_done_at_one_moment_is_no_history_of_it():
    people = people_of(log_of([(0, 1, 1), (0, 2, 1), (1, 5, 1), (0, 3, 2), (0, 4, 2)]), 9)
    assert [people.history(example).rows.tolist() for example in range(5)] == [[], [], [1, 2], [1, 2], []]


def test_nobody_learns_from_what_is_held_out():
    people = people_of(log_of([(user, item, item) for item in range(4) for user in range(6)]), 9)
    learnt_from, held = people.split(2, 0)
    assert len(held) == 2
    assert (people.log.rows[held] == 3).all()
    assert sorted([*learnt_from, *held]) == list(range(24))
    assert all(3 not in people.history(example).rows for example in learnt_from.tolist())


def test_kinds_of_events_are_behaviours_of_their_own():
    log = replace(
        log_of([(0, 1, 1), (0, 2, 2)]), kinds=np.array([KINDS.index("view"), KINDS.index("purchase")], np.int8)
    )
    assert people_of(log, 9).names == ("newest", "view", "purchase")
