"""Verbs that measure: evaluate feed."""

from pathlib import Path
from typing import Annotated

import typer

from intently.cli.shown import HomeOption, JsonOption, print_json

__all__ = ["register"]

evaluate_app = typer.Typer(help="Measure the product; each verb makes one table of docs/results.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(evaluate_app, name="evaluate")


@evaluate_app.command("feed")
def feed(
    store: Annotated[str, typer.Option("--store", help="A demo: films or shop.")] = "films",
    protocol: Annotated[str, typer.Option("--protocol", help="time, llo or both.")] = "both",
    budget_minutes: Annotated[
        float, typer.Option("--budget-minutes", help="Stop cleanly after this; run again to go on.")
    ] = 30,
    seed: int = 0,
    out: Annotated[Path | None, typer.Option("--out", help="Folder of partial results; default in the home.")] = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Popularity, item-kNN, semantic and the fused feed, with intervals (SEMANTICS 7)."""
    from rich.console import Console

    from intently.config import load_config
    from intently.evaluate.feed import run_feed_evaluation

    config = load_config(home=home)
    report = run_feed_evaluation(
        store,
        protocol=protocol,
        budget_minutes=budget_minutes,
        seed=seed,
        out=out or config.home / "cache" / "evaluate",
    )
    if json_out:
        print_json(report.json())
    else:
        Console().print(report.table())
