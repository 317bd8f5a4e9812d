"""Times the look-up of stored reasons for a slate of 20 in a table of 100,000 (docs/results/speed.md).

    python benchmarks/bench_reasons.py [--lines 100000] [--n 300]

A shop of 2,000 items in a home of its own; the table holds a hundred lines each of a thousand people, on popular items
more than on others. Fifty people ask in turn: each item of their slates has a line for each of five interests. Measured
are the look-up for one item, for the slate, and within whole feed requests of the engine, measured before the table is
filled and after. No model is there. The floor is SQLite alone, in the same turn: one row by its key, read
and parsed, or twenty of them.

Milliseconds are of the thread's processor time, which others on the machine stretch but little, and in brackets those
that passed. Quality: of the items that have lines, the share under which the nearest line stands, as known from how the
table was made. The last line is one JSON object; `bar_ratio` is measured over the bar of 1 ms a reason, and meets it at
1 or less.
"""

import argparse
import json
import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from intently.catalog.snapshot import Snapshot
from intently.config import load_config
from intently.engine import Engine
from intently.engine.lines import item_state
from intently.engine.store import import_store
from intently.evaluate.commit import commit
from intently.explain.liking import interest_key
from intently.journal import ReasonRow, UnderstandingRow
from intently.journal.store import upsert
from intently.journal.tables import reason, to_us
from intently.nouns import Interest, Slate, Tag

STORE = "bench"
ITEMS, SLATE, INTERESTS, ASKING, LINES_EACH = 2_000, 20, 5, 50, 100
BAR_MS = 1.0
NOW = datetime.now(UTC)
TOML = """
format = "intently.catalog"
version = 1
name = "Bench"
[items]
file = "items.csv"
id = "id"
title = "title"
[facets.kind]
kind = "term"
column = "kind"
[facets.price]
kind = "number"
column = "price"
"""


@dataclass
class Timed:
    """Milliseconds of one kind of work: processor time of the thread, and time that passed."""

    cpu: list[float] = field(default_factory=list)
    passed: list[float] = field(default_factory=list)

    def __call__(self, work: Callable[..., Any], *given: Any) -> Any:
        passed, cpu = time.perf_counter(), time.thread_time()
        done = work(*given)
        self.cpu.append(1000 * (time.thread_time() - cpu))
        self.passed.append(1000 * (time.perf_counter() - passed))
        return done

    def at(self, percent: float) -> tuple[float, float]:
        return float(np.percentile(self.cpu, percent)), float(np.percentile(self.passed, percent))


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder, _opened(Path(folder)) as engine:
        without = Timed()
        slates = {user: _feed(engine, user) for user in _people()}
        for turn in range(arguments.n):
            without(_feed, engine, _people()[turn % ASKING])
        told = _fill(engine, slates, arguments.lines)
        timed, right = _measured(engine, slates, told, arguments.n)
    timed["feed request, empty table"] = without
    _report(timed, right, arguments)


def _people() -> list[str]:
    return [f"p{n}" for n in range(ASKING)]


def _opened(home: Path) -> Engine:
    """The shop, with what is understood of those who ask."""
    (home / "files").mkdir()
    (home / "files" / "catalog.toml").write_text(TOML, "utf-8")
    rows = "\n".join(f"x{n},Thing {n},kind{n % 7},{n % 90}" for n in range(ITEMS))
    (home / "files" / "items.csv").write_text(f"id,title,kind,price\n{rows}\n", "utf-8")
    config = load_config(env={}, home=home / "home", language={"enabled": False})
    import_store(config, STORE, home / "files" / "catalog.toml")
    engine = Engine(STORE, config=config, model=False)
    for user in _people():
        interests = tuple(
            Interest(interest_id=f"i{n}", text=_liking(user, n), evidence=("e",)) for n in range(INTERESTS)
        )
        tags = tuple(Tag(tag_id=f"t{n}", text=f"kind{n} things", interest_id=f"i{n}") for n in range(INTERESTS))
        engine.store.journal.put_understanding(UnderstandingRow(user, "h", interests, tags, NOW - timedelta(hours=1)))
    return engine


def _liking(user: str, number: int) -> str:
    return f"liking {number} of {user}"


def _fill(engine: Engine, slates: dict[str, Slate], lines: int) -> dict[tuple[str, str], str]:
    """Fill the table; the line that is nearest to each person who asks, by person and item."""
    snapshot, draw = engine.worlds.current.world.snapshot, np.random.default_rng(0)
    rows, best = [], {}
    for user, slate in slates.items():
        for item in slate.items:
            near = draw.permutation(INTERESTS) / INTERESTS
            own = [_line(user, n, item.item_id, float(near[n]), snapshot) for n in range(INTERESTS)]
            best[user, item.item_id] = max(own, key=lambda row: float(row.body["near"])).body["text"]
            rows += own
    for n in range(lines // LINES_EACH - ASKING):
        popular = np.unique((ITEMS * draw.random(LINES_EACH // INTERESTS) ** 3).astype(int))  # most on the first few
        rows += [
            _line(f"u{n}", number, snapshot.item_ids[place], 0.5, snapshot)
            for place in popular.tolist()
            for number in range(INTERESTS)
        ]
    with engine.store.journal.reasons._store.write() as connection:
        upsert(connection, reason, [_values(row) for row in rows])
    return best


def _line(user: str, number: int, item_id: str, near: float, snapshot: Snapshot) -> ReasonRow:
    place = snapshot.row_of(item_id)
    assert place is not None
    text = f"A thing of kind {place % 7} for whoever likes what {_liking(user, number)} stands for"
    pieces = [["facet", "kind", f"kind{place % 7}"], ["interest", f"i{number}", _liking(user, number)]]
    body = {"text": text, "pieces": pieces, "near": near, "by": "v2", "style": "for all; dry; scene; any",
            "interest": _liking(user, number), "item": item_state(snapshot, place)}  # fmt: skip
    start, end = NOW - timedelta(minutes=5), NOW + timedelta(days=1)
    return ReasonRow(user, interest_key(_liking(user, number)), item_id, "any", "h", start, end, body)


def _values(row: ReasonRow) -> dict[str, Any]:
    return {
        "reason_key": row.key, "user_id": row.user_id, "interest_id": row.interest_id, "item_id": row.item_id,
        "situation": row.situation, "input_hash": row.input_hash, "body": json.dumps(row.body),
        "time_us": to_us(row.time), "until_us": to_us(row.until),
    }  # fmt: skip


def _measured(
    engine: Engine, slates: dict[str, Slate], best: dict[tuple[str, str], str], n: int
) -> tuple[dict[str, Timed], float]:
    """Floors and look-ups take turns; and the share of right lines among those of whole feed requests."""
    names = ("floor, one row by key", "one reason", "floor, 20 rows by key", "slate of 20", "slate of 20 in a request",
             "feed request")  # fmt: skip
    timed = {name: Timed() for name in names}
    lines, put_on, right = engine.feeds.lines, engine.feeds.lines.put_on, []
    lines.put_on = lambda *given: timed["slate of 20 in a request"](put_on, *given)
    file = engine.config.store_folder(STORE) / "journal.db"
    with sqlite3.connect(file) as raw:
        keys = [key for (key,) in raw.execute("SELECT reason_key FROM reason ORDER BY reason_key LIMIT 20000")]
        for turn in range(-ASKING, n):
            user, some = _people()[turn % ASKING], [keys[(turn * SLATE + at) % len(keys)] for at in range(SLATE)]
            if turn == 0:  # before it everything is warm
                timed.update((name, Timed()) for name in names)
            request = engine.feeds._request(user, client="bench", limit=SLATE, moment=datetime.now(UTC))
            slate, turned = slates[user], slates[user].items[turn % SLATE]
            one = slate.model_copy(update={"items": (turned,)})
            timed[names[0]](_rows, raw, some[:1])
            timed[names[1]](put_on, one, request)
            timed[names[2]](_rows, raw, some)
            timed[names[3]](put_on, slate, request)
            shown = timed[names[5]](_feed, engine, user)
            right += [text == item.reason.text for item in shown.items if (text := best.get((user, item.item_id)))]
    return timed, float(np.mean(right))


def _feed(engine: Engine, user: str) -> Slate:
    return engine.feed(user, limit=SLATE)


def _rows(raw: sqlite3.Connection, keys: Sequence[str]) -> list[Any]:
    return [json.loads(raw.execute("SELECT body FROM reason WHERE reason_key = ?", (key,)).fetchone()[0])
            for key in keys]  # fmt: skip


def _report(timed: dict[str, Timed], right: float, arguments: argparse.Namespace) -> None:
    print(f"{arguments.lines:,} lines, {ITEMS:,} items, slates of {SLATE}, {arguments.n} turns, "
          f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, load {os.getloadavg()[0]:.0f}, "
          f"commit {commit()}")  # fmt: skip
    print(f"{'processor ms (time that passed)':32} {'p50':>16} {'p99':>16} {'p50 / floor':>12} {'right':>6}")
    floors = {"one reason": "floor, one row by key", "slate of 20": "floor, 20 rows by key",
              "slate of 20 in a request": "floor, 20 rows by key"}  # fmt: skip
    rows = []
    for name, one in timed.items():
        (p50, passed50), (p99, passed99) = one.at(50), one.at(99)
        row: dict[str, Any] = {"row": name, "cpu_p50": p50, "cpu_p99": p99, "p50": passed50, "p99": passed99}
        ratio = ""
        if floor := floors.get(name):
            reasons = 1 if name == "one reason" else SLATE
            row |= {"ratio": p50 / timed[floor].at(50)[0], "bar_ratio": p99 / reasons / BAR_MS, "right": right}
            ratio = f"{row['ratio']:12.2f} {right:6.3f}"
        rows.append({key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()})
        print(f"{name:32} {p50:7.3f} ({passed50:6.2f}) {p99:7.3f} ({passed99:6.2f}) {ratio}")
    print(json.dumps({"benchmark": "reasons", "lines": arguments.lines, "n": arguments.n, "commit": commit(),
                      "rows": rows}))  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=100_000, help="lines in the table")
    parser.add_argument("--n", type=int, default=300, help="turns of floors, look-ups and requests")
    return parser.parse_args()


if __name__ == "__main__":
    main()
