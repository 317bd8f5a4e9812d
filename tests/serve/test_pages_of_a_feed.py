"""What a person looked at on later pages of a feed was shown to them, as the first page was."""

from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient


@pytest.fixture
def user() -> str:
    return "p" + uuid4().hex[:8]


def two_pages(client: TestClient, user: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two pages of five."""
    first = client.get(f"/v1/users/{user}/feed?limit=5").json()
    return first, client.get(f"/v1/users/{user}/feed", params={"cursor": first["cursor"]}).json()


def say(client: TestClient, user: str, text: str) -> dict[str, Any]:
    answer = client.post(f"/v1/users/{user}/commands", json={"text": text, "limit": 24})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(slate: dict[str, Any]) -> list[str]:
    return [item["item_id"] for item in slate["items"]]


def test_something_else_hides_every_page_that_was_looked_at(client: TestClient, user: str) -> None:
    first, second = two_pages(client, user)
    shown = ids(say(client, user, "show me something else")["feed"])
    assert len(shown) == 24 - 5 - 5
    assert not set(shown) & {*ids(first), *ids(second)}


def test_a_place_of_a_later_page_can_be_pointed_at(client: TestClient, user: str) -> None:
    _, second = two_pages(client, user)
    assert second["items"][1]["position"] == 7
    (change,) = say(client, user, "more like the seventh one")["changes"]
    assert change["value"] == {"item_id": second["items"][1]["item_id"]}


def test_a_page_looked_at_twice_was_shown_once(client: TestClient, user: str) -> None:
    first, second = two_pages(client, user)
    again = client.get(f"/v1/users/{user}/feed", params={"cursor": first["cursor"]}).json()
    third = client.get(f"/v1/users/{user}/feed", params={"cursor": second["cursor"]}).json()
    assert again == second
    assert set(ids(third)).isdisjoint({*ids(first), *ids(second)})
    (change,) = say(client, user, "more like the eighth one")["changes"]
    assert change["value"] == {"item_id": second["items"][2]["item_id"]}


def test_a_page_that_nobody_looked_at_is_not_hidden(client: TestClient, user: str) -> None:
    first = client.get(f"/v1/users/{user}/feed?limit=5").json()
    assert len(ids(say(client, user, "show me something else")["feed"])) == 24 - len(ids(first))
