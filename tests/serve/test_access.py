"""The app with keys, and stores that are not ready."""

import threading
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from intently.config import Config
from intently.engine import Engine
from intently.errors import DataError
from intently.serve import create_app, load_keys

SECRET = "0123456789abcdef0123"
BASE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def locked(engine: Engine, config: Config) -> Iterator[TestClient]:
    keys = load_keys({"INTENTLY_KEYS": f"admin={SECRET}A shop={SECRET}S user:ann={SECRET}U"})
    with TestClient(create_app({"tiny": engine}, config, keys), base_url=BASE) as opened:
        yield opened


def status(client: TestClient, method: str, path: str, key: str, body: object = None) -> int:
    headers = {"Authorization": f"Bearer {SECRET}{key}"} if key else {}
    return client.request(method, path, headers=headers, json=body).status_code


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"),
    [
        ("GET", "/v1/users/ann/feed", None, "ASU"),
        ("GET", "/v1/users/bob/feed", None, "AS"),
        ("POST", "/v1/users/bob/commands", {"text": "no horror"}, "AS"),
        ("GET", "/v1/users/ann/export", None, "AU"),
        ("GET", "/v1/users/bob/export", None, "A"),
        ("POST", "/v1/users/ann/merge", {"source": "zed"}, "A"),
        ("POST", "/v1/events", {"user_id": "ann", "kind": "view", "item_id": "f1"}, "ASU"),
        ("POST", "/v1/events", {"user_id": "bob", "kind": "view", "item_id": "f1"}, "AS"),
        ("PATCH", "/v1/items/f1", {"available": True}, "AS"),
        ("PATCH", "/v1/items", {"items": {"f1": {"available": True}}}, "AS"),
        ("GET", "/v1/feeds/none/trace", None, "A"),
        ("GET", "/v1/reports/unmet", None, "AS"),
        ("GET", "/metrics", None, "AS"),
        ("GET", "/?user=bob", None, "AS"),
        ("GET", "/?user=ann", None, "ASU"),
        ("GET", "/page/people?user=b", None, "AS"),
    ],
)
def test_a_route_opens_for_its_scopes_alone(
    locked: TestClient, method: str, path: str, body: object, allowed: str
) -> None:
    assert status(locked, method, path, "", body) == 401
    assert status(locked, method, path, "X", body) == 401
    for key in "ASU":
        given = status(locked, method, path, key, body)
        assert (given not in (401, 403)) == (key in allowed), (key, given)


def test_health_needs_no_key(locked: TestClient) -> None:
    assert status(locked, "GET", "/health", "") == 200


def test_signing_in_keeps_the_key_from_scripts_and_opens_the_page(locked: TestClient) -> None:
    assert locked.post("/sign-in", data={"key": "wrong"}).status_code == 401
    answer = locked.post("/sign-in", data={"key": f"{SECRET}U", "next": "//evil.example"}, follow_redirects=False)
    assert answer.headers["location"] == "/"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert "For ann" in locked.get("/").text
    locked.cookies.clear()


def test_a_store_that_is_opening_says_so_and_serves_when_it_is_ready(engine: Engine, config: Config) -> None:
    gate = threading.Event()

    def opener() -> Engine:
        assert gate.wait(30)
        return engine

    with TestClient(create_app({"tiny": opener}, config), base_url=BASE) as client:
        assert client.get("/health").json()["status"] == "opening"
        assert "still being imported" in client.get("/v1/users/x/feed").json()["error"]["message"]
        page = client.get("/")
        assert page.status_code == 503
        assert 'http-equiv="refresh"' in page.text
        gate.set()
        for _ in range(200):
            if client.get("/health").json()["status"] == "ok":
                break
            threading.Event().wait(0.02)
        assert client.get("/").status_code == 200


def test_a_store_that_failed_to_open_says_why(config: Config) -> None:
    def opener() -> Engine:
        raise DataError("items.csv:3: `price` is 'x', not a number. Mend the row.")

    with TestClient(create_app({"broken": opener}, config), base_url=BASE) as client:
        for _ in range(200):
            if client.get("/health").json()["status"] == "failed":
                break
            threading.Event().wait(0.02)
        assert "items.csv:3" in client.get("/v1/users/x/feed").json()["error"]["message"]
        assert "items.csv:3" in client.get("/").text
