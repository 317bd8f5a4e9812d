"""The weather, from an address or a file that the settings name: the newest observation before the moment.

Where it is fetched from is nobody's to choose but the operator's: http and https only, no redirection followed, one
deadline for the body, at most 256 KB of it. An answer, or a fault, holds for ten minutes. A file may hold years of
observations, so that a moment long past has its weather too.
"""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from intently.errors import DataError, FetchError
from intently.nouns import Cue
from intently.understand.environment.observation import Observation, read_observations
from intently.understand.environment.surroundings import Surroundings

__all__ = ["Weather", "fetch_answer"]

KEPT_SECONDS = 600.0
MOST_BYTES = 256 * 1024
MOST_FILE_BYTES = 16 * 1024**2  # a file may hold the observations of years
BLOCK = 16 * 1024


class Weather:
    name = "weather"

    def __init__(self, around: Surroundings) -> None:
        self._config = around.config
        self._lock = threading.Lock()
        self._until = float("-inf")  # of the monotonic clock: what is kept holds until then
        self._kept: tuple[Observation, ...] | DataError | FetchError = ()

    def cues(self, as_of: datetime) -> Sequence[Cue]:
        """The newest observation not later than `as_of` and not older than `weather_hours`. Raises DataError or
        FetchError where nothing can be read."""
        if not self._config.weather:
            return ()
        oldest = as_of - timedelta(hours=self._config.weather_hours)
        fitting = [one for one in self._observations() if oldest <= one.time <= as_of]
        if not fitting:
            return ()
        now = max(fitting, key=lambda one: one.time)
        cue_id = f"weather-{now.time:%Y-%m-%dT%H:%M}"
        return (Cue(cue_id=cue_id, kind="weather", text=now.words(), time=now.time, source=self._source()),)

    def _observations(self) -> tuple[Observation, ...]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._kept = self._read()
                self._until = time.monotonic() + KEPT_SECONDS
            if isinstance(self._kept, Exception):
                raise self._kept
            return self._kept

    def _read(self) -> tuple[Observation, ...] | DataError | FetchError:
        place = self._config.weather
        try:
            if "://" in place:
                answer = fetch_answer(place, self._config.weather_timeout_seconds)
            else:
                answer = _read_file(Path(place).expanduser())
            return read_observations(answer, self._source())
        except (DataError, FetchError) as error:
            return error

    def _source(self) -> str:
        place = self._config.weather
        return _public(place) if "://" in place else Path(place).name


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Another address than that of the settings is not asked: the redirection stays a fault."""


def fetch_answer(address: str, timeout_seconds: float) -> bytes:
    """The body at an http or https address. Raises DataError for another kind of address, FetchError for the rest."""
    if urlsplit(address).scheme not in ("http", "https"):
        raise DataError(f"`environment.weather` is {_public(address)!r}; give an http or https address, or a file")
    deadline = time.monotonic() + timeout_seconds
    asked = urllib.request.Request(address, headers={"User-Agent": "intently", "Accept": "application/json"})
    try:
        with urllib.request.build_opener(_NoRedirect).open(asked, timeout=timeout_seconds) as answer:
            return _all_of(answer, deadline)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise FetchError(f"{_public(address)} answers {error.code}; mend `environment.weather`, or wait") from error
    except (OSError, HTTPException, ValueError) as error:
        why = str(getattr(error, "reason", error)) or type(error).__name__
        raise FetchError(f"{_public(address)} cannot be read: {why}; mend `environment.weather`, or wait") from error


def _all_of(answer: Any, deadline: float) -> bytes:
    body = b""
    while block := answer.read1(BLOCK):
        body += block
        if len(body) > MOST_BYTES:
            raise ValueError(f"it sends more than {MOST_BYTES // 1024} KB")
        if time.monotonic() > deadline:
            raise TimeoutError("it sends too slowly")
    return body


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            body = stream.read(MOST_FILE_BYTES + 1)
    except OSError as error:
        raise FetchError(f"{path.name} cannot be read ({error.strerror}); mend `environment.weather`") from error
    if len(body) > MOST_FILE_BYTES:
        raise DataError(f"{path.name} has more than {MOST_FILE_BYTES // 1024**2} MB; keep the observations you need")
    return body


def _public(address: str) -> str:
    """The address without what may be secret in it: user, password, query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:160]
