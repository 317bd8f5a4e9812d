"""The embedded server, for real: started, asked, killed, shared."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from pydantic import BaseModel

from intently.config import LanguageConfig
from intently.errors import ModelTimeout, ModelUnavailable
from intently.language import MemoryCalls, Message, Model, Prompt, ask_reading
from intently.language.local import EmbeddedServer, running_server
from intently.language.reading import reading_prompt
from intently.language.wire import OpenAIWire

pytestmark = [pytest.mark.llama, pytest.mark.xdist_group("llama")]


SHORT = """{{ turn("system") }}
Copy out what the person wants (+) and does not want (-), one a line, or = for nothing. Words of the command only.
{{ turn("user") }}
{{ slate }}{% if command is not none %} {{ command }}{% endif %}
"""


class Colours(BaseModel):
    colours: tuple[str, ...]


def _prompt(text: str) -> Prompt:
    return Prompt("test", "v1", (Message("user", text),))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a short prompt of its own: on a busy machine a long one takes a minute to read."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "reading.jinja").write_text(SHORT)
    return tmp_path


def _run_file(server: EmbeddedServer) -> Path:
    return server._home / "run" / "model.json"


def test_a_reading_holds_only_words_of_the_command(model: Model, home: Path):
    command = "no horror please, something funny from the nineties"
    prompt = reading_prompt(command, [], ["Heat", "Alien"], home=home)
    for line in model.ask_lines(prompt, command, timeout_seconds=120).value:
        assert line.sign in "=~" or line.text in command


def test_an_object_is_answered_as_compact_json_of_its_schema(model: Model):
    calls = MemoryCalls()
    schema = Colours.model_json_schema()
    schema["properties"]["colours"] |= {"minItems": 2, "maxItems": 2, "items": {"enum": ["red", "blue"]}}
    answer = model.with_calls(calls).ask(_prompt("Two colours"), Colours, schema=schema, timeout_seconds=120)
    assert set(answer.value.colours) <= {"red", "blue"}
    assert len(answer.value.colours) == 2
    assert " " not in (calls.rows[0].answer or "")


def test_a_prompt_with_the_same_beginning_reuses_it(model: Model, home: Path):
    ask_reading(model, "no horror", slate=["Heat"], timeout_seconds=120, home=home)
    again = ask_reading(model, "no comedies", slate=["Heat"], timeout_seconds=120, home=home)
    assert again.tokens_reused > 2 * again.tokens_new


def test_what_the_server_remembers_of_prompts_can_be_cleared_and_the_constant_part_restored(
    model: Model, server: EmbeddedServer, home: Path
):
    constant = reading_prompt(None, [], [], home=home)
    model.warm(constant)
    model.forget()
    assert ask_reading(model, "no spiders", timeout_seconds=120, home=home).tokens_reused == 0
    model.forget()
    model.warm(constant)
    assert list((server._home / "cache" / "slots").glob(f"reading-{constant.version}-*.slot"))
    warm = ask_reading(model, "no snakes", timeout_seconds=120, home=home)
    assert warm.tokens_reused > 2 * warm.tokens_new


def test_a_persons_command_closes_a_running_batch_call_which_is_asked_again(model: Model, home: Path):
    calls = MemoryCalls()
    model = model.with_calls(calls)
    long = _prompt("Count as far as you can. " * 8)
    schema = Colours.model_json_schema()
    schema["properties"]["colours"] |= {"minItems": 40, "maxItems": 40, "items": {"enum": ["red", "blue", "green"]}}
    found: list[Colours] = []

    def batch():
        found.append(model.ask(long, Colours, max_tokens=700, schema=schema, timeout_seconds=240).value)

    thread = threading.Thread(target=batch)
    thread.start()
    time.sleep(0.3)
    ask_reading(model, "no ghosts", timeout_seconds=120, home=home)
    assert not found
    thread.join()
    assert len(found[0].colours) == 40
    outcomes = [row.outcome for row in calls.rows]
    assert outcomes[:2] == ["ModelPutOff", "ok"]
    assert outcomes[-1] == "ok"


def test_a_call_is_broken_off_at_its_deadline(model: Model):
    started = time.monotonic()
    with pytest.raises(ModelTimeout):
        model.ask(_prompt("Tell a very long story. " * 100), Colours, max_tokens=2000, timeout_seconds=0.2)
    assert time.monotonic() - started < 10


def test_the_servers_key_is_readable_by_the_owner_alone_and_needed(model: Model, server: EmbeddedServer):
    path = _run_file(server)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    body = json.loads(path.read_text())
    request = urllib.request.Request(body["url"].removesuffix("/v1") + "/slots")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request, timeout=10)
    commands = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert body["key"] not in commands


def test_a_second_process_of_the_same_home_uses_the_running_server(model: Model, server: EmbeddedServer, settings):
    other = EmbeddedServer(settings, server._home, fetch=False)
    other.start()
    try:
        second = Model(OpenAIWire(other.endpoint, other.status))
        assert second.wait_ready(20)
        assert other.endpoint() == server.endpoint() == running_server(server._home)
    finally:
        other.stop()
    assert server.endpoint() is not None


def test_a_killed_server_is_started_again_and_answers(model: Model, server: EmbeddedServer, home: Path):
    before = json.loads(_run_file(server).read_text())
    os.kill(before["pid"], signal.SIGKILL)
    deadline = time.monotonic() + 10
    while server.endpoint() is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.status().state in ("down", "starting")
    with pytest.raises(ModelUnavailable):
        ask_reading(model, "no wizards", timeout_seconds=5, home=home)
    assert model.wait_ready(120)
    assert json.loads(_run_file(server).read_text())["pid"] != before["pid"]
    assert ask_reading(model, "no wizards", timeout_seconds=120, home=home).value is not None


def test_no_server_outlives_a_parent_that_was_killed(
    one_server: None, gguf: Path, tmp_path: Path, server: EmbeddedServer
):
    program = (
        "import sys, time; from pathlib import Path; from intently.config import LanguageConfig;"
        "from intently.language.local import EmbeddedServer;"
        "s = EmbeddedServer(LanguageConfig(file=sys.argv[1]), Path(sys.argv[2]), fetch=False);"
        "s.start(); time.sleep(300)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(gguf), str(tmp_path)])
    run_file = tmp_path / "run" / "model.json"
    deadline = time.monotonic() + 120
    while not run_file.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    child = json.loads(run_file.read_text())["pid"]
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(child)
    assert running_server(tmp_path) is None


def test_a_file_that_is_no_model_is_reported_with_the_servers_complaint(one_server: None, tmp_path: Path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF but not really")
    server = EmbeddedServer(LanguageConfig(file=str(broken)), tmp_path, fetch=False)
    server.start()
    deadline = time.monotonic() + 60
    while server.status().state != "down" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "did not start" in server.status().text
    assert str(broken) in server.status().text
    server.stop()


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
