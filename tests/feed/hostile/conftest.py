"""The hostile store, open, with the secrets of another person in it."""

from collections.abc import Iterator
from typing import Any

import pytest

from intently.config import Config
from intently.engine import Engine
from tests.feed.hostile.world import VICTIM, config_of, give_secrets


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return config_of(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def engine(config: Config) -> Iterator[Engine]:
    """Afterwards the memory and the data of the person with secrets must be what they were."""
    with Engine("tiny", config=config, model=False) as opened:
        give_secrets(opened)
        before = _kept(opened)
        yield opened
        assert _kept(opened) == before


def _kept(engine: Engine) -> dict[str, Any]:
    kept = engine.export(VICTIM)
    kept.pop("time")  # of the export
    return kept
