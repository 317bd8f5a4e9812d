"""Asks a real server for feeds with 1, 8 and 32 clients, and reads what memory it holds. Reported, without a bar.

    python benchmarks/bench_http.py [--n 400]

The server is `intently serve --store films --no-model` in a process and a home of its own: the demo films, imported
first. Each client is a thread with one connection that asks for a new feed as soon as it has the last; people take
turns. Memory is the server's resident set (VmRSS) and what of it is its own (RssAnon): the bar of 400 MB holds for the
first, the language model apart. The last line is one JSON object.
"""

import argparse
import http.client
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from intently.evaluate.commit import commit

CLIENTS = (1, 8, 32)
PEOPLE = 64
WARM = 20  # requests before any is timed
BAR_MB = 400
PATIENCE = 600.0  # seconds that import and opening may take


def main() -> None:
    arguments = _arguments()
    print(
        f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}, commit {commit()}"
    )
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as home:
        if arguments.models:
            (Path(home) / "models").symlink_to(arguments.models.resolve())
        with _served(home) as (port, process):
            _ask(port, WARM, 0, [])
            print(f"{'clients':>7} {'requests/s':>10} {'p50 ms':>8} {'p99 ms':>8}")
            for clients in CLIENTS:
                row = _timed(port, clients, arguments.n)
                rows.append(row)
                print(f"{clients:7} {row['requests_a_second']:10.1f} {row['p50_ms']:8.1f} {row['p99_ms']:8.1f}")
            memory = _memory(process.pid)
    print(f"memory of the server: {memory['VmRSS']:.0f} MB, of its own {memory['RssAnon']:.0f} MB")
    bar = {"memory_bar_ratio": memory["VmRSS"] / BAR_MB}
    print(json.dumps({"benchmark": "http", "commit": commit(), "rows": rows, "memory_mb": memory, **bar}))


def _timed(port: int, clients: int, n: int) -> dict[str, Any]:
    spent: list[float] = []
    threads = [threading.Thread(target=_ask, args=(port, n // clients, first, spent)) for first in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    p50, p99 = np.percentile(spent, [50, 99]).tolist()
    return {"clients": clients, "requests_a_second": len(spent) / seconds, "p50_ms": p50, "p99_ms": p99}


def _ask(port: int, n: int, first: int, spent: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for turn in range(n):
        began = time.perf_counter()
        connection.request("GET", f"/v1/users/{(first + turn) % PEOPLE + 1}/feed")
        answer = connection.getresponse()
        body = json.load(answer)
        assert answer.status == 200, body
        assert body["items"]
        spent.append((time.perf_counter() - began) * 1000)
    connection.close()


@contextmanager
def _served(home: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "intently", "serve", "--store", "films", "--no-model", "--port", str(port)]
    server = subprocess.Popen(command, env={**os.environ, "INTENTLY_HOME": home}, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _is_ready(port):
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not open its store"
            time.sleep(0.2)
        yield port, server
    finally:
        server.terminate()
        server.wait(timeout=60)


def _is_ready(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False


def _memory(pid: int) -> dict[str, float]:
    """Megabytes, from /proc: Linux alone."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    held = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return {name: int(held[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon", "RssFile")}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=400, help="requests of each number of clients")
    parser.add_argument("--models", type=Path, default=None, help="a folder with the encoder's files")
    return parser.parse_args()


if __name__ == "__main__":
    main()
