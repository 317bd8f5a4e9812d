"""What a person does on the page, in words."""

import re

from playwright.sync_api import Page, expect

__all__ = ["chips", "minutes", "prices", "say", "titles", "years"]


def say(page: Page, text: str) -> None:
    """Type a sentence, press Enter, and wait until the page has obeyed."""
    before = page.locator("#feed-id").get_attribute("value")
    box = page.locator("#say")
    box.fill(text)
    box.press("Enter")
    expect(page.locator("#feed-id")).not_to_have_attribute("value", before or "")
    expect(box).to_have_value("")


def chips(page: Page) -> list[str]:
    return page.locator(".chip .say").all_inner_texts()


def titles(page: Page) -> list[str]:
    """Titles of the cards, without the year."""
    return [re.sub(r" \d{4}$", "", text.strip()) for text in page.locator(".card h2").all_inner_texts()]


def years(page: Page) -> list[int]:
    return [int(text) for text in page.locator(".card h2 .when").all_inner_texts()]


def minutes(page: Page) -> list[int]:
    return [int(found[1]) for text in _facets(page) if (found := re.search(r"(\d+) min", text))]


def prices(page: Page) -> list[float]:
    return [float(found[1]) for text in _facets(page) if (found := re.search(r"£([\d.]+)", text))]


def _facets(page: Page) -> list[str]:
    return page.locator(".card .facets").all_inner_texts()
