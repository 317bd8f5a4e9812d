"""The embedded model, supervised: fetched if need be, started, watched, started again when it dies.

One server a home: who holds the lock `run/model.lock` runs it and writes `run/model.json` (address, key, process id;
readable by the owner alone); every other process uses that one, and takes over when its keeper is gone.
"""

import contextlib
import fcntl
import json
import logging
import os
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from intently.config import LanguageConfig
from intently.errors import FetchError, ModelUnavailable
from intently.language.fetch import digest_of, fetch_model, find_model
from intently.language.launch import Launch, ServerProcess, launch
from intently.language.status import ModelStatus
from intently.language.wire import Endpoint

__all__ = ["EmbeddedServer", "running_server"]

log = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between a death and the next start
FETCH_PAUSE = 300.0  # seconds after a fetch that failed
LIVED_LONG = 60.0  # seconds after which a death counts as the first again
EMBEDDED_IN_FLIGHT = 1  # calls of the batch at once, unless the settings say otherwise
WATCH = 1.0  # seconds between looks at another process's server


@dataclass(frozen=True, slots=True)
class _State:
    status: ModelStatus
    endpoint: Endpoint | None = None


class EmbeddedServer:
    """Keeps one server running from `start()` to `stop()`. All methods but `stop` return at once.

    fetch: get the model file when it is not there; else the status stays `absent`. nice: of the server's process.
    """

    def __init__(self, config: LanguageConfig, home: Path, *, fetch: bool = True, nice: int = 0) -> None:
        self._config = config
        self._home = home
        self._fetch = fetch
        self._nice = nice
        self._stopping = threading.Event()
        self._state = _State(ModelStatus("starting", "looking for it"))
        self._on_ready: Callable[[], None] = lambda: None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to keep a server running. A second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._supervise, daemon=True, name="intently-model")
            self._thread.start()

    def status(self) -> ModelStatus:
        return self._state.status

    def endpoint(self) -> Endpoint | None:
        return self._state.endpoint

    def on_ready(self, act: Callable[[], None]) -> None:
        """Do this, in a thread of its own, each time a server of ours begins to answer."""
        self._on_ready = act

    def stop(self) -> None:
        """End the server if it is ours. Returns when it has ended."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(10)
        self._set(_State(ModelStatus("off", "stopped")))

    def _set(self, state: _State) -> None:
        self._state = state  # one reference, swapped whole

    def _say(self, status: ModelStatus) -> None:
        self._set(_State(status))

    def _supervise(self) -> None:
        run = self._home / "run"
        run.mkdir(parents=True, exist_ok=True)
        with open(run / "model.lock", "a") as lock:
            while not self._stopping.is_set():
                if _take(lock):
                    self._keep_running()
                else:
                    self._use_other()

    def _use_other(self) -> None:
        """Another process keeps the server: use it until it is gone."""
        endpoint = running_server(self._home)
        if endpoint != self._state.endpoint or endpoint is None:
            waiting = ModelStatus("starting", "another process is getting it ready")
            self._set(_State(ModelStatus("ready", "ready"), endpoint) if endpoint else _State(waiting))
        self._stopping.wait(WATCH)

    def _keep_running(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            path = self._file()
            if path is None:
                self._stopping.wait(FETCH_PAUSE if self._fetch else WATCH)
                continue
            lived = self._run_once(path)
            if self._stopping.is_set():
                break
            pause = FIRST_PAUSE if lived > LIVED_LONG else min(LONGEST_PAUSE, pause * 2)
            log.warning("model_server_died", extra={"lived_seconds": lived, "pause_seconds": pause})
            self._stopping.wait(pause)

    def _file(self) -> Path | None:
        """The model's file, fetched if it may be. None, with the status saying why."""
        models = self._home / "models"
        try:
            path = find_model(self._config, models)
            if path is None and self._fetch:
                self._say(ModelStatus("fetching", "looking for it"))
                path = fetch_model(self._config, models, self._progress)
        except FetchError as error:
            log.warning("model_fetch_failed", extra={"error": str(error)})
            self._say(ModelStatus("absent", f"could not be fetched: {error}"))
            return None
        if path is None:
            self._say(ModelStatus("absent", "not fetched yet. Run: intently model get"))
        return path

    def _progress(self, done: int, total: int) -> None:
        if self._stopping.is_set():
            raise FetchError("stopped; the next start goes on from here")
        self._say(ModelStatus.fetching(done, total))

    def _run_once(self, path: Path) -> float:
        """Start a server and stay until it ends. Returns how many seconds it lived."""
        self._say(ModelStatus("starting", "starting"))
        try:
            server = launch(self._launch(path))
        except (ModelUnavailable, OSError) as error:
            self._say(ModelStatus("down", str(error)))
            return 0.0
        try:
            return self._serve(server, path)
        finally:
            server.stop()
            with contextlib.suppress(OSError):
                os.unlink(self._home / "run" / "model.json")
            self._say(ModelStatus("down", "it stopped and is being started again"))

    def _serve(self, server: ServerProcess, path: Path) -> float:
        slots = self._config.in_flight or EMBEDDED_IN_FLIGHT
        endpoint = Endpoint(server.address + "/v1", server.key, path.stem, digest_of(path, path.parent), "llama", slots)
        _write_run_file(self._home, endpoint, server.pid)
        self._set(_State(ModelStatus("ready", "ready"), endpoint))
        threading.Thread(target=self._on_ready, daemon=True, name="intently-model-ready").start()
        seconds = 0.0
        while not self._stopping.is_set() and not server.wait(0.2):
            seconds += 0.2
        return seconds

    def _launch(self, path: Path) -> Launch:
        what = Launch(path, self._home / "cache" / "slots", self._home / "run" / "model.log")
        return replace(
            what, context_tokens=self._config.context_tokens, threads=self._config.threads, nice=self._nice,
            in_flight=self._config.in_flight or EMBEDDED_IN_FLIGHT,
        )  # fmt: skip


def running_server(home: Path) -> Endpoint | None:
    """The server that some process of this home keeps running, if it answers."""
    try:
        found: dict[str, Any] = json.loads((home / "run" / "model.json").read_text("utf-8"))
        slots = found.get("in_flight", 1)
        endpoint = Endpoint(found["url"], found["key"], found["model"], found["digest"], "llama", slots)
        with urllib.request.urlopen(endpoint.url.removesuffix("/v1") + "/health", timeout=2) as response:
            return endpoint if response.status == 200 else None
    except (OSError, ValueError, KeyError):
        return None


def _write_run_file(home: Path, endpoint: Endpoint, pid: int) -> None:
    body = {
        "format": "intently.run", "version": 1, "url": endpoint.url, "key": endpoint.key,
        "model": endpoint.model, "digest": endpoint.digest, "pid": pid,
        "in_flight": endpoint.in_flight,
    }  # fmt: skip
    part = home / "run" / "model.json.part"
    with open(part, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump(body, file)
    os.replace(part, home / "run" / "model.json")


def _take(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
