"""Why a line is there, and "wrong? tell us", over the real app: what is shown, to whom, and what goes."""

import re

from starlette.testclient import TestClient

from intently.engine import Engine
from tests.serve.test_api import person
from tests.serve.test_inferred_page import HX, infer, words_of

CARD = re.compile(r'hx-get="(/page/because\?[^"]+)"[^>]*>([^<]+)</button>')


def cards(client: TestClient, user: str) -> list[tuple[str, str]]:
    """Address of the sheet and line of each card with one."""
    page = client.get("/", params={"user": user})
    assert page.status_code == 200
    return [(address.replace("&amp;", "&"), line.strip()) for address, line in CARD.findall(page.text)]


def test_a_click_on_a_line_shows_what_it_rests_on(engine: Engine, client: TestClient) -> None:
    user = person()
    infer(engine, user)
    address, line = next((one, text) for one, text in cards(client, user) if "f0" not in text)
    sheet = client.get(address, headers=HX)
    assert sheet.status_code == 200
    assert line in sheet.text
    assert "no language model was asked" in words_of(sheet.text)
    assert "Wrong? Tell us" in sheet.text


def test_a_doubted_line_leaves_its_card_and_does_not_come_back(engine: Engine, client: TestClient) -> None:
    user = person()
    infer(engine, user)
    address, line = cards(client, user)[0]
    item = re.search(r"item_id=([^&]+)", address)
    done = client.post(address.replace("/because", "/doubt"), headers=HX)
    assert done.status_code == 200
    assert re.search(r'<hx-partial id="line-card-[0-9a-f]{16}"></hx-partial>', done.text)
    (event,) = engine.store.journal.events_of(user, kinds=("doubt",))
    assert item is not None
    assert (event.item_id, event.query) == (item[1], line)
    again = {re.search(r"item_id=([^&]+)", one)[1]: text for one, text in cards(client, user)}  # type: ignore[index]
    assert again.get(item[1]) != line


def test_without_a_script_a_doubt_leads_back_to_the_page(engine: Engine, client: TestClient) -> None:
    user = person()
    infer(engine, user)
    address, _ = cards(client, user)[0]
    done = client.post(address.replace("/because", "/doubt"), follow_redirects=False)
    assert done.status_code == 303
    assert done.headers["location"].startswith("/?")


def test_another_persons_lines_are_not_shown(engine: Engine, client: TestClient) -> None:
    user, other = person(), person()
    infer(engine, user)
    address, _ = cards(client, user)[0]
    assert client.get(address.replace(f"user={user}", f"user={other}"), headers=HX).status_code in (404, 422)
