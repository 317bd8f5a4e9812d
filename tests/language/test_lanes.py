"""A person who waits goes before the batch."""

import threading
import time

import pytest

from intently.errors import ModelTimeout
from intently.language.lanes import Lanes


def test_a_person_stops_the_batch_and_runs_when_it_has_ended():
    lanes, order = Lanes(), []
    stopped = threading.Event()

    def batch():
        with lanes.background(5) as turn:
            turn.on_stop(stopped.set)
            order.append("batch began")
            assert stopped.wait(5)
            time.sleep(0.05)
            order.append(f"batch ended: {turn.reason}")

    thread = threading.Thread(target=batch)
    thread.start()
    while "batch began" not in order:
        time.sleep(0.01)
    with lanes.person(5):
        order.append("person")
    thread.join()
    assert order == ["batch began", "batch ended: a person is waiting", "person"]


def test_the_batch_waits_while_a_person_runs_and_goes_on_after():
    lanes, order = Lanes(), []

    def batch():
        with lanes.background(5):
            order.append("batch")

    with lanes.person(5):
        thread = threading.Thread(target=batch)
        thread.start()
        time.sleep(0.1)
        order.append("person")
    thread.join()
    assert order == ["person", "batch"]


def test_people_run_one_at_a_time():
    lanes, inside, most = Lanes(), [], []

    def person():
        with lanes.person(5):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=person) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 5


def test_a_person_who_waits_too_long_is_told_and_frees_the_way_for_the_batch():
    lanes = Lanes()
    with lanes.person(5), pytest.raises(ModelTimeout, match=r"busy for 0\.1 s"), lanes.person(0.1):
        pytest.fail("two people ran at once")
    with lanes.background(0.5):
        pass


def test_a_call_told_to_stop_before_it_began_is_closed_at_once():
    lanes, closed = Lanes(), []
    with lanes.background(1) as turn:
        turn.stop("a newer one came")
        turn.on_stop(lambda: closed.append(True))
    assert closed == [True]
