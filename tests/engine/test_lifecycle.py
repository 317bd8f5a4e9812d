"""Kills: of the demo while it imports or understands, and of the model's server while a command is read."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from intently.config import Config, load_config
from intently.engine.store import Store, open_store
from tests.fixtures_llama import find_gguf

FILMS = (3313, 76778)  # items and events
HARD = "I had a rotten day and my sister is visiting, so whatever would cheer two tired people up"
PATIENCE = 150.0  # seconds, on a busy machine


class Demo:
    """One `intently demo`, as a person starts it."""

    def __init__(self, home: Path, *arguments: str, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.home = home
        self.address = f"http://127.0.0.1:{port}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("INTENTLY_")}
        environment |= {"INTENTLY_HOME": str(home), "PIP_NO_INDEX": "1", "INTENTLY_LANGUAGE_HUB": "http://127.0.0.1:9"}
        home.mkdir(parents=True, exist_ok=True)
        self.log = home / "demo.log"
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "intently", "demo", "--port", str(port), *arguments]
            self.process = subprocess.Popen(command, env=environment | settings, cwd=home, stdout=log, stderr=log)

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def until(self, what: str, seen: Callable[[], Any]) -> Any:
        """Wait until it is seen, or fail with the log."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail(f"the demo ended while waiting for {what}:\n{self.log.read_text('utf-8')[-2000:]}")
            try:
                found = seen()
            except (OSError, KeyError, urllib.error.URLError):
                found = None
            if found:
                return found
            time.sleep(0.1)
        pytest.fail(f"waited {PATIENCE:.0f} s for {what}:\n{self.log.read_text('utf-8')[-2000:]}")

    def ready(self) -> None:
        self.until("the films", lambda: self.get("/health")["stores"]["films"]["state"] == "ready")

    def model_pid(self) -> int:
        return int(json.loads((self.home / "run" / "model.json").read_text("utf-8"))["pid"])

    def model_ready(self) -> bool:
        return bool(self.get("/health")["model"] == "ready")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def processes_of(home: Path) -> list[int]:
    """Living processes that were started for this home."""
    marker = f"INTENTLY_HOME={home}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            alive = b"\nState:\tZ" not in (folder / "status").read_bytes()
            if alive and marker in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def nothing_left(home: Path) -> bool:
    deadline = time.monotonic() + 15
    while processes_of(home) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not processes_of(home)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def start(home: Path | None = None, *arguments: str, **settings: str) -> Demo:
        started.append(Demo(home or tmp_path / "home", *arguments, **settings))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


@pytest.fixture
def small_model() -> str:
    path = find_gguf()
    if path is None:
        pytest.skip("no GGUF file is here: set INTENTLY_TEST_GGUF, or run scripts/fetch_test_models.py")
    return str(path)


def opened(home: Path) -> Store:
    return open_store(load_config(home=home), "films")


@pytest.mark.browser  # runs alone: it needs the machine to itself
def test_a_demo_killed_while_it_imports_leaves_nothing_running_and_the_next_start_loses_and_doubles_nothing(
    demo: Callable[..., Demo], tmp_path: Path
) -> None:
    first = demo(None, "--no-model")
    database = first.home / "films" / "journal.db-wal"
    first.until("the import to write", lambda: database.is_file() and database.stat().st_size > 1_000_000)
    first.kill()
    assert nothing_left(first.home)
    second = demo(None, "--no-model")
    second.ready()
    second.stop()
    store = opened(second.home)
    assert (store.journal.item_count(), store.journal.event_count()) == FILMS
    store.journal.close()


@pytest.mark.llama
def test_a_demo_killed_while_it_understands_leaves_nothing_running_and_pays_for_nothing_twice(
    demo: Callable[..., Demo], demo_config: Callable[..., Config], small_model: str
) -> None:
    home = demo_config("films", "shop").home
    first = demo(
        home, INTENTLY_LANGUAGE_FILE=small_model, INTENTLY_UNDERSTAND_TAGS="2", INTENTLY_UNDERSTAND_INTERESTS="1"
    )
    first.ready()
    first.until("the model", first.model_ready)
    first.post("/v1/users/12/understanding", {})
    store = opened(home)
    first.until("a paid answer", lambda: [call for call in store.journal.calls("12") if call.outcome == "ok"])
    first.kill()
    assert nothing_left(home)
    paid = Counter(call.hash for call in store.journal.calls("12") if call.answer is not None)
    second = demo(
        home, INTENTLY_LANGUAGE_FILE=small_model, INTENTLY_UNDERSTAND_TAGS="2", INTENTLY_UNDERSTAND_INTERESTS="1"
    )
    second.ready()
    second.until("the model", second.model_ready)
    second.until("the end of the job", lambda: not _open_jobs(store))
    again = Counter(call.hash for call in store.journal.calls("12") if call.answer is not None)
    assert all(again[key] == 1 for key in paid)
    store.journal.close()
    second.stop()


def _open_jobs(store: Store) -> list[Any]:
    return [job for job in store.journal.jobs() if job.state in ("waiting", "leased", "queued", "running")]


@pytest.mark.llama
def test_a_model_server_killed_while_a_command_is_read_is_answered_by_the_grammar_and_comes_back(
    demo: Callable[..., Demo], demo_config: Callable[..., Config], small_model: str
) -> None:
    running = demo(demo_config("films", "shop").home, INTENTLY_LANGUAGE_FILE=small_model)
    running.ready()
    running.until("the model", running.model_ready)
    first_pid = running.model_pid()
    os.kill(first_pid, signal.SIGSTOP)  # the command below is being read and will not be answered
    watcher = subprocess.Popen([sys.executable, "-c", f"import os,time; time.sleep(2); os.kill({first_pid}, 9)"])
    said = running.post("/v1/users/12/commands", {"text": f"no horror. {HARD}"})
    watcher.wait(10)
    assert said["by"] == "grammar"
    assert any("language model" in notice for notice in said["notices"])
    assert [p["quote"] for p in said["memory"] if p["strength"] == "must"] == ["horror"]
    running.until("another model server", lambda: running.model_ready() and running.model_pid() != first_pid)
    assert running.get("/v1/users/12/feed")["items"]
    running.stop()
    assert nothing_left(running.home)
