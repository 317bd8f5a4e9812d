"""The same cases through every surface: HTTP, the page, the command line and MCP."""

import io
import json
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from starlette.testclient import TestClient
from typer.testing import CliRunner

from intently.cli import app
from intently.config import Config
from intently.engine import Engine
from intently.serve import create_app, load_keys
from intently.serve.mcp import make_server
from tests.feed.hostile.world import ATTACKER, CASES, ITEMS, MARK, VICTIM, Case, config_of

BASE = "http://127.0.0.1:8000"
SECRET = "0123456789abcdef0123"
KEY = {"Authorization": f"Bearer {SECRET}"}
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def client(engine: Engine, config: Config) -> Iterator[TestClient]:
    """The app as the attacker reaches it: with a key of their own."""
    keys = load_keys({"INTENTLY_KEYS": f"user:{ATTACKER}={SECRET}"})
    with TestClient(create_app({"tiny": engine}, config, keys), base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened


# ------------------------------------------------------------------------------------------------------------- HTTP
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_http_answers_200_or_422_and_shows_nothing_of_anybody_else(client: TestClient, case: Case) -> None:
    answer = client.post(f"/v1/users/{ATTACKER}/commands", json={"text": case.text}, headers=KEY)
    assert answer.status_code in (200, 422)
    assert MARK not in answer.text
    if answer.status_code == 422:
        told = answer.json()["error"]["message"]
        assert ("at most 1,000" in told) == (len(case.text) > 1000)
        assert "Traceback" not in told


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/v1/users/{VICTIM}/memory"),
        ("GET", f"/v1/users/{ATTACKER}%2F..%2F{VICTIM}/memory"),
        ("GET", f"/v1/users/{ATTACKER}/../{VICTIM}/memory"),
        ("GET", f"/v1/users/{ATTACKER}%2Fmemory%2F..%2F..%2F{VICTIM}/memory"),
        ("GET", f"/v1/users/{VICTIM}%00/memory"),
        ("GET", "/v1/users/%31%32/memory"),
        ("GET", "/v1/users/１２/memory"),
        ("GET", f"/v1/users/{VICTIM}/export"),
        ("DELETE", f"/v1/users/{VICTIM}"),
        ("POST", f"/v1/users/{VICTIM}/undo"),
        ("POST", f"/v1/users/{ATTACKER}/merge"),
        ("GET", f"/?user={VICTIM}"),
        ("GET", f"/?user={ATTACKER}&user={VICTIM}"),
        ("GET", f"/page/people?user={VICTIM}"),
        ("POST", f"/page/undo?user={VICTIM}"),
        ("GET", "/static/../../../../etc/passwd"),
        ("GET", "/static/..%2f..%2f..%2fetc%2fpasswd"),
    ],
)
def test_another_persons_data_are_refused_however_the_address_is_written(
    client: TestClient, method: str, path: str
) -> None:
    answer = client.request(method, path, headers=KEY, json={"source": VICTIM} if method == "POST" else None)
    assert answer.status_code in (403, 404, 422), path
    assert MARK not in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "no horror", "user_id": "12"}',
        b'{"text": "no horror", "client": "' + b"c" * 200 + b'"}',
        b'{"text": {"$ne": null}}',
        b'{"text": ["no horror"]}',
        b'{"text": "no horror", "feed_id": "../../12"}',
        b'{"text": "no horror tonight", "zone": "../../../etc/passwd"}',
        b'{"text": "no horror", "limit": 1e999}',
        b'{"text": "no horror", "limit": -1}',
        b"[" * 50_000,
        b'{"a":' * 20_000,
        b"\xff\xfe",
        b"",
        b"null",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_body_that_is_no_command_is_a_fault_with_a_mend(client: TestClient, body: bytes) -> None:
    answer = client.post(
        f"/v1/users/{ATTACKER}/commands", content=body, headers=KEY | {"Content-Type": "application/json"}
    )
    assert answer.status_code in (404, 422)
    assert answer.json()["error"]["message"]


def test_half_a_character_is_a_gap(client: TestClient) -> None:
    """A lone surrogate cannot be kept by any database."""
    answer = client.post(
        f"/v1/users/{ATTACKER}/commands", headers=KEY | {"Content-Type": "application/json"},
        content=b'{"text": "\\ud800 no\\ud800 horror", "preview": true}',
    )  # fmt: skip
    assert answer.status_code == 200
    assert "horror" in {held["quote"] for held in answer.json()["memory"]}


# --------------------------------------------------------------------------------------------------------- the page
class Seen(HTMLParser):
    """Every (element, attribute) of a page, addresses by their scheme, and the texts of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pairs: set[tuple[str, str]] = set()
        self.scripts: list[str] = []
        self.addresses: set[str] = set()
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pairs |= {(tag, ""), *((tag, name) for name, _ in attrs)}
        self.addresses |= {str(value) for name, value in attrs if name in ("href", "src", "action", "formaction")}
        self._in_script = tag == "script"

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.scripts.append(data)

    def handle_comment(self, data: str) -> None:
        self.pairs.add(("!--", ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


TAME = [
    "no horror", "something sad, nothing else", "more like the first one", "under 10 minutes", "cosy, please", "undo",
    "nothing over 90 minutes and only comedies tonight", "thanks!", "more variety", "show me something else",
    "my neighbour keeps weeping at weddings so spare us the tears", "a" * 1001, "",
]  # fmt: skip


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """What a page of a tame catalogue and of tame commands holds, every part of it."""
    config = config_of(tmp_path_factory.mktemp("tame"), hostile=False)
    pairs: set[tuple[str, str]] = set()
    with (
        Engine("tiny", config=config, model=False) as engine,
        TestClient(create_app({"tiny": engine}, config), base_url=BASE) as client,
    ):
        pages = [client.post("/page/say?user=ann", data={"text": text}, headers=HTMX).text for text in TAME]
        pages += [client.get(path).text for path in _pages("ann")]
    for page in pages:
        pairs |= Seen(page).pairs
    return pairs


def _pages(user: str) -> list[str]:
    return [f"/?user={user}", f"/page/why?user={user}&title=odd", f"/page/item?user={user}&item_id=h1"]


def _check_page(page: str, allowed: set[tuple[str, str]]) -> None:
    seen = Seen(page)
    assert seen.pairs <= allowed, seen.pairs - allowed
    assert seen.scripts == []
    assert all(address.startswith(("/", "#", "?")) or address == "" for address in seen.addresses), seen.addresses
    assert MARK not in page


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_page_gains_no_element_and_no_attribute_by_what_is_typed(
    client: TestClient, allowed: set[tuple[str, str]], case: Case
) -> None:
    told = client.post(f"/page/say?user={ATTACKER}", data={"text": case.text}, headers=KEY | HTMX)
    assert told.status_code in (200, 422)
    _check_page(told.text, allowed)


def test_the_whole_page_after_all_of_it_is_still_the_page(client: TestClient, allowed: set[tuple[str, str]]) -> None:
    for path in _pages(ATTACKER):
        _check_page(client.get(path, headers=KEY).text, allowed)


@pytest.mark.parametrize("number", range(len(ITEMS)))
def test_the_page_gains_no_element_by_an_item(
    client: TestClient, engine: Engine, allowed: set[tuple[str, str]], number: int
) -> None:
    title = ITEMS[number][0]
    pages = [
        client.get("/page/why", params={"user": ATTACKER, "title": title[:200].strip() or "x"}, headers=KEY),
        client.get("/page/item", params={"user": ATTACKER, "item_id": f"h{number}"}, headers=KEY),
        client.post("/page/like", params={"user": ATTACKER, "item_id": f"h{number}"}, headers=KEY | HTMX),
    ]
    for page in pages:
        assert page.status_code in (200, 422)
        _check_page(page.text, allowed)
    client.post("/page/undo", params={"user": ATTACKER}, headers=KEY | HTMX)


# --------------------------------------------------------------------------------------------------- the command line
@pytest.fixture
def home(config: Config, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INTENTLY_HOME", str(config.home))
    monkeypatch.setenv("INTENTLY_LANGUAGE_ENABLED", "false")
    return config.home


def test_the_command_line_reads_every_case_as_a_line_and_stores_nothing(
    engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "\n".join(json.dumps({"command": case.text}) for case in CASES)
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines + '\n{"command": 7}\n[[[\nnull\n'))
    app(["parse", "--store", "tiny", "--no-model"], standalone_mode=False)
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(answers) == len(CASES) + 3
    assert all("error" in answer for answer in answers[-3:])
    for case, answer in zip(CASES, answers, strict=False):
        assert ("at most 1,000" in answer.get("error", "")) == (len(case.text) > 1000), case.name
        assert MARK not in json.dumps(answer, ensure_ascii=False)


SEEN = [case for case in CASES if case.kind in ("control", "bidi", "chat_tokens", "html")][::5]


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.name)
def test_what_people_see_in_a_terminal_holds_no_control_character(engine: Engine, home: Path, case: Case) -> None:
    if "\x00" in case.text:
        pytest.skip("an argument of a program cannot hold NUL")
    done = CliRunner().invoke(app, ["say", "--store", "tiny", "--user", "cli-1", "--no-model", "--", case.text])
    assert done.exit_code in (0, 1), done.output  # 1: refused with a sentence by `main`
    assert not set(done.output) & {"\x07", "\x08", "\x1b", "\x9b", "\u202e", "\u2066"}
    assert MARK not in done.output


def test_the_command_line_refuses_a_long_sentence_with_the_limit(engine: Engine, home: Path) -> None:
    done = CliRunner().invoke(app, ["say", "--store", "tiny", "--user", "cli-1", "--no-model", "a" * 10_000])
    assert "at most 1,000 are read" in str(done.exception)


# ------------------------------------------------------------------------------------------------------------- MCP
def test_mcp_answers_every_case_with_a_result_or_one_line(engine: Engine) -> None:
    server = make_server(engine, lambda ctx: ATTACKER, model=False)
    opens = ("<", "[INST", "[/INST", "\u202e", "\x1b", "\u200b")

    async def talk() -> list[Any]:
        async with Client(server) as client:
            said = [await client.call_tool("say", {"text": case.text, "limit": 3}) for case in CASES]
            whys = [await client.call_tool("why", {"item": f"h{number}"}) for number in range(len(ITEMS))]
            return [*said, *whys]

    results = anyio.run(talk)
    assert len(results) == len(CASES) + len(ITEMS)
    for case, result in zip([*CASES, *ITEMS], results, strict=True):
        told = result.content[0].text
        assert MARK not in told
        if result.is_error:
            assert isinstance(case, Case)
            assert "\n" not in told
            assert ("at most 1,000" in told) == (len(case.text) > 1000)
        else:
            texts = list(_texts(result.structured_content))
            assert not [text for text in texts for sign in opens if sign in text], texts
            assert max(map(len, texts)) <= 480


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
