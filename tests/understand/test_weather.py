"""The weather from a real server on loopback and from files: bounded, of its own address alone, never a guess."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.config import EnvironmentConfig
from intently.errors import DataError, FetchError
from intently.understand.environment import Surroundings
from intently.understand.environment.observation import read_observations
from intently.understand.environment.weather import Weather
from tests.understand.worlds import snapshot, spec

NOW = datetime(2026, 11, 25, 21, tzinfo=UTC)
RAIN = {"time": "2026-11-25T20:30:00Z", "text": "light rain", "celsius": 8.14}


class Station(BaseHTTPRequestHandler):
    """Answers by path, and keeps who was asked."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        path = self.path.split("?")[0]
        if path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/now")
            self.end_headers()
            return
        self.send_response(500 if path == "/broken" else 200)
        self.end_headers()
        with suppress(ConnectionError):  # who waits no longer hangs up
            for _ in range(40 if path == "/slow" else 0):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)
            self.wfile.write(b" " * 300_000 if path == "/endless" else json.dumps(RAIN).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def station() -> Iterator[str]:
    Station.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Station)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def weather(place: str, **settings: Any) -> Weather:
    config = EnvironmentConfig(weather=place, **settings)
    return Weather(Surroundings(spec(), config, None, snapshot))  # type: ignore[arg-type]


def test_an_address_tells_the_weather_with_its_time_and_without_its_secrets(station):
    cue = weather(f"{station}/now?key=s3cret").cues(NOW)[0]
    assert (cue.kind, cue.text, cue.time) == ("weather", "light rain, 8 °C", datetime(2026, 11, 25, 20, 30, tzinfo=UTC))
    assert cue.source == station.rsplit(":", 1)[0] + "/now"
    assert "s3cret" not in cue.model_dump_json()


def test_two_who_ask_within_ten_minutes_fetch_once_and_hear_the_same_fault(station):
    good, bad = weather(f"{station}/now"), weather(f"{station}/broken")
    assert good.cues(NOW) == good.cues(NOW)
    for _ in range(2):
        with pytest.raises(FetchError, match="answers 500"):
            bad.cues(NOW)
    assert Station.asked == ["/now", "/broken"]


@pytest.mark.parametrize(
    ("path", "fault"),
    [("/moved", "answers 302"), ("/broken", "answers 500"), ("/endless", "more than 256 KB"), ("/slow", "too slowly")],
)
def test_an_answer_that_is_moved_broken_endless_or_slow_is_a_fault_and_no_cue(station, path, fault):
    began = time.monotonic()
    with pytest.raises(FetchError, match=fault):
        weather(station + path, weather_timeout_seconds=0.4).cues(NOW)
    assert time.monotonic() - began < 1.5
    assert Station.asked == [path]  # a redirection is not followed


def test_nothing_that_listens_is_a_fault_that_does_not_tell_the_key():
    with pytest.raises(FetchError, match="cannot be read") as caught:
        weather("http://user:pass@127.0.0.1:9/now?key=s3cret").cues(NOW)
    assert "s3cret" not in str(caught.value)
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/"])
def test_only_http_and_https_are_asked(address):
    with pytest.raises(DataError, match="http or https"):
        weather(address).cues(NOW)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[object], str]:
    def write(body: object) -> str:
        path = tmp_path / "weather.json"
        path.write_text(json.dumps(body), "utf-8")
        return str(path)

    return write


def test_a_file_of_past_observations_tells_the_newest_before_the_moment(written):
    hours = [{"time": (NOW + timedelta(hours=h)).isoformat(), "text": f"{h}"} for h in (-9, -3, -1, 1)]
    provider = weather(written(hours))
    assert [cue.text for cue in provider.cues(NOW)] == ["-1"]
    assert [cue.text for cue in provider.cues(NOW - timedelta(hours=2))] == ["-3"]
    assert provider.cues(NOW - timedelta(hours=10)) == ()  # nothing was known yet
    assert provider.cues(NOW + timedelta(hours=8)) == ()  # what is seven hours old says nothing of now


def test_the_answer_of_an_open_weather_service_is_read_by_its_code_and_its_offset(written):
    current = {"time": "2026-11-25T21:30", "interval": 900, "temperature_2m": -0.4, "weather_code": 73}
    cue = weather(written({"latitude": 52.5, "utc_offset_seconds": 3600, "current": current})).cues(NOW)[0]
    assert (cue.text, cue.time) == ("snow, -0 °C", datetime(2026, 11, 25, 20, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    "body",
    [{}, [], 7, {"time": "2026-11-25T20:30Z"}, {"text": "rain"}, {"time": "noon", "text": "rain"},
     {"time": "2026-11-25T20:30Z", "text": "rain", "celsius": 900}, {"current": {"time": "2026-11-25T20:30"}},
     {"current": {"time": "2026-11-25T20:30", "weather_code": 12}}],
)  # fmt: skip
def test_what_holds_no_observation_tells_nothing(written, body):
    provider = weather(written(body))
    if body == []:
        assert provider.cues(NOW) == ()
        return
    with pytest.raises(DataError, match="no observation of the weather"):
        provider.cues(NOW)


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text(), lambda j: st.lists(j)).map(lambda j: json.dumps(j).encode())
)
def test_no_answer_breaks_the_reader(answer):
    try:
        found = read_observations(answer, "here")
    except DataError:
        return
    assert all(one.time.tzinfo is not None for one in found)
