"""The verb that writes lines for people's interests and the items that suit them."""

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from intently.cli.shown import HomeOption, JsonOption, StoreOption, print_json

if TYPE_CHECKING:
    from intently.engine.production import LinePlan
    from intently.journal import ReasonRow
    from intently.language.budget import Budget
    from intently.understand import BatchReport, Standing

__all__ = ["register"]

LINE_SECONDS = 10.0  # between two lines of progress
FAULTS_SHOWN = 5


def register(app: typer.Typer) -> None:
    app.command()(reason)


def reason(
    people: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Whose interests; ids of people.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody who was understood.")] = False,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="So many of them, drawn by the seed.")] = None,
    items: Annotated[int, typer.Option("--items", min=1, max=200, help="Items for each interest, at most.")] = 10,
    budget_minutes: Annotated[float | None, typer.Option("--budget-minutes", help="Begin no call after this.")] = None,
    tokens: Annotated[int | None, typer.Option("--tokens", min=1, help="Stop before more than these are used.")] = None,
    money: Annotated[float | None, typer.Option("--money", min=0, help="Stop before more than this is spent.")] = None,
    seed: int = 0,
    store: StoreOption = "films",
    plan_only: Annotated[bool, typer.Option("--plan", help="Only say what it would cost.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask after the cost is announced.")] = False,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Let the language model write why items suit people's interests; says first what it costs.

    Run `intently understand` before it. Lines that hold and were made from the same are not asked for again; a run that
    was killed, or stopped by its budget, goes on when it is run again. Ends with 1 when a line failed, with 130 after
    Ctrl-C, else with 0.
    """
    from intently.config import load_config
    from intently.engine import Engine
    from intently.errors import BadRequest
    from intently.language.budget import Budget

    if bool(people) == (everybody or sample is not None):
        raise BadRequest("say whose lines to write: some ids, or --all, or --sample N of everybody")
    with Engine(store, config=load_config(home=home)) as engine:
        plan = engine.production.plan(people or None, sample=sample, items=items, seed=seed)
        typer.echo(str(plan), err=True)
        if plan_only or not plan.jobs:
            return
        if not yes and sys.stdin.isatty():
            typer.confirm("go on?", abort=True, err=True)
        budget = Budget(tokens, money, None if budget_minutes is None else 60 * budget_minutes)
        written: list[ReasonRow] = []
        report = engine.production.run(plan, budget, _telling(budget), written.append)
    _print(plan, report, written, budget, json_out)
    if report.failed:
        raise typer.Exit(1)
    if report.by_hand:
        raise typer.Exit(130)


def _telling(budget: "Budget") -> Any:
    last = time.monotonic()

    def tell(standing: "Standing") -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_SECONDS or standing.ended == standing.of:
            last = time.monotonic()
            speed = budget.spent.speed
            typer.echo(f"{standing.ended:,} of {standing.of:,} lines, {speed:,.0f} tokens/s", err=True)

    return tell


def _print(
    plan: "LinePlan", report: "BatchReport", written: "list[ReasonRow]", budget: "Budget", json_out: bool
) -> None:
    spent = budget.spent
    empty = sum(not row.body["text"] for row in written)
    if json_out:
        print_json({
            "lines": [{"item_id": row.item_id, **row.body} for row in written], "left": report.left,
            "failed": dict(report.faults), "stopped": report.stopped, "estimate": plan.estimate, "spent": spent,
        })  # fmt: skip
        return
    for row in written:
        typer.echo(f"{row.item_id}  {row.body['text'] or '(the template)'}  [{row.body['interest']}]")
    rate = f", {60 * len(written) / spent.seconds:,.1f} a minute" if spent.seconds and written else ""
    typer.echo(
        f"{len(written):,} lines{rate}; of {empty:,} nothing stood; {spent.calls:,} calls, "
        f"{spent.tokens_new:,} tokens in ({spent.tokens_reused:,} more were read already) and {spent.tokens_out:,} out "
        f"in {spent.seconds:,.0f} s"
    )
    if report.stopped:
        typer.echo(f"stopped: {report.stopped}", err=True)
    for name in report.failed[:FAULTS_SHOWN]:
        typer.echo(f"failed: {name}: {report.faults[name]}", err=True)
