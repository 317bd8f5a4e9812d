"""The commands of the README do what it says."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from intently.config import Config

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str, heading: str) -> list[str]:
    """The fenced blocks of a language under a heading."""
    section = README.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def test_your_own_shop_in_ten_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "src" / "intently" / "data" / "shop", tmp_path / "src" / "intently" / "data" / "shop")
    monkeypatch.setenv("INTENTLY_LANGUAGE_ENABLED", "false")
    said = ""
    for line in "".join(blocks("sh", "Your own shop in ten minutes")).splitlines():
        if " serve " in line:
            continue
        own = f"{shlex.quote(sys.executable)} -m intently"
        done = subprocess.run(
            line.replace(".venv/bin/intently", own),
            shell=True,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr[-1500:]}"
        said = done.stdout
    assert "under £5" in said
    assert re.search("^10 ", said, re.MULTILINE)


def test_the_python_of_the_readme_runs(
    demo_config: Callable[..., Config], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INTENTLY_HOME", str(demo_config("films").home))
    monkeypatch.setenv("INTENTLY_LANGUAGE_ENABLED", "false")
    (code,) = blocks("python", "From log to feed, a stage at a time")
    exec(compile(code, "README.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 10


def test_every_verb_of_the_readme_is_a_verb() -> None:
    from typer.testing import CliRunner

    from intently.cli import app

    (block,) = blocks("sh", "From log to feed, a stage at a time")[:1]
    for line in block.splitlines():
        verb = line.split()[1]
        assert CliRunner().invoke(app, [verb, "--help"]).exit_code == 0, line
