"""The page "how this was inferred" in Chromium: by keyboard, at 390 pixels, in both themes, without serious faults."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from intently.config import load_config
from intently.engine.store import import_store
from intently.journal import Journal, UnderstandingRow, open_journal
from intently.nouns import CallRow, Cue, Event, Interest, Persona, Tag
from tests.browser.conftest import WARDROBE
from tests.browser.servers import running
from tests.browser.test_access import _serious, axe

__all__ = ["axe"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PEOPLE = ("keys", "axe-390-False", "axe-390-True", "axe-1280-False", "axe-1280-True")


@pytest.fixture(scope="module")
def inferred_server(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[str]:
    """A server of the wardrobe, where something was inferred of each of PEOPLE before it started."""
    home = tmp_path_factory.mktemp("inferred")
    import_store(load_config(env={}, home=home), "wardrobe", WARDROBE / "catalog.toml")
    journal = open_journal("", home / "wardrobe")
    for user in PEOPLE:
        _infer(journal, user)
    journal.close()
    with running(home, ["serve", "--store", "wardrobe"]) as address:
        yield address


def _infer(journal: Journal, user: str) -> None:
    items = [item.item_id for item in journal.items()][:7]
    events = [Event(user_id=user, kind="favourite", item_id=item, time=NOW) for item in items]
    journal.append(events)
    journal.put_call(CallRow(user * 9, user, "agents", "v1", "small", "ok", "answered", 40, 60, 9, 1.5, 0.0, NOW))
    cue = Cue(cue_id="c", kind="season", text="late autumn", time=NOW, source="calendar")
    personas = tuple(
        Persona(persona_id=f"p-{n}", role=role, evidence=tuple(e.event_id for e in events[: 7 - n]), cues=("c",))
        for n, role in enumerate(("walker in the rain", "guest of garden weddings"))
    )
    named = ("waxed rain coats", "sturdy walking boots", "floral summer dresses")
    tags = tuple(Tag(tag_id=f"t-{n}", text=text, persona_id=f"p-{n // 2}", found=n) for n, text in enumerate(named))
    tags += (Tag(tag_id="t-kind", text="outerwear, cotton", rationale="what the trench coat is", found=2),)
    interest = Interest(interest_id="i-0", text="well made knitwear", evidence=(events[0].event_id,))
    notes = {"calls": [user * 9], "refused": [["planner", "'nice things': it is too vague"]]}
    journal.put_understanding(UnderstandingRow(user, "h", (interest,), tags, NOW, "v2", personas, (cue,), notes))


@pytest.fixture
def open_inferred(inferred_server: str, chromium: Browser) -> Iterator[Any]:
    contexts = []
    faults: list[str] = []

    def opened(user: str, *, width: int = 1280, dark: bool = False) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(f"{inferred_server}/inferred?store=wardrobe&user={user}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def test_by_keyboard_a_tag_then_a_side_of_the_person_goes_and_comes_back_and_the_focus_stays_near(
    open_inferred: Any,
) -> None:
    page = open_inferred("keys")
    page.get_by_role("button", name="Not me: waxed rain coats").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Not me: sturdy walking boots")).to_be_focused()
    expect(page.locator("#told")).to_contain_text("Taken out: waxed rain coats")
    expect(page.get_by_role("button", name="Not me: waxed rain coats")).to_have_count(0)

    page.get_by_role("button", name="Not me: walker in the rain").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Not me: guest of garden weddings")).to_be_focused()
    expect(page.get_by_role("heading", name="walker in the rain")).to_have_count(0)

    page.reload()
    expect(page.locator(".disowned li s")).to_have_text(["walker in the rain", "waxed rain coats"])
    for text in ("walker in the rain", "waxed rain coats"):
        page.get_by_role("button", name=f"Me after all: {text}").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=f"Me after all: {text}")).to_have_count(0)
    expect(page.locator("#inferred")).to_be_focused()
    expect(page.get_by_role("heading", name="walker in the rain")).to_be_visible()
    expect(page.get_by_text("waxed rain coats", exact=True)).to_be_visible()


def test_a_tag_that_code_made_says_from_what(open_inferred: Any) -> None:
    page = open_inferred("keys")
    own = page.locator("section", has=page.get_by_role("heading", name="Tags straight from the history"))
    expect(own.locator(".want b")).to_have_text(["outerwear, cotton"])
    expect(own.get_by_text("From what the trench coat is.")).to_be_visible()


def test_the_texts_of_a_call_are_a_link_away_and_lead_back(open_inferred: Any) -> None:
    page = open_inferred("keys")
    page.get_by_text("Calls of the language model").click()
    page.get_by_role("link", name="Show the texts of call 1").click()
    expect(page.locator("pre").last).to_have_text("answered")
    page.get_by_role("link", name="Back to how this was inferred").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How this was inferred")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_serious_fault_and_nothing_is_wider_than_the_screen(
    open_inferred: Any, axe: str, width: int, dark: bool
) -> None:
    page = open_inferred(f"axe-{width}-{dark}", width=width, dark=dark)
    page.get_by_role("button", name="Not me: floral summer dresses").click()
    expect(page.locator(".disowned")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert _serious(page, axe) == []
