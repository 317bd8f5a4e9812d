"""A small ground by construction: films whose right answers are known, and the demo films imported once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intently.config import Config, load_config
from intently.evaluate.commands.case import Ground
from intently.evaluate.commands.grounds import Prepared, open_ground, prepare_ground


@pytest.fixture(scope="session")
def ground_config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return load_config(home=tmp_path_factory.mktemp("grounds"), language={"enabled": False})


@pytest.fixture(scope="session")
def prepared(ground_config: Config) -> Prepared:
    """The demo films, imported without the events of the targets."""
    return prepare_ground("demo-movies", None, ground_config)


@pytest.fixture(scope="session")
def ground(prepared: Prepared, ground_config: Config) -> Iterator[Ground]:
    with open_ground(prepared, ground_config) as opened:
        yield opened


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"
