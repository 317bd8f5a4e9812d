"""Verbs about models: model get, model status, model path."""

from pathlib import Path
from typing import Annotated

import typer

from intently.cli.shown import HomeOption, JsonOption, print_json

__all__ = ["register"]

model_app = typer.Typer(help="The language model and the text encoder.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(model_app, name="model")


@model_app.command("get")
def get(
    file: Annotated[Path | None, typer.Option("--file", help="A GGUF that you have; it is checked and copied.")] = None,
    home: HomeOption = None,
) -> None:
    """Fetch the language model (1.1 GB) and the text encoder (21 MB); a broken download goes on where it stopped."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    from intently.config import load_config
    from intently.engine.services import fetch_encoder_into, fetch_model_into

    config = load_config(home=home)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        for name, fetch in (("text encoder", fetch_encoder_into), ("language model", fetch_model_into)):
            task = bar.add_task(name, total=None)

            def progress(done: int, total: int, task: object = task) -> None:
                bar.update(task, completed=done, total=total)  # type: ignore[arg-type]

            path = fetch(config, progress, file) if name == "language model" else fetch(config, progress, None)
            bar.update(task, description=f"{name}: {path}")


@model_app.command("status")
def status(json_out: JsonOption = False, home: HomeOption = None) -> None:
    """Say which models are there and whether a model server is running."""
    from intently.config import load_config
    from intently.engine.services import describe_models

    described = describe_models(load_config(home=home))
    if json_out:
        print_json(described)
    else:
        for name, text in described.items():
            typer.echo(f"{name}: {text}")
