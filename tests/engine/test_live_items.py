"""Prices and stock that change while feeds are made: no slate shows what broke a rule when it was asked for."""

import csv
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

import intently.engine.worlds as worlds
from intently.config import load_config
from intently.engine import Engine, prepare_store
from intently.engine.store import import_store
from intently.errors import BadRequest, NotFound
from intently.nouns import Event, Slate

TOML = """
format = "intently.catalog"
version = 1
name = "Stall"
noun = "thing"
nouns = "things"
repeat = "always"
[items]
file = "items.csv"
id = "id"
title = "title"
[facets.price]
kind = "number"
column = "price"
unit = "£"
unit_before = true
units = { "£" = 1, pounds = 1 }
nouns = ["price"]
less = ["cheaper"]
[facets.kind]
kind = "term"
column = "kind"
"""
LIMIT = 2.0  # the price under which the person wants things
ROUNDS = 15  # batches of changes
PICKED = 15  # items of one batch


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Engine]:
    """Ninety things of £0.50 to £3.00 each, and no events."""
    with (tmp_path / "items.csv").open("w", newline="", encoding="utf-8") as stream:
        rows = [(f"t{n}", f"Thing {n}", 0.5 + n % 6 / 2, ("tool", "toy", "cup")[n % 3]) for n in range(90)]
        csv.writer(stream).writerows([("id", "title", "price", "kind"), *rows])
    (tmp_path / "stall.toml").write_text(TOML, "utf-8")
    config = load_config(home=tmp_path / "home", language={"enabled": False})
    import_store(config, "stall", tmp_path / "stall.toml")
    prepare_store(config, "stall")
    with Engine("stall", config=config, model=False) as engine:
        yield engine


def ids(slate: Slate) -> list[str]:
    return [item.item_id for item in slate.items]


@dataclass
class Shelf:
    """What the shop has said so far of each item. `since`: the number of the acknowledged batch from which on the item
    may not be shown; None: it may, or a change of it is under way."""

    banned: dict[str, int | None] = field(default_factory=dict)
    batches: Iterator[int] = field(default_factory=count)
    acknowledged: int = -1

    def wrong(self, shown: list[str], asked_after: dict[str, int | None]) -> list[str]:
        """Items on a slate that were banned when it was asked for, and still are."""
        return [i for i in shown if asked_after.get(i) is not None and self.banned.get(i) == asked_after[i]]


def change(shop: Engine, shelf: Shelf, chosen: list[str], stop: threading.Event) -> None:
    rng = random.Random(4)
    for _ in range(ROUNDS):
        batch = next(shelf.batches)
        picked = rng.sample(chosen, PICKED)
        changes, bans = {}, {}
        for item_id in picked:
            price, available = rng.choice([0.5, 1.5, 2.5, 4.0]), rng.random() < 0.7
            changes[item_id] = {"facets": {"price": price}, "available": available}
            bans[item_id] = batch if price > LIMIT or not available else None
        for item_id in picked:
            shelf.banned[item_id] = None
        if rng.random() < 0.5:
            shop.patch_items(changes)
        else:
            for item_id, fields in changes.items():
                shop.patch_item(item_id, fields)
        shelf.banned.update(bans)
        shelf.acknowledged = batch
    stop.set()


def test_no_slate_shows_what_was_out_of_stock_or_too_dear_when_it_was_asked_for(shop: Engine) -> None:
    shop.say("new", "up to £2")
    chosen, shelf, stop = ids(shop.feed("new", limit=100)), Shelf(), threading.Event()
    faults: list[str] = []
    asked = 0
    writer = threading.Thread(target=change, args=(shop, shelf, chosen, stop))
    writer.start()
    try:
        while not stop.is_set():
            known = dict(shelf.banned)
            slate = shop.feed("new", limit=100)
            faults += shelf.wrong(ids(slate), known)
            known = dict(shelf.banned)
            if slate.cursor:
                faults += shelf.wrong(ids(shop.feed("new", cursor=slate.cursor)), known)
            asked += 1
    finally:
        writer.join()
    assert faults == []
    assert asked > 2
    last = {item_id for item_id, since in shelf.banned.items() if since is not None}
    assert last
    assert not last & set(ids(shop.feed("new", limit=100)))


def test_the_next_page_leaves_out_what_was_sold_or_got_dearer_since(shop: Engine) -> None:
    shop.say("new", "up to £2")
    first = shop.feed("new", limit=5)
    assert first.cursor
    second = ids(shop.feed("new", cursor=first.cursor))
    shop.patch_items({second[0]: {"available": False}, second[3]: {"facets": {"price": 2.5}}})
    page = shop.feed("new", cursor=first.cursor)
    assert ids(page) == [second[1], second[2], second[4]]
    assert [item.position for item in page.items] == [7, 8, 10]
    assert page.cursor
    assert len(shop.feed("new", cursor=page.cursor).items) == 5


def test_two_who_change_one_item_at_a_time_both_count(shop: Engine) -> None:
    chosen = ids(shop.feed("new", limit=1))[0]
    threads = [
        threading.Thread(target=lambda: [shop.patch_item(chosen, {"facets": {"price": 1.0 + n}}) for n in range(15)]),
        threading.Thread(target=lambda: [shop.patch_item(chosen, {"text": f"text {n}"}) for n in range(15)]),
        threading.Thread(target=lambda: [shop.patch_item(chosen, {"available": n % 2 == 0}) for n in range(15)]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    item = shop.item(chosen)
    assert (item.facets["price"], item.text, item.available) == (15.0, "text 14", True)


def test_of_a_batch_with_one_fault_nothing_is_kept(shop: Engine) -> None:
    first, second = ids(shop.feed("new", limit=2))
    before = shop.item(first)
    with pytest.raises(NotFound):
        shop.patch_items({first: {"available": False}, "nobody": {"available": False}})
    with pytest.raises(BadRequest):
        shop.patch_items({first: {"available": False}, second: {"facets": {"price": ("dear",)}}})
    assert shop.item(first) == before
    assert ids(shop.feed("new", limit=2)) == [first, second]


def test_a_feed_of_now_builds_nothing_while_an_event_is_ahead_of_the_clock(
    shop: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = ids(shop.feed("new", limit=1))[0]
    ahead = datetime.now(UTC) + timedelta(hours=5)
    shop.record([Event(user_id="other", kind="purchase", item_id=shown, time=ahead)])

    def build(*_: object) -> None:
        raise AssertionError("the index was built for one request")

    monkeypatch.setattr(worlds, "build_index", build)
    assert shop.feed("new", limit=1).items


def test_what_was_encoded_for_a_wish_is_kept_when_an_item_changes(shop: Engine) -> None:
    shown = ids(shop.feed("new", limit=1))[0]
    before = shop.worlds.current.world
    shop.patch_item(shown, {"facets": {"price": 0.2}})
    after = shop.worlds.current.world
    assert after is not before
    assert (after.encode, after.words) == (before.encode, before.words)
