"""Slates of one store are made in turn, and who asks for an earlier time keeps nobody waiting."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from intently.engine import Engine
from intently.feed.request import recommend

EARLIER = datetime(2024, 1, 1, tzinfo=UTC)


def test_one_slate_is_made_at_a_time_where_the_journal_is_a_file(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, most, counted = 0, 0, threading.Lock()

    def watched(*arguments: Any) -> Any:
        nonlocal inside, most
        with counted:
            inside, most = inside + 1, max(most, inside + 1)
        time.sleep(0.01)  # long enough for another to come in, if it could
        done = recommend(*arguments)
        with counted:
            inside -= 1
        return done

    monkeypatch.setattr("intently.engine.feeds.recommend", watched)
    with ThreadPoolExecutor(8) as clients:
        slates = list(clients.map(lambda number: engine.feed(f"person {number}"), range(24)))
    assert all(slate.items for slate in slates)
    assert most == 1


def test_a_feed_of_now_does_not_wait_for_the_index_of_an_earlier_time(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    building, built = threading.Event(), threading.Event()
    at = engine.worlds.at

    def slowly(moment: datetime) -> Any:
        if moment == EARLIER and not built.is_set():
            building.set()
            assert built.wait(20)
        return at(moment)

    monkeypatch.setattr(engine.worlds, "at", slowly)
    with ThreadPoolExecutor(2) as clients:
        earlier = clients.submit(engine.feed, "ann", as_of=EARLIER)
        try:
            assert building.wait(20)
            assert clients.submit(engine.feed, "bob").result(10).items
            assert not earlier.done()
        finally:
            built.set()
        assert earlier.result(20).as_of == EARLIER
