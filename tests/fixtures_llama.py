"""A real llama.cpp server for the tests that need one: found, never fetched, and one at a time on a machine."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from intently.config import LanguageConfig
from intently.language.local import EmbeddedServer
from intently.language.model import Model
from intently.language.wire import OpenAIWire

PLACES = (
    Path(os.environ.get("INTENTLY_HOME", "~/.local/share/intently")).expanduser() / "models",
    Path("~/.local/share/intently/models").expanduser(),
    Path("~/.cache/intently-tests").expanduser(),
)


def find_gguf() -> Path | None:
    """INTENTLY_TEST_GGUF, else any GGUF file of the model cache or the tests' cache; the smallest one."""
    given = os.environ.get("INTENTLY_TEST_GGUF")
    if given:
        return Path(given)
    found = [path for place in PLACES for path in place.glob("*.gguf")]
    return min(found, key=lambda path: path.stat().st_size, default=None)


@pytest.fixture(scope="session")
def gguf() -> Path:
    path = find_gguf()
    if path is None:
        pytest.skip("no GGUF file is here: set INTENTLY_TEST_GGUF, or run intently model get")
    return path


@pytest.fixture(scope="session")
def one_server() -> Iterator[None]:
    """Two servers on one small machine slow each other down to a standstill."""
    with open(Path(tempfile.gettempdir()) / "intently-llama.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def settings(gguf: Path) -> LanguageConfig:
    return LanguageConfig(file=str(gguf), context_tokens=4096)


@pytest.fixture(scope="module")
def server(
    one_server: None, settings: LanguageConfig, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(settings, tmp_path_factory.mktemp("home"), fetch=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def model(server: EmbeddedServer) -> Model:
    """A model with rows of its own on the module's server. Not closed: the server is shared."""
    model = Model(OpenAIWire(server.endpoint, server.status))
    assert model.wait_ready(120), model.status()
    return model
