"""The real encoder for tests: fetched once into a cache of the tests, or a skip that names it."""

import os
from functools import cache
from pathlib import Path

import pytest

from intently.catalog.encode import EncoderFiles, OnnxEncoder, encoder_files, fetch_encoder
from intently.errors import FetchError

__all__ = ["real_encoder", "real_encoder_files"]


def _folder() -> Path:
    return Path(os.environ.get("INTENTLY_TEST_CACHE") or Path.home() / ".cache" / "intently-tests")


@cache
def _found() -> "EncoderFiles | str":
    places = [_folder(), Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "intently" / "models"]
    for place in places:
        files = encoder_files(place)
        if files is not None:
            return files
    try:
        return fetch_encoder(_folder())
    except FetchError as error:
        return str(error)


def real_encoder_files() -> EncoderFiles:
    found = _found()
    if isinstance(found, str):
        pytest.skip(f"the encoder's files are missing: {found}")
    return found


@cache
def _loaded(files: EncoderFiles) -> OnnxEncoder:
    return OnnxEncoder(files)


def real_encoder() -> OnnxEncoder:
    return _loaded(real_encoder_files())
