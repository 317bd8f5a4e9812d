"""A person who waits goes before the batch."""

import threading
import time

import pytest

from intently.errors import ModelTimeout
from intently.language.doorbell import Doorbell
from intently.language.lanes import Lanes


def test_a_person_stops_the_batch_and_runs_when_it_has_ended():
    lanes, order = Lanes(), []
    stopped = threading.Event()

    def batch():
        with lanes.batch(5) as turn:
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
        with lanes.batch(5):
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
    with lanes.batch(0.5):
        pass


def test_a_call_told_to_stop_before_it_began_is_closed_at_once():
    lanes, closed = Lanes(), []
    with lanes.batch(1) as turn:
        turn.stop("a newer one came")
        turn.on_stop(lambda: closed.append(True))
    assert closed == [True]


def test_the_batch_has_so_many_slots_and_who_comes_again_gets_the_slot_they_had():
    lanes, had = Lanes(), {}
    with lanes.batch(1, slots=2, holder="ann") as ann, lanes.batch(1, slots=2, holder="bob") as bob:
        had = {"ann": ann.slot, "bob": bob.slot}
        with pytest.raises(ModelTimeout, match="busy with others"), lanes.batch(0.05, slots=2, holder="eve"):
            pytest.fail("a third call found a slot")
    assert sorted(had.values()) == [0, 1]
    for name in ("bob", "ann", "bob"):
        with lanes.batch(1, slots=2, holder=name) as again:
            assert again.slot == had[name]


def test_who_is_new_gets_the_slot_that_was_used_longest_ago_and_the_memory_can_be_cleared():
    lanes = Lanes()
    with lanes.batch(1, slots=2, holder="ann") as ann, lanes.batch(1, slots=2, holder="bob") as bob:
        pass
    with lanes.batch(1, slots=2, holder="ann"):
        pass
    with lanes.batch(1, slots=2, holder="eve") as eve:
        assert (ann.slot, eve.slot) == (0, bob.slot)
    lanes.forget()
    with lanes.batch(1, slots=2, holder="eve") as anew:
        assert anew.slot == 0


def test_a_person_stops_every_call_of_the_batch():
    lanes, ended = Lanes(), []

    def batch(name: str):
        with lanes.batch(5, slots=3, holder=name) as turn:
            stopped = threading.Event()
            turn.on_stop(stopped.set)
            running.release()
            assert stopped.wait(5)
            ended.append(name)

    running = threading.Semaphore(0)
    threads = [threading.Thread(target=batch, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
        running.acquire(timeout=5)
    with lanes.person(5):
        assert sorted(ended) == ["a", "b", "c"]
    for thread in threads:
        thread.join()


def test_a_person_of_another_process_stops_the_batch_too(tmp_path):
    page, command_line = (Lanes(bell=Doorbell(tmp_path / "run" / "people.lock")) for _ in range(2))
    order, stopped, runs = [], threading.Event(), threading.Event()

    def batch():
        with command_line.batch(5) as turn:
            turn.on_stop(stopped.set)
            runs.set()
            assert stopped.wait(5)
            order.append(turn.reason)
        with command_line.batch(5):
            order.append("asked again")

    thread = threading.Thread(target=batch)
    thread.start()
    assert runs.wait(5)
    with page.person(5):
        assert stopped.wait(5)
        time.sleep(0.3)
        order.append("person")
    thread.join()
    assert order == ["a person is waiting", "person", "asked again"]


def test_people_of_two_processes_go_one_after_the_other(tmp_path):
    page, other = (Lanes(bell=Doorbell(tmp_path / "people.lock")) for _ in range(2))
    with page.person(5), pytest.raises(ModelTimeout, match="busy"), other.person(0.1):
        pytest.fail("two people ran at once")
    with other.person(5), pytest.raises(ModelTimeout, match="busy with people"), page.batch(0.1):
        pytest.fail("a batch began while a person ran")
    with page.person(5):
        pass
