"""The outermost layer: hosts, origins, bodies, ids with slashes, headers."""

from urllib.parse import quote

import pytest
from fastapi import FastAPI, Request
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from intently.serve.depends import PathId
from intently.serve.guard import MAX_BODY, Guard


def echo_app() -> FastAPI:
    app = FastAPI()

    @app.get("/users/{user_id}/memory/{preference_id}")
    def preference(user_id: PathId, preference_id: PathId) -> list[str]:
        return ["preference", user_id, preference_id]

    @app.delete("/users/{user_id}")
    def person(user_id: PathId) -> list[str]:
        return ["person", user_id]

    @app.post("/take")
    async def take(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(Guard, hosts=("127.0.0.1", "[::1]"))
    return app


CLIENT = TestClient(echo_app(), base_url="http://127.0.0.1:8000")


@pytest.mark.parametrize("user_id", ["a/b", "a/memory/3", "50%", "50%2F", "%25", "a b", "ä/ö", "...", "a?b#c"])
def test_an_id_comes_out_of_the_path_as_it_went_in(user_id: str) -> None:
    assert CLIENT.delete(f"/users/{quote(user_id, safe='')}").json() == ["person", user_id]


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20))
def test_any_id_survives_the_path(user_id: str) -> None:
    if user_id in (".", ".."):
        return  # clients resolve them before they send; quoted they are the test above
    assert CLIENT.delete(f"/users/{quote(user_id, safe='')}").json() == ["person", user_id]


def test_a_slash_in_an_id_does_not_reach_another_route() -> None:
    assert CLIENT.get("/users/a%2Fmemory%2F3/memory/7").json() == ["preference", "a/memory/3", "7"]


@pytest.mark.parametrize("user_id", ["a%0Ab", "a%00", "x" * 129])
def test_an_id_with_control_characters_or_too_long_is_refused_with_the_mend(user_id: str) -> None:
    answer = CLIENT.delete(f"/users/{user_id}")
    assert answer.status_code == 422
    assert "at the source" in answer.text


def test_a_host_that_is_not_ours_is_refused() -> None:
    answer = CLIENT.post("/take", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "INTENTLY_SERVE_HOSTS" in answer.json()["error"]["message"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9", "[::1]:8000"])
def test_our_hosts_are_answered_on_any_port(host: str) -> None:
    assert CLIENT.post("/take", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "file://"])
def test_a_change_asked_by_a_foreign_page_is_refused(origin: str) -> None:
    assert CLIENT.post("/take", headers={"Origin": origin}).status_code == 403


def test_a_change_asked_by_our_page_is_done() -> None:
    assert CLIENT.post("/take", content=b"abc", headers={"Origin": "http://127.0.0.1:8000"}).json() == 3


def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_refused() -> None:
    assert CLIENT.post("/take", content=b"x" * MAX_BODY).json() == MAX_BODY
    assert CLIENT.post("/take", content=b"x" * (MAX_BODY + 1)).status_code == 413


def test_a_body_without_a_length_is_cut_off_at_the_limit() -> None:
    pieces = (b"x" * 65536 for _ in range(MAX_BODY // 65536 + 1))
    assert CLIENT.post("/take", content=pieces).status_code == 413


@pytest.mark.parametrize("path", ["/take", "/nothing-here"])
def test_every_answer_forbids_inline_scripts_and_framing(path: str) -> None:
    headers = CLIENT.get(path).headers
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "'unsafe-inline'" not in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
