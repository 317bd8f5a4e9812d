"""The labelling page in Chromium: by keyboard alone, over a reload, at 390 pixels, in both themes, without faults."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from intently.config import load_config
from intently.engine.store import import_store
from intently.journal import Journal, open_journal
from intently.judge.shown import Shown, subject_row
from tests.browser.conftest import WARDROBE
from tests.browser.servers import running
from tests.browser.test_access import _serious, axe

__all__ = ["axe"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROUNDS = ("keys", "plain", "axe-390-False", "axe-390-True", "axe-1280-False", "axe-1280-True")


@pytest.fixture(scope="module")
def label_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    home = tmp_path_factory.mktemp("label")
    import_store(load_config(env={}, home=home), "wardrobe", WARDROBE / "catalog.toml")
    journal = open_journal("", home / "wardrobe")
    titles = [item.title for item in journal.items()]
    for batch in ROUNDS:
        rows = [
            subject_row(
                "pair",
                Shown(
                    sides=("\n".join(titles[n : n + 6]), "\n".join([titles[n]] * 3 + titles[n + 6 : n + 9])),
                    facts=(("What this person chose last", "\n".join(titles[-8:])), ("Round", batch)),
                ),
                batch=batch, time=NOW, raters=2,
            )
            for n in range(2)
        ]  # fmt: skip
        journal.labels.put_subjects(rows)
    yield journal
    journal.close()


@pytest.fixture(scope="module")
def label_server(label_home: Journal, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = next(path for path in tmp_path_factory.getbasetemp().glob("label*") if (path / "wardrobe").is_dir())
    with running(home, ["serve", "--store", "wardrobe"]) as address:
        yield address


Sit = Callable[..., Page]


@pytest.fixture
def sit(label_server: str, chromium: Browser) -> Iterator[Sit]:
    """A rater's browser at the list of rounds; afterwards no page may have written a fault to its console."""
    contexts = []
    faults: list[str] = []

    def sit(name: str, *, width: int = 1280, dark: bool = False, script: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, color_scheme="dark" if dark else "light",
            java_script_enabled=script, reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(f"{label_server}/label?store=wardrobe")
        page.get_by_label("Your name").fill(name)
        page.get_by_role("button", name="Begin").click()
        return page

    yield sit
    for context in contexts:
        context.close()
    assert faults == []


def start(page: Page, batch: str) -> None:
    page.get_by_role("link", name=f"Start with Which feed repeats itself?, {batch}", exact=True).click()
    page.wait_for_url("**/label/rate?*")  # and for its scripts: a key that comes before them does nothing


def done(page: Page, count: int) -> None:
    expect(page.locator(".strip .meter span")).to_have_text(f"{count} of 14")


def test_by_keyboard_alone_questions_are_answered_undone_and_noted_and_a_reload_loses_nothing(
    sit: Sit, label_home: Journal
) -> None:
    page = sit("Ann")
    start(page, "keys")
    first = page.locator("#ask-text").inner_text()
    page.keyboard.press("3")
    done(page, 1)
    expect(page.locator("#ask-text")).to_be_focused()
    expect(page.locator("#ask-text")).not_to_have_text(first)
    page.keyboard.press("n")
    page.keyboard.type("1 of 2 again")  # digits and u in a note answer nothing
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    done(page, 2)
    page.reload()
    done(page, 2)
    third = page.locator("#ask-text").inner_text()
    page.keyboard.press("0")
    done(page, 3)
    page.keyboard.press("u")
    done(page, 2)
    expect(page.locator("#told")).to_contain_text("Taken back")
    expect(page.locator("#ask-text")).to_have_text(third)
    kept = label_home.labels.labels(batch="keys")
    assert [(row.value, row.note) for row in kept] == [("clearly", ""), ("top", "1 of 2 again")]


def test_without_script_every_step_works_too(sit: Sit, label_home: Journal) -> None:
    page = sit("Bob", script=False)
    start(page, "plain")
    page.locator(".answer-button").first.click()
    expect(page.locator("#told")).to_have_text("Kept.")
    page.locator("#undo").click()
    done(page, 0)
    expect(page.locator("#told")).to_contain_text("Taken back")
    for count in range(1, 15):
        page.locator(".answer-button").first.click()
        if count < 14:
            done(page, count)
    expect(page.get_by_role("heading", name="Nothing is left for you here")).to_be_visible()
    page.get_by_role("link", name="All rounds").last.click()
    expect(page.get_by_role("link", name="Done with Which feed repeats itself?, plain")).to_be_visible()
    assert len(label_home.labels.labels(batch="plain")) == 14


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_serious_fault_and_nothing_is_wider_than_the_screen(
    sit: Sit, axe: str, width: int, dark: bool
) -> None:
    page = sit("Eve", width=width, dark=dark)
    assert _serious(page, axe) == []
    start(page, f"axe-{width}-{dark}")
    page.get_by_text("Add a note").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert _serious(page, axe) == []
    for count in range(1, 15):
        page.keyboard.press("Escape") if count == 1 else None
        page.locator("#ask-text").press("1")
        if count < 14:
            done(page, count)
    expect(page.get_by_role("heading", name="Nothing is left for you here")).to_be_visible()
    assert _serious(page, axe) == []
