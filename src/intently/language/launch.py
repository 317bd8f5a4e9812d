"""One run of the embedded server: start the process, wait for its address, stop it."""

import contextlib
import json
import os
import secrets
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from intently.errors import ModelUnavailable

__all__ = ["Launch", "ServerProcess", "launch"]

ADDRESS_SECONDS = 120.0  # loading 1.1 GB from a cold disk


@dataclass(frozen=True, slots=True)
class Launch:
    """What to start. `slots`: folder for the prefix files; `nice`: 0 to 19; `log`: where its complaints go;
    `in_flight`: calls of the batch at once, beside one of a person."""

    path: Path
    slots: Path
    log: Path
    context_tokens: int = 8192
    threads: int = 2
    nice: int = 0
    in_flight: int = 1
    wait_policy: str = "passive"  # or "active": faster on a machine that does nothing else


class ServerProcess:
    """A child that serves. `address` is its URL on loopback; `key` is random and known to nobody else."""

    def __init__(self, process: "subprocess.Popen[bytes]", key: str, address: str) -> None:
        self._process = process
        self.key = key
        self.address = address

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self, timeout_seconds: float) -> bool:
        """Whether it has ended, waiting so long for it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout_seconds)
        return self._process.poll() is not None

    def stop(self) -> None:
        """Close its standard input; it ends at once. Killed if it does not."""
        _end(self._process)


def launch(what: Launch) -> ServerProcess:
    """Start a server and wait until it answers. Raises ModelUnavailable with the end of its log."""
    what.slots.mkdir(parents=True, exist_ok=True)
    what.log.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(24)
    settings = {
        "path": str(what.path),
        "key": key,
        "slots": f"{what.slots}{os.sep}",
        "context_tokens": what.context_tokens,
        "threads": what.threads,
        "nice": what.nice,
        "in_flight": what.in_flight,
        "wait_policy": what.wait_policy,
    }
    with open(what.log, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "intently.language.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # Ctrl-C at the terminal goes to us, and we stop it
        )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(settings).encode() + b"\n")
        process.stdin.flush()
        address = _address(process, what)
    except BaseException:
        _end(process)
        raise
    return ServerProcess(process, key, address)


def _address(process: "subprocess.Popen[bytes]", what: Launch) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + ADDRESS_SECONDS
    while time.monotonic() < deadline:
        readable, _, _ = select.select([process.stdout], [], [], 0.2)
        line = process.stdout.readline() if readable else b""
        if line.startswith(b'{"listening_address"'):
            return str(json.loads(line)["listening_address"])
        if readable and not line:
            break
    complaint = what.log.read_text("utf-8", "replace").strip()[-400:] or f"exit status {process.poll()}"
    raise ModelUnavailable(f"the embedded server did not start with {what.path}: {complaint}. See {what.log}.")


def _end(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
