"""Calls to a URL: many in flight, and back-off when it says "later". The endpoint is a real HTTP server."""

import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate

import pytest
from pydantic import BaseModel

from intently.errors import ModelBusy, ModelError
from intently.language import MemoryCalls, Message, Model, Prompt
from intently.language.backoff import FIRST_SECONDS, LONGEST_SECONDS, TRIES, Backoff
from intently.language.lanes import Lanes
from intently.language.status import ModelStatus
from intently.language.wire import OpenAIWire, fixed_endpoint
from tests.stand_in import StandIn


class Mood(BaseModel):
    word: str


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[StandIn, Model, MemoryCalls]]]:
    """A function: an endpoint, a model that asks it with so many calls in flight, and the rows of its calls."""
    open_: list[StandIn] = []

    def make(in_flight: int = 4, **how) -> tuple[StandIn, Model, MemoryCalls]:
        open_.append(StandIn(**how))
        find = fixed_endpoint(open_[-1].url, "stand-in", "key", in_flight)
        calls = MemoryCalls()
        wire = OpenAIWire(find, lambda: ModelStatus("ready", "ready"))
        return open_[-1], Model(wire, calls, lanes=Lanes(polite=False)), calls

    yield make
    for one in open_:
        one.close()


def _prompt(number: int = 0) -> Prompt:
    return Prompt("moods", "v1", (Message("user", f"How is number {number}?"),))


def _at_once(act: Callable[[int], object], count: int) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_batch_call_that_is_told_to_come_later_is_asked_again_and_each_try_is_a_row(serve, status):
    stand_in, model, calls = serve(refusals=[(status, "0")])
    assert model.ask(_prompt(), Mood).value.word
    assert [row.outcome for row in calls.rows] == ["ModelBusy", "ok"]
    assert stand_in.answered == 1


@pytest.mark.parametrize("header", [lambda: "1", lambda: formatdate(time.time() + 2, usegmt=True)])
def test_the_time_that_the_endpoint_asks_for_is_waited_by_all_calls_of_the_process(serve, header):
    stand_in, model, _ = serve()
    model.ask(_prompt(9), Mood)  # the first call of a process takes a while to get going
    stand_in.refusals.append((503, header()))
    first = threading.Thread(target=lambda: model.ask(_prompt(1), Mood))
    first.start()
    while stand_in.refusals:
        time.sleep(0.01)
    time.sleep(0.2)
    model.ask(_prompt(2), Mood)
    first.join()
    refused, *later = stand_in.times[1:]
    assert len(later) == 2
    assert min(later) - refused > 0.7


def test_a_call_refused_again_and_again_is_given_up_in_time(serve):
    stand_in, model, calls = serve(refusals=[(429, None)] * 50)
    with pytest.raises(ModelBusy, match="429"):
        model.ask(_prompt(), Mood, timeout_seconds=2)
    assert 2 <= len(calls.rows) < TRIES  # pauses of 0.5, 1 and 2 s at most: a third fits only if the machine is free
    assert {row.outcome for row in calls.rows} == {"ModelBusy"}
    assert stand_in.times[-1] - stand_in.times[0] < 2


def test_what_is_wrong_with_the_call_itself_is_not_asked_again(serve):
    _, model, calls = serve(refusals=[(401, None)])
    with pytest.raises(ModelError, match="INTENTLY_LLM_KEY"):
        model.ask(_prompt(), Mood)
    assert [row.outcome for row in calls.rows] == ["ModelError"]


def test_a_person_is_told_at_once_that_the_endpoint_is_busy(serve):
    _, model, calls = serve(refusals=[(429, "20")])
    with pytest.raises(ModelBusy):
        model.ask(_prompt(), Mood, lane="person")
    assert len(calls.rows) == 1


def test_so_many_calls_are_in_flight_and_no_more(serve):
    stand_in, model, _ = serve(in_flight=3, delay=0.1)
    _at_once(lambda number: model.ask(_prompt(number), Mood), 9)
    assert stand_in.most == 3
    assert stand_in.answered == 9


def test_a_person_does_not_wait_for_the_batch_at_an_endpoint_that_serves_many(serve):
    stand_in, model, calls = serve(in_flight=1, delay=0.6)
    batch = threading.Thread(target=lambda: model.ask(_prompt(1), Mood))
    batch.start()
    time.sleep(0.05)
    model.ask(_prompt(2), Mood, lane="person")
    batch.join()
    assert stand_in.most == 2
    assert [row.outcome for row in calls.rows] == ["ok", "ok"]


def test_pauses_double_up_to_a_limit_and_are_never_more_than_halved_by_chance():
    for draw, share in ((0.0, 1.0), (1.0, 0.5)):
        slept: list[float] = []
        backoff = Backoff(draw=lambda draw=draw: draw, sleep=slept.append, now=lambda: 0.0)
        tried = 1
        while backoff.again(tried, None, 1e9):
            tried += 1
        assert tried == TRIES
        assert slept == [share * min(LONGEST_SECONDS, FIRST_SECONDS * 2**n) for n in range(TRIES - 1)]
