"""Verbs about a catalogue: init, import, stores."""

import threading
from pathlib import Path
from typing import Annotated

import typer

from intently.cli.shown import HomeOption, print_json

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    app.command()(init)
    app.command("import")(import_)
    app.command()(stores)


def init(
    items: Annotated[Path, typer.Argument(help="Items: CSV, JSON lines or Parquet, .gz too.")],
    events: Annotated[Path | None, typer.Argument(help="Events: what people did, in the same formats.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the draft goes.")] = Path("catalog.toml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Draft the catalogue's TOML from your files, with its doubts as comments."""
    from intently.catalog.draft import draft_spec
    from intently.errors import BadRequest

    if out.exists() and not force:
        raise BadRequest(f"{out} is there already. Name another file with --out, or pass --force.")
    out.write_text(draft_spec(items, events, out.parent), "utf-8")
    typer.echo(
        f"drafted {out}. Read its comments, mend what is wrong, then: intently import {out} --store NAME", err=True
    )


def import_(
    catalog: Annotated[Path, typer.Argument(help="The catalogue's TOML; file names in it are relative to it.")],
    store: Annotated[str, typer.Option("--store", help="Name of the store to make or to bring up to date.")],
    drop_bad_rows: Annotated[bool, typer.Option("--drop-bad-rows", help="Skip bad rows and count them.")] = False,
    json_out: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    die_with_parent: Annotated[bool, typer.Option("--die-with-parent", hidden=True)] = False,
    home: HomeOption = None,
) -> None:
    """Read items and events into a store and build its indexes. Run it again after a kill: nothing is doubled."""
    if die_with_parent:
        threading.Thread(target=_die_with_parent, daemon=True).start()
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from intently.catalog.load import LoadReport
    from intently.config import load_config
    from intently.engine import prepare_store
    from intently.engine.store import import_store

    config = load_config(home=home)
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"{store}: reading")
        done = import_store(
            config, store, catalog, drop_bad_rows=drop_bad_rows,
            progress=lambda what, rows: bar.update(task, description=f"{store}: {rows:,} {what}"),
        )  # fmt: skip
        bar.update(task, description=f"{store}: building indexes")
        prepare_store(config, store)
    events = done.events or LoadReport()
    dropped = done.items.dropped + events.dropped
    for problem in [*done.items.problems, *events.problems][:20]:
        typer.echo(f"dropped: {problem}", err=True)
    if json_out:
        counts = {"items": done.items.kept, "events": events.kept, "new_events": done.new_events, "dropped": dropped}
        print_json({"store": store, **counts, "already_imported": done.repeated, "shift_weeks": done.shift_weeks})
    elif done.repeated:
        typer.echo(f"{store}: these files were imported before; nothing to do")
    else:
        shifted = f"; times moved {done.shift_weeks} weeks towards today" if done.shift_weeks else ""
        counted = f", {events.kept:,} events" if done.events else ""
        left_out = f", {dropped:,} rows dropped" if dropped else ""
        typer.echo(f"{store}: {done.items.kept:,} items{counted}{left_out}{shifted}")


def stores(json_out: Annotated[bool, typer.Option("--json")] = False, home: HomeOption = None) -> None:
    """List the stores of this home."""
    from intently.config import load_config
    from intently.engine.store import stores as list_stores

    names = list_stores(load_config(home=home))
    if json_out:
        print_json({"stores": names})
    else:
        typer.echo("\n".join(names) if names else "no stores yet; try: intently demo")


def _die_with_parent() -> None:
    import os

    # Not through sys.stdin: its lock, held by a thread, would be a fatal error when the interpreter ends.
    while os.read(0, 65536):
        pass
    os._exit(3)
