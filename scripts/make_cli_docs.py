"""Writes docs/cli.md from the command line itself; a test checks that the file is what this makes.

Run: python scripts/make_cli_docs.py
"""

from collections.abc import Iterator
from pathlib import Path

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from intently.cli import app

TARGET = Path(__file__).parents[1] / "docs" / "cli.md"


def commands(group: TyperGroup, prefix: str) -> Iterator[tuple[str, TyperCommand]]:
    """Every verb with its whole name, in the order of --help."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{prefix} {name}")
        elif isinstance(command, TyperCommand):
            yield f"{prefix} {name}", command


def page() -> str:
    """The whole page as Markdown."""
    lines = ["# The command line", "", "Made from the program by `python scripts/make_cli_docs.py`.", ""]
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    for name, command in commands(root, "intently"):
        lines += [f"## `{usage(name, command)}`", "", (command.help or "").strip(), ""]
        lines += options(command)
    return "\n".join(lines).rstrip() + "\n"


def usage(name: str, command: TyperCommand) -> str:
    arguments = [param for param in command.params if isinstance(param, TyperArgument)]
    shown = [str(param.name).upper() if param.required else f"[{str(param.name).upper()}]" for param in arguments]
    return " ".join([name, *shown])


def options(command: TyperCommand) -> list[str]:
    found = [param for param in command.params if isinstance(param, TyperOption) and not param.hidden]
    if not found:
        return []
    rows = ["| option | default | meaning |", "|---|---|---|"]
    for option in found:
        default = "required" if option.required else "" if option.default in (None, False) else f"`{option.default}`"
        rows.append(f"| `{', '.join(option.opts)}` | {default} | {(option.help or '').replace('|', '/')} |")
    return [*rows, ""]


if __name__ == "__main__":
    TARGET.write_text(page(), "utf-8")
