"""Both demos, imported once for all workers of a run, and copied for whoever changes them."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intently.config import Config, load_config
from intently.engine import Engine
from intently.engine.store import demo_pack

IMPORT_SECONDS = 280


def _import(home: Path, store: str) -> None:
    command = [sys.executable, "-m", "intently", "import", str(demo_pack(store)), "--store", store, "--home", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=IMPORT_SECONDS, check=False)
    if done.returncode:
        pytest.fail(f"the import of {store} failed:\n{done.stderr[-2000:]}")


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A function: the home in which this demo was imported, by the program as people run it. Not to be written to."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "imported"

    def of(store: str) -> Path:
        shared.mkdir(exist_ok=True)
        with open(shared / f"{store}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (shared / store / "index" / "manifest.json").is_file():
                _import(shared, store)
        return shared

    return of


@pytest.fixture
def demo_config(imported: Callable[[str], Path], tmp_path: Path) -> Callable[..., Config]:
    """A function: settings of a home of this test's own, with copies of the named demos and no model."""

    def of(*stores: str) -> Config:
        home = tmp_path / "home"
        for store in stores:
            if not (home / store).exists():
                shutil.copytree(imported(store) / store, home / store)
        return load_config(home=home, language={"enabled": False})

    return of


@pytest.fixture
def films(demo_config: Callable[..., Config]) -> Iterator[Engine]:
    """The demo films, open, without a model."""
    with Engine("films", config=demo_config("films"), model=False) as engine:
        yield engine


@pytest.fixture
def shop(demo_config: Callable[..., Config]) -> Iterator[Engine]:
    """The demo shop, open, without a model."""
    with Engine("shop", config=demo_config("shop"), model=False) as engine:
        yield engine
