"""Hostile titles and sentences in a real browser: nothing runs, nothing is added, nothing is fetched from elsewhere."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Request

from intently.config import Config
from intently.engine import Engine
from intently.serve import create_app
from tests.browser.actions import say
from tests.feed.hostile.world import CASES, ITEMS, MARK, config_of, give_secrets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TYPED = [case.text for kind in ("html", "template", "bidi") for case in CASES if case.kind == kind][:9]
TAGS = ["script", "iframe", "img", "form", "h1", "style", "link"]
COUNT = "tags => tags.map(tag => document.querySelectorAll(tag).length)"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server of the hostile store."""
    config: Config = config_of(Path(tmp_path_factory.mktemp("hostile")))
    with Engine("tiny", config=config, model=False) as engine:
        give_secrets(engine)
        listener = socket.create_server(("127.0.0.1", 0))
        app = create_app({"tiny": engine}, config)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=3))
        app.state.closing = lambda: server.should_exit
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def page(chromium: Browser, hostile: str) -> Iterator[Page]:
    """A page that may open no dialog, ask no other server, run nothing of anybody's, and show no secret."""
    context = chromium.new_context(reduced_motion="reduce")
    opened = context.new_page()
    faults: list[str] = []

    def other(request: Request) -> None:
        if not request.url.startswith((hostile, "data:")):
            faults.append(request.url)

    opened.on("request", other)
    opened.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    opened.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    opened.goto(f"{hostile}/?user=browser", wait_until="load")
    yield opened
    assert opened.evaluate("window.pwned") is None
    assert MARK not in opened.content()
    assert faults == []
    context.close()


def test_what_is_typed_is_shown_as_text(page: Page) -> None:
    before = page.evaluate(COUNT, TAGS)
    box = page.locator("#say")
    for text in TYPED:
        box.fill(text)
        with page.expect_response(lambda answer: "/page/say" in answer.url):
            box.press("Enter")
    after = page.evaluate(COUNT, TAGS)
    assert after[:3] + after[4:] == before[:3] + before[4:]  # chips and ways out bring forms of our own


def test_titles_are_shown_as_text(page: Page) -> None:
    """More like each of some hostile films, explained and opened: titles stand in chips, cards, answers and dialogs."""
    before = page.evaluate(COUNT, TAGS)
    for number in (0, 1, 2, 3, 4, 5, 6):
        title = " ".join(ITEMS[number][0].split())
        say(page, f'more like "{title}"')
        page.locator("#why").fill(title[:200])
        with page.expect_response(lambda answer: "/page/why" in answer.url):
            page.locator("#why").press("Enter")
    after = page.evaluate(COUNT, TAGS)
    assert [after[0], after[1], after[2], after[4]] == [before[0], before[1], before[2], before[4]]
