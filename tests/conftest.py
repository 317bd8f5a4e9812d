"""What all tests share: a closed network and a home of their own."""

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest_plugins = ["tests.fixtures_demo", "tests.fixtures_llama"]
# A busy machine is no fault of a property; and a gate gives the same verdict for the same code. By hand, look further.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile("gate" if os.environ.get("CI", "").lower() in ("1", "true") else "search")
REAL_CONNECT = socket.socket.connect


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket
    host = str(address[0])
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests reach servers on loopback alone; anything else is a fault of the test."""

    def connect(self: socket.socket, address: Any) -> Any:
        if not _is_local(address):
            raise OSError(f"the network is shut in tests; something tried to reach {address!r}")
        return REAL_CONNECT(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's own stores or settings."""
    for name in [name for name in os.environ if name.startswith("INTENTLY_") and not name.startswith("INTENTLY_TEST")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("INTENTLY_HOME", str(home))
    return home


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true")


def miss(what: str) -> None:
    """Skip for a missing program, naming it; with CI=true it is a failure."""
    if in_ci():
        pytest.fail(f"{what} is missing, and CI=true")
    pytest.skip(f"{what} is missing")
