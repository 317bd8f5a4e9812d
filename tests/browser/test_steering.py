"""The memory on the page: chip menus, history, proposals, previews, examples; by mouse, keyboard and screen reader."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import chips, minutes, say, titles
from tests.browser.conftest import Open
from tests.browser.test_page import ask, events_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def menu(page: Page, words: str) -> Locator:
    """The menu of the chip that says so, opened with the mouse."""
    page.get_by_role("button", name=words).filter(has=page.locator(".say")).click()
    opened = page.locator(".menu:popover-open")
    expect(opened).to_be_visible()
    return opened


def tab_to(page: Page, focused: str) -> None:
    """Press Tab until the focus is on what matches."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", focused):
            return
    raise AssertionError(f"Tab never reaches {focused}")


# ---------------------------------------------------------------------------------------------------------- the chips
def test_a_chip_kept_always_moves_to_what_is_kept_and_another_browser_sees_it(open_page: Open) -> None:
    page = open_page(user="keeps-it")
    say(page, "no horror")
    menu(page, "horror").get_by_role("button", name="Keep always").click()
    kept = page.get_by_role("list", name="Kept for you")
    expect(kept.locator(".say")).to_have_text("horror")
    expect(page.get_by_role("list", name="For this session")).to_have_count(0)
    expect(page.locator(".chip .chip-open")).to_be_focused()
    assert chips(open_page(user="keeps-it")) == ["horror"]


def test_a_must_becomes_a_wish_and_the_lock_goes(open_page: Open) -> None:
    page = open_page()
    say(page, "under 60 minutes")
    few = len(titles(page))
    menu(page, "under 60 minutes").get_by_role("button", name="Wish").click()
    expect(page.locator(".chip svg.lock")).to_have_count(0)
    expect(page.locator(".card").nth(few)).to_be_visible()


def test_a_bound_is_moved_with_the_keyboard_alone_and_the_feed_obeys(open_page: Open) -> None:
    page = open_page()
    say(page, "under 100 minutes")
    tab_to(page, ".chip-open")
    page.keyboard.press("Enter")
    expect(page.locator(".menu:popover-open")).to_be_visible()
    tab_to(page, ".menu input[name=value]")
    page.keyboard.press("Control+a")
    page.keyboard.type("80")
    page.keyboard.press("Enter")
    expect(page.locator(".chip .say")).to_have_text("at most 80 minutes")
    expect(page.locator(".chip .chip-open")).to_be_focused()
    assert minutes(page)
    assert all(length <= 80 for length in minutes(page))


def test_escape_closes_the_menu_and_gives_the_focus_back(open_page: Open) -> None:
    page = open_page()
    say(page, "no horror")
    tab_to(page, ".chip-open")
    page.keyboard.press("Enter")
    expect(page.locator(".menu:popover-open")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu:popover-open")).to_have_count(0)
    expect(page.locator(".chip .chip-open")).to_be_focused()


def test_a_wish_by_meaning_cannot_become_a_must_and_says_why(open_page: Open) -> None:
    page = open_page()
    say(page, "nothing too sad")
    opened = menu(page, "sad")
    expect(opened.get_by_role("button", name="Must")).to_be_disabled()
    expect(opened).to_contain_text("no filter can check it")


def test_removing_from_the_menu_hands_the_focus_on(open_page: Open) -> None:
    page = open_page()
    say(page, "no horror")
    menu(page, "horror").get_by_role("button", name="Remove").click()
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator("#say")).to_be_focused()


# -------------------------------------------------------------------------------------------------------- the history
def test_the_history_shows_what_was_in_force_and_brings_it_back(open_page: Open) -> None:
    page = open_page()
    say(page, "no horror")
    say(page, "something funny")
    say(page, "start over")
    assert chips(page) == []
    history = page.locator("#versions")
    expect(history.locator("li[aria-current]")).to_contain_text("start over")
    past = history.locator("ol > li").nth(1)
    past.locator("summary").click()
    assert (
        past.locator(".then li").all_inner_texts() == ["Avoid:\nhorror", "Want:\nfunny"]
        or past.locator(".then li").count() == 2
    )
    past.get_by_role("button", name="Bring this back").click()
    expect(page.locator(".chip")).to_have_count(2)
    expect(history.locator("li[aria-current]")).to_contain_text("brought back")


def test_a_version_is_brought_back_with_the_keyboard(open_page: Open) -> None:
    page = open_page()
    say(page, "no horror")
    say(page, "something funny")
    page.locator("#versions summary").nth(1).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".chip .say")).to_have_text(["horror"])


# ---------------------------------------------------------------------------------------------------------- proposals
def put_horror_away(server: str, user: str) -> None:
    found = ask(server, "GET", f"/v1/users/{user}/feed?store=films&limit=3&filter=genre:Horror")["items"]
    others = ask(server, "GET", f"/v1/users/{user}/feed?store=films&limit=6&filter=-genre:Horror")["items"]
    horror = [item["item_id"] for item in found]
    shown = [*horror, *(item["item_id"] for item in others)]
    events = [{"user_id": user, "kind": "impression", "item_id": item_id} for item_id in shown]
    events += [{"user_id": user, "kind": "dislike", "item_id": item_id} for item_id in horror]
    ask(server, "POST", "/v1/events?store=films", {"events": events})


def test_a_proposal_is_no_chip_until_it_is_accepted(open_page: Open, server: str) -> None:
    put_horror_away(server, "proposes-1")
    page = open_page(user="proposes-1")
    proposal = page.get_by_role("region", name="Only a proposal")
    expect(proposal).to_contain_text("You put away 3 of the 3 films")
    assert chips(page) == []
    proposal.get_by_role("button", name="Yes, always: ").first.click()
    expect(page.get_by_role("list", name="Kept for you").locator(".chip.avoid")).to_have_count(1)
    expect(proposal).to_have_count(0)
    expect(page.locator("#versions li[aria-current]")).to_contain_text("A proposal accepted")


def test_a_dismissed_proposal_is_gone_for_good_and_that_is_told(open_page: Open, server: str) -> None:
    put_horror_away(server, "proposes-2")
    page = open_page(user="proposes-2")
    tab_to(page, "[aria-label^='No, drop it: ']")
    page.keyboard.press("Enter")
    expect(page.locator(".proposals")).to_have_count(0)
    expect(page.locator("#told")).to_contain_text("not be proposed again")
    page.reload()
    expect(page.locator(".proposals")).to_have_count(0)
    assert chips(page) == []


# ------------------------------------------------------------------------------------------------------------ preview
def test_a_preview_by_keyboard_changes_nothing_until_it_is_applied(open_page: Open) -> None:
    page = open_page()
    say(page, "something funny")
    before = titles(page)
    page.keyboard.type("no horror, under 90 minutes")
    page.keyboard.press("Alt+Enter")
    panel = page.get_by_role("region", name="This would …")
    expect(panel).to_be_visible()
    expect(page.locator("#told")).to_contain_text("Preview: this would add “horror” and add “under 90 minutes”")
    assert (chips(page), titles(page)) == (["funny"], before)
    come = panel.locator("h3.came + ul li").all_inner_texts()
    leave = panel.locator("h3.left + ul li").all_inner_texts()
    expect(page.locator("#apply")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_count(3)
    expect(panel).to_have_count(0)
    expect(page.locator("#say")).to_be_focused()
    expect(page.locator("#say")).to_have_value("")
    assert set(come) == set(titles(page)) - set(before)
    assert set(leave) == set(before) - set(titles(page))


def test_a_preview_by_mouse_is_discarded_and_the_sentence_stays_in_the_box(open_page: Open) -> None:
    page = open_page()
    before = titles(page)
    page.locator("#say").fill("no horror")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview")).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(".preview")).to_have_count(0)
    expect(page.locator("#told")).to_contain_text("Nothing has changed")
    expect(page.locator("#say")).to_be_focused()
    expect(page.locator("#say")).to_have_value("no horror")
    assert (chips(page), titles(page)) == ([], before)


def test_escape_discards_a_preview(open_page: Open) -> None:
    page = open_page()
    page.locator("#say").fill("no horror")
    page.locator("#say").press("Alt+Enter")
    expect(page.locator("#apply")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".preview")).to_have_count(0)
    expect(page.locator("#say")).to_be_focused()


def test_a_preview_works_without_script(open_page: Open) -> None:
    page = open_page(script=False, tolerate=True)
    page.locator("#say").fill("no horror")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview")).to_contain_text("horror")
    assert chips(page) == []
    page.locator("#apply").click()
    assert chips(page) == ["horror"]


# ----------------------------------------------------------------------------------------------------------- examples
@pytest.mark.parametrize("store", ["films", "shop"])
def test_every_example_by_type_is_read_by_the_grammar_and_asks_for_something(
    open_page: Open, store: str, server: str
) -> None:
    page = open_page(store)
    page.get_by_role("button", name="What can I say?").click()
    sentences = page.locator("#help [data-example]").all_inner_texts()
    assert len(page.locator("#help h3").all()) == 7
    for sentence in sentences:
        body = {"text": sentence, "preview": True, "model": False}
        said = ask(server, "POST", f"/v1/users/examples/commands?store={store}", body)
        assert said["by"] == "grammar", sentence
        asked = [change["op"] for change in said["changes"] if change["op"] != "keep"]
        assert asked or any("could not be compared" in notice for notice in said["notices"]), sentence


def test_an_example_goes_into_the_box_and_waits_there(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="What can I say?").click()
    example = page.locator("#help [data-example]").nth(3)
    sentence = example.inner_text()
    example.click()
    expect(page.locator("#help")).to_be_hidden()
    expect(page.locator("#say")).to_have_value(sentence)
    expect(page.locator("#say")).to_be_focused()
    assert chips(page) == []


# ------------------------------------------------------------------------------------------------------------ surface
def test_impressions_and_clicks_say_on_which_surface(open_page: Open, server: str) -> None:
    page = open_page(user="surface-1")
    with page.expect_response("**/v1/events**"):
        page.wait_for_timeout(1200)
    with page.expect_response("**/v1/events**"):
        page.locator(".card .cover").first.click()
    for kind in ("impression", "click"):
        assert {event["surface"] for event in events_of(server, "surface-1", kind)} == {"page"}
