"""One cut of a log: what is before it is trained on, what is after it chooses, and nothing is both."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from intently.retrieve.cut import before_cut, cut_of, cut_position, moments_from, position_of
from intently.retrieve.weights import _moments
from tests.retrieve.worlds import DAY, log_of

logs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 20)), max_size=80).map(
    lambda events: log_of(sorted(events, key=lambda event: event[2]))
)


@given(logs, st.integers(0, 3))
def test_weights_are_learnt_at_the_cut_or_later_and_nothing_of_that_moment_is_trained_on(log, seed):
    cut = cut_of(log)
    trained = before_cut(log, cut)
    assert (trained.times < cut).all()
    for moments in (_moments(log, seed, 0), moments_from(log, position_of(log, cut))):
        assert all(log.times[position] >= cut for position in moments)


@given(logs)
def test_nearly_all_of_the_log_is_trained_on_unless_its_end_is_of_one_moment(log):
    trained = before_cut(log, cut_of(log))
    same = np.count_nonzero(log.times == cut_of(log))
    assert cut_position(log) - same <= len(trained) <= cut_position(log)


@given(logs, st.integers(0, 90))
def test_every_moment_is_of_somebody_who_did_something_before_and_comes_once(log, start):
    seen = set()
    for position in moments_from(log, start):
        user, time = log.users[position], log.times[position]
        assert position >= start
        assert ((log.users == user) & (log.times < time)).any()
        assert (user, time) not in seen
        seen.add((user, time))


def test_the_cut_of_a_hundred_days_is_the_eighty_sixth():
    log = log_of([(0, 0, day) for day in range(100)])
    assert cut_of(log) == 85 * DAY
    assert len(before_cut(log, cut_of(log))) == 85


def test_a_log_without_events_trains_nothing_and_chooses_nothing():
    log = log_of([])
    assert cut_of(log) == np.inf
    assert list(moments_from(log, cut_position(log))) == []
