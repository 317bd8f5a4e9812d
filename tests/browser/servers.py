"""Starting the program as a person starts it, for browser tests: a home of its own, no model, nothing fetched."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["environment", "running"]

START_SECONDS = 240  # an import of both demos on a busy machine


def environment(home: Path) -> dict[str, str]:
    """Nothing is fetched in tests: the encoder's files would come through pip."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INTENTLY_")}
    return kept | {"INTENTLY_HOME": str(home), "PIP_NO_INDEX": "1", "INTENTLY_LANGUAGE_HUB": "http://127.0.0.1:9"}


@contextmanager
def running(home: Path, arguments: Sequence[str]) -> Iterator[str]:
    """The address of `intently ARGUMENTS` on a free port of loopback, once every store is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home / "server.log"
    command = [sys.executable, "-m", "intently", *arguments, "--no-model", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment(home), cwd=home, stdout=output, stderr=output)
        try:
            _wait_ready(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode}:\n{log.read_text('utf-8')[-3000:]}")
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                state = answer.read()
        except urllib.error.HTTPError as fault:
            state = fault.read()
        except OSError:
            state = b""
        if b'"status":"ok"' in state:
            return
        if b'"failed"' in state:
            pytest.fail(f"a store did not open: {state.decode()}\n{log.read_text('utf-8')[-3000:]}")
        time.sleep(0.3)
    pytest.fail(f"the server was not ready after {START_SECONDS} s:\n{log.read_text('utf-8')[-3000:]}")
