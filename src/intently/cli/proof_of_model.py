"""Verbs that measure what a language model makes and judges: evaluate understanding, reasons, judge."""

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
from intently.cli.shown import HomeOption, JsonOption, print_json

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """The group is there already (`proof`)."""
    evaluate_app.command()(understanding)
    evaluate_app.command()(reasons)
    evaluate_app.command()(judge)


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
        grounds=tuple(ground or ["demo-movies"]), rows=names_of(rows),
        people=people, seed=seed, model=model, budget_minutes=budget_minutes, data=data,
    )  # fmt: skip
    folder = out or config.home / "cache" / "evaluate"

    if count:
        tallies = run_count(asked, folder, config, say)
        if json_out:
            print_json({"tallies": [tally.json() for tally in tallies]})
        for tally in () if json_out else tallies:
            show(tally, json_out)
        return
    report = run_understanding_evaluation(asked, folder, config, say)
    if write is not None:
        from intently.evaluate.understanding.write import write_report

        write_report(report, write)
    show(report, json_out)


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
    judge: Annotated[
        bool, typer.Option("--judge", help="Have the lines of every row judged: by the model, uncalibrated.")
    ] = False,
    judge_minutes: Annotated[
        float, typer.Option("--judge-minutes", help="Stop judging a set after this; run again to go on.")
    ] = 60,
    data: DataOption = None,
    budget_minutes: BudgetOption = 60,
    out: OutOption = None,
    write: WriteOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Lines under items: diversity, support, fall-backs, deletion and cost of the template, V1 and V2.

    With --judge, the share of lines without a negative verdict too, overall and in each dimension.
    """
    from intently.config import load_config
    from intently.evaluate.reasons.rows import choose_rows
    from intently.evaluate.reasons.run import Asking, run_reasons_evaluation
    from intently.evaluate.reasons.write import write_audit, write_report

    config = load_config(home=home)
    asking = Asking(
        grounds=tuple(ground or ["demo-movies"]), rows=names_of(rows), items=items, seed=seed, model=model,
        budget_minutes=budget_minutes, judge=judge, judge_minutes=judge_minutes, data=data,
    )  # fmt: skip
    report = run_reasons_evaluation(asking, out or config.home / "cache" / "evaluate", config, say)
    if write is not None:
        write_report(report, write)
    if audit is not None:
        row = choose_rows(asking.rows)[-1]
        say(f"{write_audit(report, row, audit)} lines of {row} to be read: {audit}")
    show(report, json_out)


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
        sets=tuple(set_name or ["recipempr", "abredial", "morelikethis"]), rows=names_of(rows), seed=seed, limit=limit,
        model=model, budget_minutes=budget_minutes, data=data,
    )  # fmt: skip
    report = run_judge_evaluation(asked, out or config.home / "cache" / "evaluate", config, say)
    if write is not None:
        from intently.evaluate.judging.write import write_report

        write_report(report, write)
    show(report, json_out)
