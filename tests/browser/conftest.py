"""One real server with both demos and no model, one Chromium, for all browser tests of a worker."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.servers import environment, running
from tests.conftest import miss

WARDROBE = Path(__file__).parent / "wardrobe"
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
    with running(tmp_path_factory.mktemp("home"), ["demo"]) as address:
        yield address


@pytest.fixture(scope="session")
def wardrobe(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[str]:
    """The address of a server of the wardrobe, imported by the program from its TOML and CSV."""
    home = tmp_path_factory.mktemp("wardrobe")
    command = [sys.executable, "-m", "intently", "import", str(WARDROBE / "catalog.toml"), "--store", "wardrobe"]
    done = subprocess.run(command, env=environment(home), cwd=home, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    with running(home, ["serve", "--store", "wardrobe"]) as address:
        yield address


Open = Callable[..., Page]


@pytest.fixture
def open_page(server: str, chromium: Browser) -> Iterator[Open]:
    """Opens a page for a new person; afterwards no page may have written a fault to its console."""
    with _pages(server, chromium) as opened:
        yield opened


@pytest.fixture
def open_wardrobe(wardrobe: str, chromium: Browser) -> Iterator[Open]:
    """As `open_page`, on the server of the wardrobe."""
    with _pages(wardrobe, chromium) as opened:
        yield partial(opened, "wardrobe")


@contextmanager
def _pages(server: str, chromium: Browser) -> Iterator[Open]:
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(f"{message.type}: {message.text}")

    def opened(
        store: str = "films", *, user: str | None = None, width: int = 1280, height: int = 900, dark: bool = False,
        script: bool = True, tolerate: bool = False, clock: str = "UTC",
    ) -> Page:  # fmt: skip
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
            java_script_enabled=script, reduced_motion="reduce", timezone_id=clock,
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
