"""Verbs that measure the feed and its commands: evaluate feed, retrieval, words, commands, trajectories, fulfilment."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from intently.cli.evaluating import (
    BudgetOption,
    DataOption,
    OutOption,
    RowsOption,
    WriteOption,
    evaluate_app,
    names_of,
    say,
    show,
)
from intently.cli.shown import HomeOption, JsonOption

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    app.add_typer(evaluate_app, name="evaluate")


@evaluate_app.command("feed")
def feed(
    store: Annotated[str, typer.Option("--store", help="A demo: films or shop.")] = "films",
    protocol: Annotated[str, typer.Option("--protocol", help="time, llo or both.")] = "both",
    budget_minutes: BudgetOption = 30,
    seed: int = 0,
    out: OutOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Popularity, item-kNN, semantic and the fused feed, with intervals (SEMANTICS 7)."""
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
    show(report, json_out)


@evaluate_app.command("retrieval")
def retrieval(
    set_name: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="demo-movies (default), demo-shop, or a set in --data; an unknown name lists all. Repeatable.",
        ),
    ] = None,
    rows: RowsOption = "",
    protocol: Annotated[str, typer.Option("--protocol", help="llo, time or both.")] = "both",
    refit_days: Annotated[
        float | None,
        typer.Option(
            "--refit-days", min=0.1, help="TIME: a model is made anew after so many days of the log; default the set's."
        ),
    ] = None,
    tower: Annotated[
        Path | None, typer.Option("--tower", help="Settings of the sequence towers (TOML); default the set's own.")
    ] = None,
    tag_towers: Annotated[
        Path | None,
        typer.Option("--tag-towers", help="Settings of the user, item and tag towers (TOML); default the set's own."),
    ] = None,
    device: Annotated[str, typer.Option("--device", help="Where they are trained: cpu or cuda.")] = "cpu",
    train_minutes: Annotated[
        float, typer.Option("--train-minutes", min=0, help="Of each training, then its best epoch is taken; 0: no end.")
    ] = 0,
    people: Annotated[
        int | None,
        typer.Option(
            "--people",
            min=1,
            help="Drawn of each set, for rows with V2's tags among those of whom such can be made; weights are then "
            "learnt on these. Default all.",
        ),
    ] = None,
    model: Annotated[
        bool,
        typer.Option(
            "--model/--no-model",
            help="Ask the language model for the tags of the rows tags-v2, fused-v2 and fused-all-v2 (LLO); else "
            "answers that are kept must do.",
        ),
    ] = False,
    new_items: Annotated[
        bool,
        typer.Option("--new-items", help="Instead: how many items that nobody took yet the towers find (LLO)."),
    ] = False,
    seed: int = 0,
    data: DataOption = None,
    budget_minutes: BudgetOption = 60,
    out: OutOption = None,
    write: WriteOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Retrieval models and their fusion on people's next item, LLO and TIME apart: what is found, and what is shown."""
    from intently.config import load_config
    from intently.evaluate.retrieval.run import Asked, run_retrieval_evaluation

    config = load_config(home=home)
    asked = Asked(
        sets=tuple(set_name or ["demo-movies"]), rows=names_of(rows),
        protocol=protocol, refit_days=refit_days, seed=seed, budget_minutes=budget_minutes, data=data,
        tower=tower, tag_towers=tag_towers, device=device, train_minutes=train_minutes or float("inf"),
        people=people, model=model,
    )  # fmt: skip
    folder = out or config.home / "cache" / "evaluate"
    if new_items:
        from intently.evaluate.retrieval.cold import run_new_items

        found = run_new_items(asked, folder, config, say)
        if write is not None:
            found.write(write)
        show(found, json_out)
        return
    report = run_retrieval_evaluation(asked, folder, config, say)
    if write is not None:
        from intently.evaluate.retrieval.write import write_report

        write_report(report, write)
    show(report, json_out)


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
    label: Annotated[
        list[str] | None, typer.Option("--label", help="Only turns with one of these labels (iard), such as CRI-A.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Read this many turns, drawn by the seed.")
    ] = None,
    budget_minutes: BudgetOption = 30,
    seed: int = 0,
    out: OutOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """How well a parser reads what people really said: signs, types, titles, time, with intervals."""
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
        labels=tuple(label or ()),
        out=out,
    )
    show(report, json_out)


@evaluate_app.command("commands")
def commands(
    ground: Annotated[
        list[str] | None, typer.Option("--ground", help="demo-movies (default), movies-ml100k or amazon-beauty2023.")
    ] = None,
    scenario: Annotated[list[str] | None, typer.Option("--scenario", help="SR, MR or MRID; default all.")] = None,
    rows: RowsOption = "",
    sessions: Annotated[int, typer.Option("--sessions", min=1, help="Of each scenario and ground.")] = 500,
    seed: int = 0,
    model: Annotated[bool, typer.Option("--model/--no-model", help="Rows that ask the language model too.")] = False,
    people: Annotated[str, typer.Option("--people", help="Who plays them: rules, or model (with --model).")] = "rules",
    data: DataOption = None,
    budget_minutes: BudgetOption = 60,
    out: OutOption = None,
    write: WriteOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Simulated people who steer a feed by sentences, through ours, its ablations, baselines and ceilings."""
    from intently.config import load_config
    from intently.evaluate.commands.run import SCENARIOS, Asked, run_commands_evaluation

    config = load_config(home=home)
    asked = Asked(
        grounds=tuple(ground or ["demo-movies"]), scenarios=tuple(scenario or SCENARIOS),  # type: ignore[arg-type]
        rows=names_of(rows), sessions=sessions, seed=seed, model=model,
        people=people, budget_minutes=budget_minutes, data=data,
    )  # fmt: skip
    folder = out or config.home / "cache" / "evaluate"
    report = run_commands_evaluation(asked, folder, config, say)
    if write is not None:
        from intently.evaluate.commands.write import write_report

        write_report(report, write)
    show(report, json_out)


@evaluate_app.command("trajectories")
def trajectories(
    file: Annotated[Path, typer.Argument(help="A file of `intently evaluate commands`: one session a line.")],
    outcome: Annotated[
        str, typer.Option("--outcome", help="passed, failed, empty, violated, stale, unread or valid.")
    ] = "valid",
    split: Annotated[str, typer.Option("--split", help="visible or hidden templates; default both.")] = "",
) -> None:
    """Print the sessions with one outcome, one JSON object a line."""
    import json

    from intently.evaluate.commands.play import session_json
    from intently.evaluate.commands.trajectories import filter_sessions, read_sessions

    for session in filter_sessions(read_sessions(file), outcome, split):
        typer.echo(json.dumps(session_json(session), ensure_ascii=False))


@evaluate_app.command("fulfilment")
def fulfilment(
    trajectories: Annotated[
        Path, typer.Option("--trajectories", help="A file of `intently evaluate commands`: one session a line.")
    ],
    sheet: Annotated[
        Path | None, typer.Option("--sheet", help="Write an empty sheet for people's labels (CSV) and stop.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", help="A filled sheet: the model's agreement with it is measured.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Ask the model about this many (item, wish) pairs, drawn by the seed.")
    ] = 120,
    budget_minutes: BudgetOption = 30,
    seed: int = 0,
    data: DataOption = None,
    out: OutOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Do slates fulfil what was asked? Code and the language model judge; their agreement with people stands beside."""
    from intently.config import load_config
    from intently.evaluate.commands.fulfilment import export_sheet, played_from, run_fulfilment
    from intently.judge.sheet import read_labels

    known = read_labels(labels) if labels else {}
    played = played_from(trajectories, data=data, limit=limit, seed=seed, labels=known)
    if sheet is not None:
        print(f"{export_sheet(played, sheet, seed)} pairs to label in {sheet}", file=sys.stderr)
        return
    report = run_fulfilment(
        played, config=load_config(home=home), labels=known, budget_minutes=budget_minutes, seed=seed, out=out,
        say=say,
    )  # fmt: skip
    show(report, json_out)
