"""Writes docs/cli.md from the command line itself; a test checks that the file is what this makes.

Run: python scripts/make_cli_docs.py
"""

from collections.abc import Iterator
from pathlib import Path

import click
import typer.main

from intently.cli import app

TARGET = Path(__file__).parents[1] / "docs" / "cli.md"


def commands(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    """Every verb with its whole name, in the order of --help."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


def page() -> str:
    """The whole page as Markdown."""
    lines = ["# The command line", "", "Made from the program by `python scripts/make_cli_docs.py`.", ""]
    root = typer.main.get_command(app)
    assert isinstance(root, click.Group)
    for name, command in commands(root, "intently"):
        lines += [f"## `{usage(name, command)}`", "", (command.help or "").strip(), ""]
        lines += options(command)
    return "\n".join(lines).rstrip() + "\n"


def usage(name: str, command: click.Command) -> str:
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    shown = [param.human_readable_name if param.required else f"[{param.human_readable_name}]" for param in arguments]
    return " ".join([name, *shown])


def options(command: click.Command) -> list[str]:
    found = [param for param in command.params if isinstance(param, click.Option) and not param.hidden]
    if not found:
        return []
    rows = ["| option | default | meaning |", "|---|---|---|"]
    for option in found:
        default = "required" if option.required else "" if option.default in (None, False) else f"`{option.default}`"
        rows.append(f"| `{', '.join(option.opts)}` | {default} | {(option.help or '').replace('|', '/')} |")
    return [*rows, ""]


if __name__ == "__main__":
    TARGET.write_text(page(), "utf-8")
