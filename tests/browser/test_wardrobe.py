"""RecBot's five-round case in a real browser: why all short skirts? … perfect. Judged by the raw rows of the CSV.

Source: Interactive Recommendation Agent with Active User Commands, arXiv:2509.21317, figure 8. The exact grammar alone
reads all five sentences; no model runs here.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import chips, titles
from tests.browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ROUNDS = (
    "why all short skirts? it's autumn, I'd like long skirts",
    "any in light blue?",
    "just around 200",
    "don't want any floral dresses",
    "perfect, I love this",
)
BOUGHT = {"w01", "w05", "w12"}  # by lin, whose feed this is
Row = dict[str, str]
Say = Callable[[Page, str], None]

with (Path(__file__).parent / "wardrobe" / "items.csv").open(encoding="utf-8") as stream:
    ROWS = list(csv.DictReader(stream))


def by_mouse(page: Page, text: str) -> None:
    """Put the sentence into the box and press the button with the mouse."""
    page.locator("#say").click()
    page.locator("#say").fill(text)
    page.get_by_role("button", name="Tell it").click()


def by_keyboard(page: Page, text: str) -> None:
    """Type where the focus is: the page opens with it in the box, and it stays there."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def tell(page: Page, text: str, say: Say) -> None:
    before = page.locator("#feed-id").get_attribute("value")
    say(page, text)
    expect(page.locator("#feed-id")).not_to_have_attribute("value", before or "")


def shown(page: Page) -> list[Row]:
    """The raw rows of the cards, in order."""
    named = {row["name"]: row for row in ROWS}
    return [named[title] for title in titles(page)]


def rows(**conditions: str) -> set[str]:
    """Ids of all rows that lin did not buy and that meet every condition, from the file alone."""
    return {
        row["sku"]
        for row in ROWS
        if row["sku"] not in BOUGHT and all(row[column] == value for column, value in conditions.items())
    }


def affordable(ids: set[str]) -> set[str]:
    return {row["sku"] for row in ROWS if row["sku"] in ids and 170 <= float(row["price_gbp"]) <= 230}


def best(page: Page, wanted: set[str]) -> None:
    """The first cards are exactly the items that meet everything, in any order."""
    assert {row["sku"] for row in shown(page)[: len(wanted)]} == wanted


def versions(page: Page) -> int:
    return page.locator("#versions ol > li").count()


@pytest.mark.parametrize("say", [by_mouse, by_keyboard])
def test_five_rounds_lead_from_short_skirts_to_the_right_ones_and_nothing_is_forgotten(
    open_wardrobe: Open, say: Say
) -> None:
    page = open_wardrobe(user="lin")
    assert len(shown(page)) == 12
    assert {(row["kind"], row["length"]) for row in shown(page)} == {("skirt", "short")}

    tell(page, ROUNDS[0], say)
    first = set(chips(page))
    assert {"autumn", "long", "skirts", "short skirts"} <= first
    expect(page.locator(".chip.avoid .say")).to_have_text("short skirts")
    assert {(row["kind"], row["length"], row["season"]) for row in shown(page)} == {("skirt", "long", "autumn")}

    tell(page, ROUNDS[1], say)
    second = set(chips(page))
    assert second == first | {"light blue"}
    wanted = rows(kind="skirt", length="long", season="autumn", colour="light blue")
    assert len(wanted) == 10
    best(page, wanted)

    tell(page, ROUNDS[2], say)
    third = set(chips(page))
    assert second < third
    assert len(third - second) == 1
    wanted = affordable(wanted)
    assert affordable({row["sku"] for row in shown(page)}) == {row["sku"] for row in shown(page)}
    best(page, wanted)
    assert "floral" in {row["pattern"] for row in shown(page)}  # so that the next sentence has a reason

    tell(page, ROUNDS[3], say)
    fourth = set(chips(page))
    assert third < fourth
    assert "floral" not in {row["pattern"] for row in shown(page)}
    assert affordable({row["sku"] for row in shown(page)}) == {row["sku"] for row in shown(page)}
    wanted -= rows(pattern="floral")
    assert len(wanted) == 5
    best(page, wanted)

    liked, made = shown(page), versions(page)
    tell(page, ROUNDS[4], say)
    assert set(chips(page)) == fourth
    assert shown(page) == liked
    assert versions(page) == made
    expect(page.locator("#notices")).to_contain_text("Nothing changed")
    if say is by_keyboard:
        expect(page.locator("#say")).to_be_focused()


def test_a_screen_reader_hears_each_round_and_finds_chips_cards_and_history(open_wardrobe: Open) -> None:
    page = open_wardrobe(user="reader-" + uuid4().hex[:6])
    page.evaluate(
        """() => { window.heard = []; const told = document.querySelector("#told");
        new MutationObserver(() => heard.push(told.textContent)).observe(told, {childList: true, characterData: true,
        subtree: true}); }"""
    )
    for sentence in ROUNDS:
        tell(page, sentence, by_keyboard)
    heard = page.evaluate("window.heard.filter(Boolean)")
    assert len(heard) >= len(ROUNDS)
    assert "12 dresses shown" in heard[0]
    assert "Nothing changed" in heard[-1]
    steering = page.get_by_role("group", name="What steers this feed")
    tree = steering.aria_snapshot()
    assert 'button "Want, a wish: light blue"' in tree
    assert 'button "Want, a must: just around 200' in tree
    assert 'button "Avoid, a must: floral' in tree
    assert 'button "Remove: light blue"' in tree
    assert page.get_by_role("search").get_by_role("textbox", name="Tell the feed what you want").is_visible()
    cards = page.get_by_role("list", name="For you, in order").get_by_role("heading", level=2)
    assert cards.count() == 12
    history = page.get_by_role("heading", name="What you said").locator("..").aria_snapshot()
    assert "any in light blue?" in history
    assert page.get_by_role("status").get_attribute("aria-live") == "polite"


def test_the_browser_tells_its_clock_so_that_tonight_can_end_by_it(open_wardrobe: Open) -> None:
    page = open_wardrobe(clock="Asia/Tokyo")
    assert ("intently_zone", "Asia/Tokyo") in {(cookie["name"], cookie["value"]) for cookie in page.context.cookies()}
