"""axe-core finds no serious fault, in both themes and at both widths; and the README's screenshots are made here."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import say
from tests.browser.conftest import Open
from tests.browser.test_steering import put_horror_away
from tests.conftest import miss

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
AXE = "4.14.1"
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="session")
def axe(pytestconfig: pytest.Config) -> str:
    """The script of axe-core, fetched once with npm into the test cache."""
    assert pytestconfig.cache is not None
    folder = Path(pytestconfig.cache.mkdir("axe-core"))
    archive = folder / f"axe-core-{AXE}.tgz"
    if not archive.is_file():
        npm = shutil.which("npm")
        if npm is None:
            miss("npm (for axe-core)")
        done = subprocess.run(
            [str(npm), "pack", "--silent", f"axe-core@{AXE}"], cwd=folder, capture_output=True, text=True, timeout=120
        )
        if done.returncode:
            miss(f"axe-core from npm ({done.stderr.strip()[-200:]})")
    with tarfile.open(archive) as pack:
        script = pack.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode("utf-8")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_serious_fault(open_page: Open, axe: str, width: int, dark: bool) -> None:
    page = open_page(user="12", width=width, dark=dark)
    say(page, "only horror from the 90s under 60 minutes, nothing too sad")
    say(page, "forget horror")
    page.locator("#why").fill("Fargo")
    page.locator("#why").press("Enter")
    expect(page.locator("#answer > div").first).to_be_visible()
    page.locator(".person summary").click()
    page.locator("#versions summary").first.click()
    page.locator("#say").fill("under 90 minutes and something funny")
    page.locator("#say").press("Alt+Enter")
    expect(page.locator("#apply")).to_be_focused()
    assert _serious(page, axe) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_serious_fault_in_menus_and_proposals(
    open_page: Open, server: str, axe: str, width: int, dark: bool
) -> None:
    user = f"axe-{width}-{dark}"
    put_horror_away(server, user)
    page = open_page(user=user, width=width, dark=dark)
    expect(page.locator(".proposals")).to_be_visible()
    say(page, "under 100 minutes, nothing too sad")
    for chip in range(2):
        page.locator(".chip-open").nth(chip).click()
        expect(page.locator(".menu:popover-open")).to_be_visible()
        assert _serious(page, axe) == []
        page.keyboard.press("Escape")
    page.get_by_role("button", name="What can I say?").click()
    assert _serious(page, axe) == []


def _serious(page: Page, axe: str) -> list[tuple[str, str, list[str]]]:
    # The policy forbids injected scripts; evaluating through the debugger is not subject to it.
    page.evaluate(axe + "; undefined")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [fault for fault in found["violations"] if fault["impact"] in ("serious", "critical")]
    return [(fault["id"], fault["help"], [node["html"][:160] for node in fault["nodes"][:3]]) for fault in serious]


@pytest.mark.skipif(not os.environ.get("INTENTLY_TEST_SCREENSHOTS"), reason="INTENTLY_TEST_SCREENSHOTS is not set")
@pytest.mark.parametrize(("name", "width", "height"), [("screenshot", 1280, 1000), ("screenshot-mobile", 390, 844)])
def test_the_screenshots_of_the_readme_are_made(open_page: Open, name: str, width: int, height: int) -> None:
    page = open_page(user="You", width=width, height=height)
    page.locator("#reset").click() if page.locator("#reset").count() else None
    say(page, "no horror please, something funny from the 90s under 100 minutes")
    page.locator("#say").blur()
    page.wait_for_timeout(500)
    page.screenshot(path=DOCS / f"{name}.png")
