"""Verbs that measure: evaluate feed, retrieval, words, commands, trajectories, understanding, reasons, fulfilment,
judge."""

import sys
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from intently.cli.shown import HomeOption, JsonOption, print_json

__all__ = ["register"]

evaluate_app = typer.Typer(help="Measure the product; each verb makes one table of docs/results.", no_args_is_help=True)


BudgetOption = Annotated[float, typer.Option("--budget-minutes", help="Stop cleanly after this; run again to go on.")]
DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of the data sets that do not ship.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Folder of answers and partial results; default in the home.")
]
WriteOption = Annotated[Path | None, typer.Option("--write", help="Folder for Markdown tables, numbers and plots.")]
RowsOption = Annotated[
    str, typer.Option("--rows", help="Names of rows, with commas; default all that may run. An unknown one lists them.")
]


class Report(Protocol):
    """What an evaluation gives."""

    def json(self) -> dict[str, Any]: ...
    def table(self) -> Any:
        """For a terminal."""


def register(app: typer.Typer) -> None:
    app.add_typer(evaluate_app, name="evaluate")


def _names(rows: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in rows.split(",") if name.strip())


def _say(text: str) -> None:
    """What goes on, beside the result."""
    print(text, file=sys.stderr, flush=True)


def _show(report: Report, json_out: bool) -> None:
    from rich.console import Console

    if json_out:
        print_json(report.json())
    else:
        Console().print(report.table())


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
    _show(report, json_out)


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
        sets=tuple(set_name or ["demo-movies"]), rows=_names(rows),
        protocol=protocol, refit_days=refit_days, seed=seed, budget_minutes=budget_minutes, data=data,
        tower=tower, tag_towers=tag_towers, device=device, train_minutes=train_minutes or float("inf"),
    )  # fmt: skip
    folder = out or config.home / "cache" / "evaluate"
    if new_items:
        from intently.evaluate.retrieval.cold import run_new_items

        found = run_new_items(asked, folder, config, _say)
        if write is not None:
            found.write(write)
        _show(found, json_out)
        return
    report = run_retrieval_evaluation(asked, folder, config, _say)
    if write is not None:
        from intently.evaluate.retrieval.write import write_report

        write_report(report, write)
    _show(report, json_out)


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
    _show(report, json_out)


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
        rows=_names(rows), sessions=sessions, seed=seed, model=model,
        people=people, budget_minutes=budget_minutes, data=data,
    )  # fmt: skip
    folder = out or config.home / "cache" / "evaluate"
    report = run_commands_evaluation(asked, folder, config, _say)
    if write is not None:
        from intently.evaluate.commands.write import write_report

        write_report(report, write)
    _show(report, json_out)


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
        say=_say,
    )  # fmt: skip
    _show(report, json_out)


@evaluate_app.command("understanding")
def understanding(
    ground: Annotated[
        list[str] | None,
        typer.Option(
            "--ground",
            help="demo-movies (default), amazon-mini2023-books, amazon-mini2023-games or "
            "retail-completejourney; repeat for several.",
        ),
    ] = None,
    rows: RowsOption = "",
    people: Annotated[
        int | None,
        typer.Option("--people", min=1, help="Drawn of each ground; default all, 60 where a model is asked."),
    ] = None,
    seed: int = 0,
    model: Annotated[
        bool, typer.Option("--model/--no-model", help="Ask the language model; else answers that are kept must do.")
    ] = False,
    count: Annotated[
        bool, typer.Option("--count", help="Only count tokens, by the tokenizer, over 500 people; asks no model.")
    ] = False,
    data: DataOption = None,
    budget_minutes: BudgetOption = 60,
    out: OutOption = None,
    write: WriteOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What tags say of what people took next: HR@30 by category beside floors, recall, duplicates, tokens, seconds."""
    from intently.config import load_config
    from intently.evaluate.understanding.run import Asked, run_count, run_understanding_evaluation

    config = load_config(home=home)
    asked = Asked(
        grounds=tuple(ground or ["demo-movies"]), rows=_names(rows),
        people=people, seed=seed, model=model, budget_minutes=budget_minutes, data=data,
    )  # fmt: skip
    folder = out or config.home / "cache" / "evaluate"

    if count:
        tallies = run_count(asked, folder, config, _say)
        if json_out:
            print_json({"tallies": [tally.json() for tally in tallies]})
        for tally in () if json_out else tallies:
            _show(tally, json_out)
        return
    report = run_understanding_evaluation(asked, folder, config, _say)
    if write is not None:
        from intently.evaluate.understanding.write import write_report

        write_report(report, write)
    _show(report, json_out)


@evaluate_app.command("reasons")
def reasons(
    ground: Annotated[
        list[str] | None,
        typer.Option(
            "--ground", help="demo-movies (default), or a set of `evaluate understanding`; repeat for several."
        ),
    ] = None,
    rows: RowsOption = "",
    items: Annotated[int, typer.Option("--items", min=2, help="Items drawn, with five lines each.")] = 60,
    seed: int = 0,
    model: Annotated[
        bool, typer.Option("--model/--no-model", help="Ask the language model; else answers that are kept must do.")
    ] = False,
    audit: Annotated[
        Path | None, typer.Option("--audit", help="File for 100 lines of the last row with their evidence, to be read.")
    ] = None,
    data: DataOption = None,
    budget_minutes: BudgetOption = 60,
    out: OutOption = None,
    write: WriteOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Lines under items: diversity, support, fall-backs, deletion and cost of the template, V1 and V2."""
    from intently.config import load_config
    from intently.evaluate.reasons.rows import choose_rows
    from intently.evaluate.reasons.run import Asking, run_reasons_evaluation
    from intently.evaluate.reasons.write import write_audit, write_report

    config = load_config(home=home)
    asking = Asking(
        grounds=tuple(ground or ["demo-movies"]), rows=_names(rows), items=items, seed=seed, model=model,
        budget_minutes=budget_minutes, data=data,
    )  # fmt: skip
    report = run_reasons_evaluation(asking, out or config.home / "cache" / "evaluate", config, _say)
    if write is not None:
        write_report(report, write)
    if audit is not None:
        row = choose_rows(asking.rows)[-1]
        _say(f"{write_audit(report, row, audit)} lines of {row} to be read: {audit}")
    _show(report, json_out)


@evaluate_app.command("judge")
def judge(
    set_name: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="recipempr, abredial, morelikethis (default: these), explanations, explanations-annotators, uss, "
            "crsarena, or golden: known cheats and good references. Repeatable.",
        ),
    ] = None,
    rows: RowsOption = "",
    limit: Annotated[
        int | None, typer.Option("--limit", min=2, help="Groups or cases of each set; default the mapping's number.")
    ] = None,
    seed: int = 0,
    model: Annotated[
        bool, typer.Option("--model/--no-model", help="Rows that ask the language model too: one-shot, agentic.")
    ] = False,
    data: DataOption = None,
    budget_minutes: BudgetOption = 60,
    out: OutOption = None,
    write: WriteOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """How far judges agree with people's labels, beside floors: accuracy, F1, kappa, Kendall's tau, paired intervals.

    The budget is of each row of each set that asks the model; what was answered is kept, and the same command goes on.
    """
    from intently.config import load_config
    from intently.evaluate.judging.run import Asked, run_judge_evaluation

    config = load_config(home=home)
    asked = Asked(
        sets=tuple(set_name or ["recipempr", "abredial", "morelikethis"]), rows=_names(rows), seed=seed, limit=limit,
        model=model, budget_minutes=budget_minutes, data=data,
    )  # fmt: skip
    report = run_judge_evaluation(asked, out or config.home / "cache" / "evaluate", config, _say)
    if write is not None:
        from intently.evaluate.judging.write import write_report

        write_report(report, write)
    _show(report, json_out)
