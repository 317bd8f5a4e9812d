"""Which code made a number."""

import subprocess
from importlib.metadata import version
from pathlib import Path

__all__ = ["commit"]


def commit() -> str:
    """The commit of the checkout that runs, with "+" when its sources have changes; else the package's version."""
    git = ["git", "-C", str(Path(__file__).parent)]
    try:
        head = _output([*git, "rev-parse", "--short=12", "HEAD"])
        changed = _output([*git, "status", "--porcelain", "--", ".."])
    except (OSError, subprocess.CalledProcessError):
        return version("intently")
    return head + ("+" if changed else "")


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
