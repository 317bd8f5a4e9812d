"""What reaches an open page by itself, over a real server on loopback, with a scripted model."""

import queue
import re
import socket
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar

import pytest
import uvicorn

from intently.config import Config, load_config
from intently.engine import Engine, Services, Told
from intently.errors import ModelTimeout
from intently.language.fake import ScriptedModel
from intently.nouns import Interest, Tag
from intently.serve import create_app

HARD = "my neighbour keeps weeping at weddings so spare us the tears"
OTHER = "the sort of picture where two enemies end up trusting each other after a long drive"
TEARS = ["- tears"] * 2  # the second where the first is not kept


class Browser:
    """A page that listens: `say` posts like htmx does, `next_with` waits for a message of the stream."""

    def __init__(self, address: str, user: str) -> None:
        self.here = f"store=tiny&user={user}"
        self.address = address
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.read(f"/?{self.here}")
        self.stream = self.opener.open(f"{address}/page/stream?{self.here}", timeout=60)
        self.messages: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.next_with('id="model"')

    def _listen(self) -> None:
        lines: list[str] = []
        with self.stream:  # until the server ends it
            for raw in self.stream:
                line = raw.decode().rstrip("\n")
                if line.startswith("data: "):
                    lines.append(line.removeprefix("data: "))
                elif not line and lines:
                    self.messages.put("\n".join(lines))
                    lines = []

    def next_with(self, words: str) -> str:
        while True:
            message = self.messages.get(timeout=20)
            if words in message:
                return message

    def read(self, path: str) -> str:
        with self.opener.open(f"{self.address}{path}", timeout=20) as answer:
            return str(answer.read().decode())

    def say(self, text: str) -> str:
        body = urllib.parse.urlencode({"text": text}).encode()
        request = urllib.request.Request(f"{self.address}/page/say?{self.here}", body, {"HX-Request": "true"})
        with self.opener.open(request, timeout=20) as answer:
            return str(answer.read().decode())


@pytest.fixture
def talking(config: Config, request: pytest.FixtureRequest) -> Iterator[tuple[str, Engine]]:
    """The address of a server whose model answers from the script of this test."""
    allowed = load_config(env={}, home=config.home)
    with Services(allowed, model=ScriptedModel(list(request.param))) as services:
        engine = Engine("tiny", config=allowed, services=services)
        app = create_app({"tiny": engine}, allowed)
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=3))
        app.state.closing = lambda: server.should_exit
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", engine
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive(), "an open stream kept the server alive"
        engine.close()


@pytest.mark.parametrize("talking", [TEARS], indirect=True)
def test_a_hard_sentence_is_provisional_at_once_and_the_models_reading_replaces_it(
    talking: tuple[str, Engine],
) -> None:
    page = Browser(talking[0], "gran")
    assert "is reading the rest" in page.say(HARD)
    final = page.next_with('id="memory"')
    assert "is reading the rest" not in final
    assert "tears" in final
    assert "Remove: " in final  # a chip that is in force can be removed


@pytest.mark.parametrize("talking", [[ModelTimeout("no answer in 12 s")]], indirect=True)
def test_a_model_that_does_not_answer_leaves_the_grammars_reading_and_the_page_says_so(
    talking: tuple[str, Engine],
) -> None:
    page = Browser(talking[0], "late")
    page.say(OTHER)
    assert "language model did not answer" in page.next_with('id="notices"')


@pytest.mark.parametrize("talking", [TEARS], indirect=True)
def test_a_reading_does_not_reach_another_browser_of_the_same_person(talking: tuple[str, Engine]) -> None:
    mine, other = Browser(talking[0], "both"), Browser(talking[0], "both")
    mine.say(HARD)
    mine.next_with('id="memory"')
    talking[1].broker.publish("both", Told("understanding", {"stage": "tags", "text": "0 tags"}))
    assert 'id="memory"' not in other.next_with("<hx-partial")


@pytest.mark.parametrize("talking", [[]], indirect=True)
def test_interests_and_tags_arrive_while_they_are_found(talking: tuple[str, Engine]) -> None:
    page = Browser(talking[0], "ann")
    interest = Interest(interest_id="i1", text="Dry <b>humour</b>", evidence=("e1",), reason="three of three")
    tag = Tag(tag_id="t1", text="office comedies", interest_id="i1", found=7)
    body = {"stage": "tags", "text": "1 tag", "interests": (interest,), "tags": (tag,)}
    talking[1].broker.publish("ann", Told("understanding", body))
    told = page.next_with('id="liking"')
    assert "Dry &lt;b&gt;humour&lt;/b&gt;" in told
    assert "office comedies" in told


STYLE = "for quiet guests; dry; scene; any"
LINES = [STYLE, "The story is a comedy\nThe story is a comedy"] * 24  # said once; of the other cards it is no news


@pytest.mark.parametrize("talking", [LINES], indirect=True)
def test_a_line_written_for_what_is_shown_arrives_as_the_fragment_of_its_card_at_this_browser_alone(
    talking: tuple[str, Engine],
) -> None:
    talking[1].start_background()
    page, other = Browser(talking[0], "fresh"), Browser(talking[0], "fresh")
    cards = page.say("only comedies")
    message = page.next_with("line-card-")
    found = re.fullmatch(r'<hx-partial id="(line-card-[0-9a-f]{16})">(.*)</hx-partial>\s*', message, re.DOTALL)
    assert found is not None
    assert f'id="{found[1]}"' in cards
    assert ">The story is a comedy</button>" in found[2]
    address = re.search(r'hx-get="(/page/because[^"]+)"', found[2])
    assert address is not None
    assert "The story is a comedy" in page.read(address[1].replace("&amp;", "&"))  # the sheet of this line
    talking[1].broker.publish("fresh", Told("understanding", {"stage": "tags", "text": "0 tags"}))
    assert "line-card-" not in other.next_with("<hx-partial")


@pytest.mark.parametrize("talking", [[]], indirect=True)
def test_a_fresh_line_is_text_on_the_page_whatever_it_holds(talking: tuple[str, Engine]) -> None:
    page = Browser(talking[0], "plain")
    (client,) = (cookie.value for cookie in page.cookies if cookie.name == "intently_client")
    body = {"client": client, "feed_id": "s1", "item_id": "f1", "text": "A <b>quiet</b> heist"}
    talking[1].broker.publish("plain", Told("line", body))
    assert "A &lt;b&gt;quiet&lt;/b&gt; heist" in page.next_with("line-card-")
