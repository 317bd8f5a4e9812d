"""Times what a new user waits for: importing 34,366 films into an empty home, serving them, the first slate.

    python benchmarks/bench_import.py [--data ../shared/data/catalog-wikimovies] [--models FOLDER] [--watch 60]

Then it watches vectors come for `--watch` seconds while feeds are asked for: items encoded a minute, p50 and p99 of a
feed over HTTP. `--models` names a folder that holds the encoder's files (`intently model get` puts them into models/ of
the home); without them the server would fetch them first. The floor is reading the file's rows and writing one JSON
line an item to SQLite, in one process. The last line is one JSON object; `bar_ratio` is measured over 60 s.
"""

import argparse
import json
import os
import platform
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from intently.evaluate.commit import commit

BAR_SECONDS = 60.0
SCHEMA = Path(__file__).with_name("films34k.toml")
DATA = Path(__file__).parents[2] / "shared/data/catalog-wikimovies"
STORE = "films34k"
PATIENCE = 600.0  # seconds


def main() -> None:
    arguments = _arguments()
    print(
        f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}, commit {commit()}"
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        (home / "models").mkdir(parents=True)
        for entry in arguments.models.iterdir() if arguments.models else ():
            (home / "models" / entry.name).symlink_to(entry)
        pack = Path(folder) / "pack"
        pack.mkdir()
        shutil.copy(arguments.data / "items.parquet", pack)
        shutil.copy(SCHEMA, pack / "catalog.toml")
        floor = _floor(pack, Path(folder) / "floor.db")
        row = _measured(home, pack / "catalog.toml", arguments.watch)
    row |= {"floor_seconds": floor, "ratio": row["to_first_slate_seconds"] / floor}
    row["bar_ratio"] = row["to_first_slate_seconds"] / BAR_SECONDS
    for name, value in row.items():
        print(f"{name:28} {value:,.2f}" if isinstance(value, float) else f"{name:28} {value}")
    print(json.dumps({"benchmark": "import", "commit": commit(), **row}))


def _floor(pack: Path, database: Path) -> float:
    """Seconds to read the rows and insert one JSON text an item."""
    import polars

    began = time.perf_counter()
    rows = polars.read_parquet(pack / "items.parquet").iter_rows(named=True)
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE item (item_id TEXT PRIMARY KEY, body TEXT)")
        bodies = ((str(row["item_id"]), json.dumps(row)) for row in rows)
        connection.executemany("INSERT INTO item VALUES (?, ?)", bodies)
    connection.close()
    return time.perf_counter() - began


def _measured(home: Path, toml: Path, watch: float) -> dict[str, Any]:
    environment = {**os.environ, "INTENTLY_HOME": str(home), "INTENTLY_LANGUAGE_ENABLED": "false"}
    began = time.perf_counter()
    command = [sys.executable, "-m", "intently", "import", str(toml), "--store", STORE]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    imported = time.perf_counter()
    with _served(environment) as address:
        slate = _until(lambda: _get(f"{address}/v1/users/ann/feed"))
        first = time.perf_counter()
        assert slate["items"], "the first slate is empty"
        row = {
            "items": _get(f"{address}/health")["stores"][STORE]["items"], "import_seconds": imported - began,
            "serve_to_slate_seconds": first - imported, "to_first_slate_seconds": first - began,
        }  # fmt: skip
        return row | _watched(address, watch)


def _watched(address: str, seconds: float) -> dict[str, Any]:
    """Ask for feeds of new people while the vectors come."""
    spent, deadline = [], time.perf_counter() + seconds
    before = _get(f"{address}/health")["stores"][STORE]["encoded"]
    while time.perf_counter() < deadline:
        asked = time.perf_counter()
        assert _get(f"{address}/v1/users/person-{len(spent)}/feed")["items"]
        spent.append((time.perf_counter() - asked) * 1000)
        time.sleep(0.1)
    encoded = _get(f"{address}/health")["stores"][STORE]["encoded"]
    if not spent:
        return {}
    p50, p99 = np.percentile(spent, [50, 99]).tolist()
    return {
        "encoded_a_minute": (encoded - before) / seconds * 60, "encoded": encoded, "feeds_meanwhile": len(spent),
        "feed_ms_p50": p50, "feed_ms_p99": p99,
    }  # fmt: skip


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "intently", "serve", "--store", STORE, "--no-model", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def _until(ask: Any) -> Any:
    """The first answer; until then the server is starting, or the store still opening."""
    deadline = time.perf_counter() + PATIENCE
    while True:
        try:
            return ask()
        except (urllib.error.URLError, ConnectionError):
            if time.perf_counter() > deadline:
                raise
            time.sleep(0.05)


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of items.parquet")
    parser.add_argument("--models", type=Path, default=None, help="a folder with the encoder's files")
    parser.add_argument("--watch", type=float, default=60.0, help="seconds to watch vectors come")
    return parser.parse_args()


if __name__ == "__main__":
    main()
