"""The gate: what is asked, what passes, and what a refusal leaves as it was. No training here, so no torch."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.engine.store import open_store
from intently.engine.towers import towers_folder
from intently.evaluate.metrics import Interval
from intently.learn.begun import GOES_ON, Begun, begun_in, note
from intently.learn.gate import LEAST, Measured, measure, questions_of
from intently.learn.ground import read_ground
from intently.learn.run import Candidate, judge
from intently.retrieve.cut import cut_of
from intently.retrieve.masses import Masses
from intently.retrieve.popularity import Lasting
from intently.retrieve.published import open_version, publish, serving, versions
from tests.learn.worlds import DAY, DAYS, ITEMS, PEOPLE, START, STORE, card_of, ring_store, walker
from tests.retrieve.test_published import GATE
from tests.retrieve.worlds import log_of, spec_of

logs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 20)), max_size=80).map(
    lambda events: log_of(sorted(events, key=lambda event: event[2]))
)


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return ring_store(tmp_path_factory.mktemp("ring"))


@pytest.fixture
def ground(config, tmp_path):
    store = open_store(config, STORE)
    yield read_ground(config, store, tmp_path, 0, None, 15)
    store.journal.close()


@given(logs)
def test_everybody_is_asked_once_about_their_newest_moment_with_all_that_came_before(log):
    cut = cut_of(log)
    asked = questions_of(spec_of("always"), 10, log, cut)
    assert len(asked) <= len(set(log.users.tolist()))
    for question in asked:
        moment = question.request.as_of
        assert moment >= cut
        assert (question.request.history.times < moment).all()
        assert len(question.request.history.rows)
        owners = [user for user in set(log.users.tolist()) if _newest(log, user) == _asked(question)]
        assert owners


def _newest(log, user):
    """Moment, history and answer of a person's newest moment."""
    own, time = log.users == user, log.times[log.users == user].max()
    return time, log.rows[own & (log.times < time)].tolist(), sorted({*log.rows[own & (log.times == time)].tolist()})


def _asked(question):
    return question.request.as_of, question.request.history.rows.tolist(), question.taken.tolist()


def test_one_who_comes_first_at_a_hit_and_one_who_misses_differ_by_the_whole_discount():
    log = log_of([(0, 1, 0), (0, 2, 1), (0, 3, 5)])
    questions = questions_of(spec_of("never"), 4, log, 4 * DAY)
    found = measure(Lasting(_masses([9, 0, 0, 5])), Lasting(_masses([9, 0, 0, 0])), questions)
    assert (found.people, found.ndcg10, found.rival_ndcg10) == (1, pytest.approx(1 / np.log2(3)), 0.0)
    assert found.lead == Interval(*[pytest.approx(1 / np.log2(3))] * 3)
    assert not found.passed  # one person proves nothing


def _masses(counts):
    with np.errstate(divide="ignore"):
        return Masses(np.inf, 0.0, np.log2(np.array(counts, dtype=np.float64)))


@pytest.mark.parametrize(
    ("people", "low", "passes"), [(LEAST, 0.001, True), (LEAST - 1, 0.001, False), (LEAST, 0.0, False)]
)
def test_the_whole_interval_must_be_above_zero_and_people_enough(people, low, passes):
    assert Measured(people, 0.3, 0.4, 0.2, 0.3, Interval(0.1, low, 0.2)).passed is passes


def test_nothing_of_the_cut_or_later_is_trained_on(config, ground, tmp_path):
    other = open_store(ring_store(tmp_path / "other", last=5), STORE)
    elsewhere = read_ground(config, other, tmp_path / "fresh", 0, None, 15)
    other.journal.close()
    assert elsewhere.begun.cut == ground.begun.cut < START + (DAYS - 1) * DAY  # the last day is after it
    assert elsewhere.log.rows.tolist() != ground.log.rows.tolist()
    assert elsewhere.sequences().digest == ground.sequences().digest
    assert ground.sequences().events == np.count_nonzero(ground.log.times < ground.begun.cut) > 0.8 * len(ground.log)


def test_what_beats_item_knn_is_published_with_its_numbers_and_what_is_no_better_is_not(config, ground):
    folder = towers_folder(ground.store)
    worse = judge(config, ground, Candidate(walker(5), card_of()))
    assert (worse.version, serving(folder), versions(folder)) == (None, None, [])
    assert f"NDCG@10 {worse.gate.ndcg10:.4f} against {worse.gate.rival_ndcg10:.4f} of item-kNN" in str(worse)
    assert "the low end of the lead must be above 0" in str(worse)

    better = judge(config, ground, Candidate(walker(1), card_of(), "curve\n"))
    assert better.version == 1
    read = open_version(folder, 1)
    assert read.gate == better.gate
    assert (read.gate.people, read.gate.seed, read.gate.rival) == (PEOPLE, 0, "item-kNN")
    assert read.gate.lead[1] > 0.2
    assert read.gate.weights["sequence"] == max(read.gate.weights.values())

    again = judge(config, ground, Candidate(walker(2), card_of()))
    assert (again.version, again.gate.rival) == (None, "version 1")
    assert serving(folder).version == 1
    assert judge(config, ground, Candidate(walker(1), card_of())).version == 1  # it serves already
    assert versions(folder) == [1]


def test_nobody_is_asked_what_the_model_that_serves_was_trained_on(tmp_path):
    config = ring_store(tmp_path)
    store = open_store(config, STORE)
    ground = read_ground(config, store, tmp_path / "learn", 0, None, 15)
    later = ground.begun.cut + DAY / 2
    publish(towers_folder(store), walker(7), card_of(), GATE.model_copy(update={"cut": later}))
    learnt = judge(config, ground, Candidate(walker(1), card_of()))
    store.journal.close()
    assert (learnt.version, learnt.gate.asked_from, learnt.gate.cut) == (2, later, ground.begun.cut)


def test_a_model_of_other_items_that_serves_is_said_and_is_no_rival(tmp_path):
    config = ring_store(tmp_path)
    store = open_store(config, STORE)
    ground = read_ground(config, store, tmp_path / "learn", 0, None, 15)
    publish(towers_folder(store), walker(1, [f"other{n}" for n in range(ITEMS)]), card_of(), GATE)
    said: list[str] = []
    learnt = judge(config, ground, Candidate(walker(1), card_of()), said.append)
    store.journal.close()
    assert "trained on other items: 0 of its 24" in said[0]
    assert (learnt.version, learnt.gate.rival) == (2, "item-kNN")


def test_a_training_that_was_begun_goes_on_with_what_it_read_then(tmp_path):
    now = datetime.now(UTC)
    first = Begun(last_seq=10, cut=5.0, seed=1, settings=None, at=now)
    later = first.model_copy(update={"last_seq": 12, "cut": 6.0})
    assert begun_in(tmp_path, first, 15) == first
    assert begun_in(tmp_path, later, 15) == first
    assert begun_in(tmp_path, later.model_copy(update={"seed": 2}), 15).last_seq == 12


def test_a_training_that_was_refused_goes_on_with_more_minutes_and_else_begins_anew(tmp_path):
    refused = Begun(last_seq=10, cut=5.0, seed=1, settings=None, at=datetime.now(UTC), spent=15)
    later = refused.model_copy(update={"last_seq": 12, "spent": 0.0})
    note(tmp_path, refused)
    assert begun_in(tmp_path, later, 16) == refused
    assert begun_in(tmp_path, later, 15) == later
    note(tmp_path, later.model_copy(update={"at": datetime.now(UTC) - GOES_ON}))
    assert begun_in(tmp_path, refused, 15) == refused


def test_events_that_arrive_while_it_trains_change_nothing_of_a_training(tmp_path):
    config = ring_store(tmp_path)
    store = open_store(config, STORE)
    before = read_ground(config, store, tmp_path / "learn", 0, None, 15)
    event = next(iter(store.journal.events_of("p01", newest=1)))
    store.journal.append([event.model_copy(update={"event_id": "new", "item_id": "i05"})])
    after = read_ground(config, store, tmp_path / "learn", 0, None, 15)
    assert after.sequences().digest == before.sequences().digest
    assert len(after.log) == len(before.log)
    fresh = read_ground(config, store, tmp_path / "elsewhere", 0, None, 15)
    assert len(fresh.log) == len(before.log) + 1
    store.journal.close()
