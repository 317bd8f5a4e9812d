"""The verb that trains: learn."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from intently.cli.shown import HomeOption, JsonOption, StoreOption, print_json

if TYPE_CHECKING:
    from intently.config import Config

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    app.command()(learn)


def learn(
    store: StoreOption = "films",
    minutes: Annotated[float, typer.Option(min=0.01, help="Of training, then its best epoch is taken.")] = 15,
    seed: int = 0,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="Settings of the model (TOML); default what fits the data.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Only say which versions there are.")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Only let the version before serve again.")] = False,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Train the sequence model on a store's own log; it serves if it beats what serves on people's newest events.

    A run that was killed goes on when it is run again; a running server takes up what is published. Needs torch:
    pip install 'intently[train]'. Exit code 1: the gate refused it.
    """
    from intently.config import load_config

    config = load_config(home=home)
    if list_ or rollback:
        _show_versions(config, store, rollback, json_out)
        return
    from intently.learn.run import Asked, learn_tower
    from intently.learn.settings import read_settings

    asked = Asked(minutes, seed, read_settings(settings) if settings else None)
    learnt = learn_tower(config, store, asked, lambda text: print(text, file=sys.stderr, flush=True))
    if json_out:
        print_json({"version": learnt.version, "why": learnt.why, "gate": learnt.gate, "card": learnt.card})
    else:
        typer.echo(str(learnt))
    if learnt.version is None:
        raise typer.Exit(1)


def _show_versions(config: "Config", store: str, rollback: bool, json_out: bool) -> None:
    """The versions of a store's model and which one serves, after going back by one if that is asked for."""
    from intently.engine.store import open_store
    from intently.engine.towers import towers_folder
    from intently.retrieve.published import roll_back, serving, versions

    opened = open_store(config, store)
    folder = towers_folder(opened)
    opened.journal.close()
    if rollback:
        roll_back(folder)
    now = serving(folder)
    rows = [_row(folder, version, now is not None and version == now.version) for version in versions(folder)]
    if json_out:
        print_json({"serving": now.version if now else None, "versions": rows})
        return
    for row in rows:
        typer.echo(f"{'*' if row['serves'] else ' '} {row['version']:4}  {row['text']}")
    if now is None:
        typer.echo(f"no sequence model serves in {store}")


def _row(folder: Path, version: int, serves: bool) -> dict[str, Any]:
    from intently.errors import StoreError
    from intently.retrieve.published import open_version

    row: dict[str, Any] = {"version": version, "serves": serves, "gate": None}
    try:
        published = open_version(folder, version)
    except StoreError as error:
        return row | {"text": f"cannot be read: {error}"}
    gate, card = published.gate, published.card
    text = f"{gate.made}  {gate.numbers}; {card.epochs} epochs, seed {card.seed}"
    return row | {"gate": gate, "card": card, "text": text}
