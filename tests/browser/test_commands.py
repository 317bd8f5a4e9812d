"""The demo of the README, in a real browser: sentences go in, the feed obeys, nothing reloads."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import chips, minutes, prices, say, titles, years
from tests.browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
DEMO = "no horror please, something funny from the 90s under 100 minutes"


def test_the_demo_sentence_gives_short_comedies_of_the_nineties_and_four_chips(open_page: Open) -> None:
    page = open_page()
    say(page, DEMO)
    assert len(chips(page)) == 4
    assert years(page)
    assert all(1990 <= year <= 1999 for year in years(page))
    assert len(minutes(page)) == len(titles(page))
    assert all(length <= 100 for length in minutes(page))
    assert "comedy" in page.locator(".card .reason").first.inner_text().casefold()
    assert "Horror" not in " ".join(page.locator(".card .facets").all_inner_texts())


def test_the_box_is_empty_and_keeps_the_focus_after_a_sentence(open_page: Open) -> None:
    page = open_page()
    say(page, "something funny")
    expect(page.locator("#say")).to_be_focused()
    page.keyboard.type("no horror")
    expect(page.locator("#say")).to_have_value("no horror")


def test_what_changed_says_what_came_what_left_and_which_rule_took_how_many(open_page: Open) -> None:
    page = open_page()
    before = set(titles(page))
    say(page, DEMO)
    panel = page.locator(".changed")
    expect(panel).to_contain_text("came")
    left = panel.locator("h3.left + ul li").all_inner_texts()
    came = panel.locator("h3.came + ul li").all_inner_texts()
    assert set(left) == before - set(titles(page))
    assert set(came) == set(titles(page)) - before
    assert panel.locator("li.pair .num").count() >= 3


def test_forgetting_the_running_time_removes_that_chip_alone(open_page: Open) -> None:
    page = open_page()
    say(page, DEMO)
    before = chips(page)
    say(page, "forget the running time")
    gone = set(before) - set(chips(page))
    assert len(gone) == 1
    assert "100 minutes" in gone.pop()


def test_undo_brings_back_what_the_sentence_before_took_away(open_page: Open) -> None:
    page = open_page()
    say(page, DEMO)
    before = chips(page)
    say(page, "forget the running time")
    say(page, "undo")
    assert chips(page) == before


def test_the_undo_button_does_the_same_as_the_word(open_page: Open) -> None:
    page = open_page()
    say(page, "something funny")
    say(page, "no horror")
    page.locator("#undo").click()
    expect(page.locator(".chip")).to_have_count(1)


def test_more_like_the_second_one_means_the_second_card_and_newer_its_year(open_page: Open) -> None:
    page = open_page()
    say(page, DEMO)
    second, year = titles(page)[1], years(page)[1]
    say(page, "more like the second one but newer")
    assert any(second in chip for chip in chips(page))
    assert all(shown > year for shown in years(page))


def test_what_the_catalogue_does_not_know_becomes_a_wish_and_the_page_says_so(open_page: Open) -> None:
    page = open_page()
    say(page, "nothing too sad")
    expect(page.locator(".notice").filter(has_text="wish")).to_be_visible()
    expect(page.locator(".chip.avoid")).to_have_count(1)
    expect(page.locator(".chip.avoid svg.lock")).to_have_count(0)


def test_the_shop_obeys_price_season_and_colour(open_page: Open) -> None:
    page = open_page("shop")
    say(page, "under £5, nothing for Christmas, something blue")
    assert len(chips(page)) == 3
    assert len(prices(page)) == len(titles(page)) > 0
    assert all(price <= 5 for price in prices(page))
    assert not [title for title in titles(page) if "christmas" in title.casefold()]


def test_musts_that_leave_nothing_offer_ways_out_and_taking_one_brings_items(open_page: Open) -> None:
    page = open_page()
    say(page, "only horror from the 90s under 60 minutes")
    ways = page.locator(".relax button")
    expect(ways.first).to_be_visible()
    few = page.locator(".card").count()
    ways.first.click()
    expect(page.locator(".card").nth(few)).to_be_visible()


def test_a_sentence_outlives_a_reload_in_the_same_browser(open_page: Open) -> None:
    page = open_page()
    say(page, "no horror")
    before = chips(page)
    page.reload()
    assert chips(page) == before


def test_another_browser_of_the_same_person_does_not_see_the_session(open_page: Open, server: str) -> None:
    page = open_page(user="two-browsers")
    say(page, "no horror")
    other = open_page(user="two-browsers")
    assert chips(other) == []


def test_more_like_this_becomes_a_chip_that_names_the_card(open_page: Open) -> None:
    page = open_page()
    third = titles(page)[2]
    page.locator(".card").nth(2).get_by_role("button", name="More like").click()
    expect(page.locator(".chip .say")).to_contain_text([third])


def _count(page: Page) -> int:
    return page.locator(".card").count()


def test_show_more_puts_the_next_cards_after_those_that_are_there(open_page: Open) -> None:
    page = open_page()
    first = titles(page)
    page.locator("#show-more").click()
    expect(page.locator(".card").nth(len(first))).to_be_visible()
    assert titles(page)[: len(first)] == first
    assert len(set(titles(page))) == _count(page)
    places = [int(text) for text in page.locator(".card .place").all_inner_texts()]
    assert places == list(range(1, len(places) + 1))
