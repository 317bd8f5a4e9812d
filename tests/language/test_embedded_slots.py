"""Several calls of a batch at once on the embedded server, for real: slots, their memory, and who gives way."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from intently.config import LanguageConfig
from intently.language import MemoryCalls, Message, Model, Prompt, ask_reading
from intently.language.local import EmbeddedServer
from intently.language.wire import OpenAIWire

pytestmark = [pytest.mark.llama, pytest.mark.xdist_group("llama")]


class Colours(BaseModel):
    colours: tuple[str, ...]


@pytest.fixture(scope="module")
def two_slots(
    one_server: None, gguf: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[EmbeddedServer, Path]]:
    home = tmp_path_factory.mktemp("slots")
    (home / "prompts").mkdir()
    (home / "prompts" / "reading.jinja").write_text(
        '{{ turn("system") }}\nCopy what the person wants (+) or not (-), a line each, or =.\n{{ turn("user") }}\n'
        "{{ slate }}{% if command is not none %} {{ command }}{% endif %}\n"
    )
    server = EmbeddedServer(LanguageConfig(file=str(gguf), context_tokens=4096, in_flight=2), home, fetch=False)
    server.start()
    yield server, home
    server.stop()


@pytest.fixture
def model(two_slots: tuple[EmbeddedServer, Path]) -> Model:
    model = Model(OpenAIWire(two_slots[0].endpoint, two_slots[0].status), MemoryCalls())
    assert model.wait_ready(120), model.status()
    model.forget()
    return model


def _ask(model: Model, person: str, question: str, count: int = 4) -> None:
    schema = Colours.model_json_schema()
    schema["properties"]["colours"] |= {"minItems": count, "maxItems": count, "items": {"enum": ["red", "blue"]}}
    schema["additionalProperties"] = False
    history = f"{person} likes " + ", ".join(f"thing {n} of {person}" for n in range(40))
    prompt = Prompt("test", "v1", (Message("user", history), Message("assistant", "noted"), Message("user", question)))
    model.ask(prompt, Colours, schema=schema, user_id=person, max_tokens=12 * count + 20, timeout_seconds=240)


def _at_once(*acts) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _rows(model: Model, person: str | None):
    return [row for row in model._calls.rows if row.user_id == person]


def test_two_people_are_reasoned_about_at_once_and_each_ones_history_is_read_once(model: Model) -> None:
    def talk(person: str) -> None:
        for question in ("which colours?", "which others?", "which at last?"):
            _ask(model, person, question)

    assert model.in_flight == 2
    _at_once(lambda: talk("ann"), lambda: talk("bob"))
    for person in ("ann", "bob"):
        first, *later = _rows(model, person)
        assert first.tokens_new > 200
        assert all(row.tokens_reused > 200 and row.tokens_new < 60 for row in later), later


def test_a_persons_command_stops_both_calls_of_the_batch_which_are_asked_again(
    model: Model, two_slots: tuple[EmbeddedServer, Path]
) -> None:
    threads = [threading.Thread(target=_ask, args=(model, one, "all of them?", 60)) for one in ("cat", "dan")]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    ask_reading(model, "no ghosts", timeout_seconds=120, home=two_slots[1])
    done_by_then = [row.outcome for row in model._calls.rows]
    for thread in threads:
        thread.join()
    assert sorted(done_by_then) == ["ModelPutOff", "ModelPutOff", "ok"]
    assert [_rows(model, one)[-1].outcome for one in ("cat", "dan")] == ["ok", "ok"]


def test_what_all_slots_hold_can_be_cleared(model: Model) -> None:
    _at_once(lambda: _ask(model, "eve", "which?"), lambda: _ask(model, "fay", "which?"))
    model.forget()
    _at_once(lambda: _ask(model, "eve", "which now?"), lambda: _ask(model, "fay", "which now?"))
    assert all(_rows(model, one)[-1].tokens_reused < 40 for one in ("eve", "fay"))
