"""Verbs that measure: evaluate feed, evaluate words."""

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


@evaluate_app.command("words")
def words(
    set_name: Annotated[
        str,
        typer.Option("--set", help="annotated, iard, redial, inspired, musicintent, fashioniq or recipempr."),
    ],
    data: Annotated[Path, typer.Option("--data", help="The folder that holds the sets' folders.")],
    reader: Annotated[
        str, typer.Option("--reader", help="grammar (no model), full (ours), or one-prompt (a plain parser).")
    ] = "grammar",
    turns: Annotated[Path | None, typer.Option("--turns", help="The file of annotated turns.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Read this many turns, drawn by the seed.")
    ] = None,
    budget_minutes: Annotated[
        float, typer.Option("--budget-minutes", help="Stop cleanly after this; run again to go on.")
    ] = 30,
    seed: int = 0,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the model's answers; default in the home.")
    ] = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """How well a parser reads what people really said: signs, types, titles, time, with intervals."""
    from rich.console import Console

    from intently.config import load_config
    from intently.evaluate.words.run import run_words_evaluation

    report = run_words_evaluation(
        set_name,
        data,
        reader=reader,
        config=load_config(home=home),
        limit=limit,
        budget_minutes=budget_minutes,
        seed=seed,
        turns_file=turns,
        out=out,
    )
    if json_out:
        print_json(report.json())
    else:
        Console().print(report.table())
