"""One real server with both demos and no model, one Chromium, for all browser tests of a worker."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.conftest import miss

START_SECONDS = 240  # an import of both demos on a busy machine
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        miss("Chromium (apt-get install --no-install-recommends chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[str]:
    """The address of `intently demo`, as a person starts it, in a home of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    log = home / "server.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INTENTLY_")}
    # Nothing is fetched in tests: the encoder's files would come through pip.
    environment |= {"INTENTLY_HOME": str(home), "PIP_NO_INDEX": "1", "INTENTLY_LANGUAGE_HUB": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "intently", "demo", "--no-model", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=home, stdout=output, stderr=output)
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


Open = Callable[..., Page]


@pytest.fixture
def open_page(server: str, chromium: Browser) -> Iterator[Open]:
    """Opens a page for a new person; afterwards no page may have written a fault to its console."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(f"{message.type}: {message.text}")

    def opened(
        store: str = "films", *, user: str | None = None, width: int = 1280, height: int = 900, dark: bool = False,
        script: bool = True, tolerate: bool = False,
    ) -> Page:  # fmt: skip
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
            java_script_enabled=script, reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        if not tolerate:
            page.on("console", note)
            page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.goto(f"{server}/?store={store}&user={user or 'test-' + uuid4().hex[:8]}", wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
