"""A log becomes sequences, some people's newest item is held out, and batches hold everything else once."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.learn.batches import batches_of, questions
from intently.learn.sequences import Sequences, sequences_of
from intently.learn.settings import TowerSettings
from tests.retrieve.worlds import log_of

people = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=9), min_size=1, max_size=30).map(
    lambda rows: Sequences(tuple(np.array(one, np.int32) for one in rows), 10)
)


def test_everybodys_items_come_in_the_order_of_the_log():
    log = log_of([(5, 1, 0), (2, 7, 1), (5, 0, 2), (2, 7, 3), (5, 4, 3)])
    assert [rows.tolist() for rows in sequences_of(log, 8).people] == [[7, 7], [1, 0, 4]]


def test_a_log_without_events_has_no_sequences():
    assert sequences_of(log_of([]), 8).people == ()


@given(people, st.integers(0, 20), st.integers(0, 3))
def test_what_is_held_out_is_the_newest_item_of_some_people_and_nothing_else_is_lost(sequences, most, seed):
    kept, held = sequences.hold_out(most, seed)
    assert len(held) <= most
    assert all(len(one.history) >= 2 for one in held)
    assert kept.events + len(held) == sequences.events
    joined = {(*one.history.tolist(), one.target) for one in held}
    changed = [j for j, rows in enumerate(sequences.people) if len(kept.people[j]) != len(rows)]
    assert {tuple(sequences.people[j].tolist()) for j in changed} == joined
    assert len(changed) <= sum(len(rows) >= 3 for rows in sequences.people) // 2


def causal(length: int, batch: int = 2) -> TowerSettings:
    return TowerSettings(length=length, batch=batch)


def gapped(length: int, batch: int = 2) -> TowerSettings:
    return TowerSettings(kind="bert4rec", length=length, batch=batch)


@given(people, st.integers(1, 5), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=50, deadline=None)
def test_every_window_comes_once_an_epoch_with_the_next_item_as_target(sequences, length, size, epoch):
    windows = []
    for batch in batches_of(sequences, causal(length, size), 0, epoch):
        assert len(batch.inputs) <= size
        assert (batch.asked == batch.real).all()
        for inputs, targets, places, real in zip(batch.inputs, batch.targets, batch.places, batch.real, strict=True):
            windows.append((*inputs[real].tolist(), int(targets[real][-1])))
            assert inputs[real][1:].tolist() == targets[real][:-1].tolist()
            assert places[real].tolist() == list(range(length - real.sum(), length))
    expected = [tuple(rows[-length - 1 :].tolist()) for rows in sequences.people if len(rows) >= 2]
    assert sorted(windows) == sorted(expected)


@given(people, st.integers(2, 5), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=50, deadline=None)
def test_every_window_of_bert4rec_comes_once_with_a_gap_at_least_and_none_in_padding(sequences, length, size, epoch):
    windows = []
    for batch in batches_of(sequences, gapped(length, size), 0, epoch):
        assert batch.asked.any(axis=1).all()
        assert not (batch.asked & ~batch.real).any()
        windows += [tuple(rows[real].tolist()) for rows, real in zip(batch.targets, batch.real, strict=True)]
    expected = [tuple(rows[-length:].tolist()) for rows in sequences.people if len(rows) >= 2]
    assert sorted(windows) == sorted(expected)


def test_gaps_are_as_many_as_the_settings_say():
    sequences = Sequences(tuple(np.arange(20, dtype=np.int32) for _ in range(300)), 20)
    batches = list(batches_of(sequences, gapped(20, 50), 0, 1))
    counts = np.concatenate([batch.asked.sum(axis=1) for batch in batches])
    alone = np.concatenate([batch.asked[:, -1] & (batch.asked.sum(axis=1) == 1) for batch in batches])
    assert 0.18 < alone.mean() < 0.32  # hide_last is a quarter
    assert 5 < counts[~alone].mean() < 7  # hide is 0.3 of 20


@given(people)
@settings(max_examples=20, deadline=None)
def test_the_order_of_batches_is_decided_by_seed_and_epoch(sequences):
    def order(settings_: TowerSettings) -> list[tuple[list[list[int]], list[list[bool]]]]:
        return [(batch.inputs.tolist(), batch.asked.tolist()) for batch in batches_of(sequences, settings_, 1, 2)]

    assert order(causal(5)) == order(causal(5))
    assert order(gapped(5)) == order(gapped(5))


def test_the_digest_tells_one_set_of_sequences_from_another():
    one, two = np.array([1, 2], np.int32), np.array([3], np.int32)
    digests = {
        Sequences((one, two), 5).digest, Sequences((two, one), 5).digest, Sequences((one, two), 6).digest,
        Sequences((np.array([1, 2, 3], np.int32),), 5).digest,
    }  # fmt: skip
    assert len(digests) == 4


def test_what_is_next_is_asked_at_the_newest_item_and_places_are_counted_from_it():
    batch = questions([np.array([4], np.int32), np.array([5, 6, 7, 8], np.int32)], causal(3))
    assert batch.inputs.tolist() == [[4, 0, 0], [6, 7, 8]]
    assert batch.real.tolist() == [[True, False, False], [True, True, True]]
    assert batch.asked.tolist() == [[True, False, False], [False, False, True]]
    assert (batch.places[0, 0], batch.places[1].tolist()) == (2, [0, 1, 2])


def test_what_is_next_is_asked_of_bert4rec_in_a_gap_behind_the_newest_items():
    batch = questions([np.array([4], np.int32), np.array([5, 6, 7, 8], np.int32)], gapped(3))
    assert batch.inputs.tolist() == [[4, 0, 0], [7, 8, 0]]
    assert batch.asked.tolist() == [[False, True, False], [False, False, True]]
    assert batch.places[0, :2].tolist() == [1, 2]
