"""A store of many people on a tiny catalogue, imported as any store is, and the batch as people run it."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from intently.config import Config, load_config
from intently.engine.store import import_store, open_store
from intently.journal import UnderstandingRow
from tests.stand_in import StandIn

NAME = "games"
ITEMS = 60
CATALOG = """
format = "intently.catalog"
version = 1
name = "Games"
noun = "game"
nouns = "games"
liked_from = 7
history_kinds = ["rating"]
[items]
file = "items.csv"
id = "id"
title = "title"
[events]
file = "events.csv"
user = "user"
item = "item"
time = "time"
time_format = "seconds"
value = "score"
kind_is = "rating"
[facets.kind]
kind = "term"
column = "kind"
"""


def make_store(home: Path, people: int, seed: int = 0) -> Config:
    """Import games and people p000, p001, … with 6 to 20 ratings each, no two with the same history."""
    draw, now = random.Random(seed), datetime.now(UTC)
    folder = home / "source"
    folder.mkdir(parents=True)
    kinds = ["detective", "sea", "space", "puzzle", "racing"]
    items = [f"{n},Game {n} of {draw.choice(kinds)},{kinds[n % 5]}" for n in range(ITEMS)]
    rows = []
    for person in range(people):
        for place, item in enumerate(draw.sample(range(ITEMS), draw.randint(6, 20))):
            at = now - timedelta(days=draw.uniform(1, 500))
            score = draw.choice([8, 9, 10] if place < 4 else [5, 8, 9])  # enough of them are liked
            rows.append(f"p{person:03},{item},{int(at.timestamp())},{score}")
    (folder / "items.csv").write_text("\n".join(["id,title,kind", *items]) + "\n", "utf-8")
    (folder / "events.csv").write_text("\n".join(["user,item,time,score", *rows]) + "\n", "utf-8")
    (folder / "catalog.toml").write_text(CATALOG, "utf-8")
    config = load_config(env={}, home=home)
    import_store(config, NAME, folder / "catalog.toml")
    return config


def batch_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "intently", "understand", *arguments, "--yes", "--json"]


def environment(home: Path, url: str, in_flight: int, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INTENTLY_")}
    own = {"INTENTLY_HOME": str(home), "INTENTLY_LLM_URL": url, "INTENTLY_LLM_MODEL": "stand-in"}
    return {**kept, **own, "INTENTLY_LANGUAGE_IN_FLIGHT": str(in_flight), **more}


def run_batch(command: list[str], env: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=1800)
    assert done.returncode == 0, done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def kill_batch(command: list[str], env: dict[str, str], stand_in: StandIn, moments: list[tuple[int, float]]) -> None:
    """Run the batch and kill it, at each moment: so many answers by then in all, and seconds more."""
    for answers, seconds in moments:
        child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while stand_in.answered < answers and child.poll() is None:
            time.sleep(0.002)
        time.sleep(seconds)
        assert child.poll() is None, f"it ended before it could be killed: {child.communicate()[1][-2000:]!r}"
        child.send_signal(signal.SIGKILL)
        child.communicate()


def understandings(config: Config, store: str = NAME) -> dict[str, list[UnderstandingRow]]:
    """Everybody's understandings: all rows, the oldest first."""
    journal = open_store(config, store).journal
    try:
        found: dict[str, list[UnderstandingRow]] = {}
        for user_id, _ in journal.user_ids(limit=None, order="id"):
            until = None
            while (row := journal.understanding(user_id, until)) is not None:
                found.setdefault(user_id, []).insert(0, row)
                until = row.time - timedelta(microseconds=1)
        return found
    finally:
        journal.close()


def kept_rows(config: Config, store: str = NAME) -> tuple[int, int, int]:
    """Rows of understandings, of answered calls, and of failures."""
    import sqlite3

    with sqlite3.connect(config.store_folder(store) / "journal.db") as connection:
        (made,) = connection.execute("SELECT count(*) FROM understanding").fetchone()
        (calls,) = connection.execute("SELECT count(*) FROM call WHERE outcome = 'ok'").fetchone()
        (failed,) = connection.execute("SELECT count(*) FROM failure").fetchone()
    return made, calls, failed
