"""On the page a person takes all that is kept of them home, or deletes it; with a shop's key nobody does that."""

from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from intently.config import Config
from intently.engine import Engine
from intently.serve import create_app
from intently.serve.keys import COOKIE, load_keys

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def user() -> str:
    return "p" + uuid4().hex[:8]


def test_the_page_gives_the_document_that_the_api_exports(client: TestClient, user: str) -> None:
    client.post(f"/page/say?user={user}", data={"text": "no horror"})
    saved = client.get(f"/page/export?user={user}")
    assert saved.headers["content-disposition"] == 'attachment; filename="intently-tiny.json"'
    exported = client.get(f"/v1/users/{user}/export").json()
    assert {**saved.json(), "time": ""} == {**exported, "time": ""}
    assert [said["text"] for said in saved.json()["commands"]] == ["no horror"]


def test_deleting_on_the_page_leaves_nothing_and_shows_an_unknown_persons_page(client: TestClient, user: str) -> None:
    client.post(f"/page/say?user={user}", data={"text": "no horror"})
    assert "Delete all of it now" in client.get(f"/?user={user}").text
    page = client.post(f"/page/erase?user={user}")
    assert (page.history[0].status_code, page.status_code) == (303, 200)
    assert "Nothing yet. Each sentence makes a version here" in page.text
    kept = client.get(f"/v1/users/{user}/export").json()
    assert (kept["commands"], kept["memory"], kept["events"]) == ([], [], [])


@pytest.mark.parametrize("address", ["page", "api"])
def test_what_was_on_the_screen_of_an_erased_person_is_forgotten(client: TestClient, user: str, address: str) -> None:
    client.get(f"/?user={user}")
    screens = client.app.state.screens  # type: ignore[attr-defined]
    assert any(key[1] == user for key in screens._kept)
    if address == "page":
        client.post(f"/page/erase?user={user}", follow_redirects=False)
    else:
        client.delete(f"/v1/users/{user}")
    assert not any(key[1] == user for key in screens._kept)


def test_a_shops_key_neither_shows_nor_does_it(engine: Engine, config: Config, user: str) -> None:
    keys = load_keys({"INTENTLY_KEYS": f"shop={SECRET}"})
    with TestClient(create_app({"tiny": engine}, config, keys), base_url="http://127.0.0.1:8000") as shop:
        shop.cookies.set(COOKIE, SECRET)
        assert "Delete all of it now" not in shop.get(f"/?user={user}").text
        assert shop.get(f"/page/export?user={user}").status_code == 403
        assert shop.post(f"/page/erase?user={user}").status_code == 403
