"""A real PostgreSQL server for tests: Debian's binaries, a throw-away folder, a unix socket, nothing on the network."""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 30.0
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class PostgresServer:
    folder: Path  # holds its socket
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        return f"postgresql://tester@/{database}?host={self.folder}"

    @contextmanager
    def database(self, template: str = "template0", options: str = "") -> Iterator[str]:
        """A new database for one test; gives its URL."""
        name = f"t{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} {options}")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)


def postgres_binaries() -> Path | None:
    """The newest of Debian's versions, else what is on PATH; None if there is no server."""
    debian = Path("/usr/lib/postgresql")
    versions = sorted((p for p in debian.glob("*/bin") if (p / "initdb").exists()), key=lambda p: float(p.parent.name))
    if versions:
        return versions[-1]
    found = shutil.which("initdb")
    return Path(os.path.realpath(found)).parent if found else None


@contextmanager
def running_postgres(binaries: Path) -> Iterator[PostgresServer]:
    """Start a server and stop it at the end; it dies with this process, whatever happens to that."""
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="intently-pg-"))
    if owner:
        shutil.chown(folder, owner["user"])
    data = str(folder / "data")
    made = [
        str(binaries / "initdb"),
        "-D",
        data,
        "-U",
        "tester",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    quick = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=32MB", "listen_addresses="]
    try:
        subprocess.run(made, check=True, capture_output=True, cwd="/", **owner)
        command = [str(binaries / "postgres"), "-D", data, "-k", str(folder)]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                command + [part for setting in quick for part in ("-c", setting)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", preexec_fn=_die_with_parent, **owner,
            ) as server,
        ):  # fmt: skip
            try:
                _wait(server, folder)
                yield PostgresServer(folder)
            finally:
                server.send_signal(signal.SIGINT)  # fast shutdown: open sessions are cut
                server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: give it to an unprivileged user then."""
    if os.geteuid() != 0:
        return {}
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return {"user": "postgres" if "postgres" in known else "nobody", "extra_groups": []}


def _die_with_parent() -> None:
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    url = PostgresServer(folder).url("postgres")
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}") from None
            time.sleep(0.05)
