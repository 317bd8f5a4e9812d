"""The verb that lets the language model name what people like: of one, of some, of everybody."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from intently.cli.shown import HomeOption, JsonOption, StoreOption, print_json

if TYPE_CHECKING:
    from intently.engine import Engine
    from intently.engine.population import Plan
    from intently.language.budget import Budget
    from intently.understand import BatchReport, Standing

__all__ = ["register"]

LINE_SECONDS = 10.0  # between two lines of progress where there is no terminal
FAULTS_SHOWN = 5


def register(app: typer.Typer) -> None:
    app.command()(understand)


def understand(
    people: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Whom; ids of people.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody with enough history.")] = False,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="So many of them, drawn by the seed.")] = None,
    order: Annotated[str, typer.Option("--order", help="Who comes first: gain, recent or history.")] = "gain",
    tokens: Annotated[int | None, typer.Option("--tokens", min=1, help="Stop before more than these are used.")] = None,
    money: Annotated[float | None, typer.Option("--money", min=0, help="Stop before more than this is spent.")] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", min=0, help="Begin no call after this.")] = None,
    in_flight: Annotated[int | None, typer.Option("--in-flight", min=1, help="Calls at once.")] = None,
    seed: int = 0,
    store: StoreOption = "films",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask after the cost is announced.")] = False,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Let the language model name people's interests and what they will want; says first what it costs.

    What has not changed since the last time is not asked again. A run that was killed, or stopped by its budget, goes
    on when it is run again. Ends with 1 when anybody failed, with 130 after Ctrl-C, else with 0.
    """
    from intently.config import load_config
    from intently.engine import Engine
    from intently.language.budget import Budget

    chosen = _chosen(people, everybody, sample, order)
    config = load_config(home=home, language={"in_flight": in_flight} if in_flight else {})
    with Engine(store, config=config) as engine:
        plan = engine.population.plan(chosen, sample=sample, order=order, seed=seed)  # type: ignore[arg-type]
        typer.echo(str(plan), err=True)
        if not yes and sys.stdin.isatty() and plan.estimate.calls:
            typer.confirm("go on?", abort=True, err=True)
        budget = Budget(tokens, money, None if minutes is None else 60 * minutes)
        if chosen is not None and len(chosen) == 1:
            _one(engine, plan, budget, json_out)
        else:
            _many(engine, plan, budget, json_out)


def _chosen(people: list[str] | None, everybody: bool, sample: int | None, order: str) -> list[str] | None:
    """The ids that were named, or None for everybody. Raises BadRequest for what does not go together."""
    from intently.errors import BadRequest
    from intently.understand import Order

    if order not in get_args(Order):
        raise BadRequest(f"--order is {order!r}; it may be {', '.join(get_args(Order))}")
    if bool(people) == (everybody or sample is not None):
        raise BadRequest("say whom to understand: some ids, or --all, or --sample N of everybody")
    return people or None


def _one(engine: "Engine", plan: "Plan", budget: "Budget", json_out: bool) -> None:
    """One person: the steps as they come, and what was found."""
    understanding = engine.understander.understand(
        plan.user_ids[0], lambda step: typer.echo(step.text, err=True), as_of=plan.as_of, budget=budget
    )
    if json_out:
        print_json(understanding)
        return
    for interest in understanding.interests:
        typer.echo(f"interest  {interest.text}  ({len(interest.evidence)} events)  {interest.reason}")
    for tag in understanding.tags:
        typer.echo(f"tag       {tag.text}  ({tag.found} items, best {tag.best_similarity:.2f})")


def _many(engine: "Engine", plan: "Plan", budget: "Budget", json_out: bool) -> None:
    with _progress(budget, len(plan.user_ids)) as tell:
        report = engine.population.run(plan, budget, tell)
    if json_out:
        print_json(_as_json(plan, report, budget))
    else:
        _print_report(report, budget)
    if report.failed:
        raise typer.Exit(1)
    if report.by_hand:
        raise typer.Exit(130)


@contextmanager
def _progress(budget: "Budget", people: int) -> Iterator[Callable[["Standing"], None]]:
    """How far it is: a bar on a terminal, else a line now and then; on standard error."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(budget)
        return
    from rich.progress import BarColumn, Progress, TextColumn

    columns = TextColumn("{task.completed:,} of {task.total:,} people"), BarColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("begins", total=people)
        yield lambda standing: bar.update(task, completed=standing.ended, description=_said(standing, budget))


def _lines(budget: "Budget") -> Callable[["Standing"], None]:
    last = time.monotonic()

    def tell(standing: "Standing") -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_SECONDS or standing.ended == standing.of:
            last = time.monotonic()
            typer.echo(f"{standing.ended:,} of {standing.of:,} people, {_said(standing, budget)}", err=True)

    return tell


def _said(standing: "Standing", budget: "Budget") -> str:
    """Failures, speed, and what is left at this pace."""
    spent = budget.spent
    failed = f"{standing.failed:,} failed, " if standing.failed else ""
    rest = spent.seconds / standing.ended * (standing.of - standing.ended) if standing.ended else None
    left = "" if rest is None else f", about {rest / 60:,.0f} min left" if rest >= 90 else f", about {rest:,.0f} s left"
    return f"{failed}{spent.speed:,.0f} tokens/s{left}"


def _print_report(report: "BatchReport", budget: "Budget") -> None:
    spent = budget.spent
    counts = {"understood": report.done, "unchanged": report.unchanged, "with too little history": report.thin,
              "failed": report.failed}  # fmt: skip
    said = ", ".join(f"{len(users):,} {word}" for word, users in counts.items() if users) or "nobody"
    typer.echo(f"{said}; {report.left:,} left" if report.left else said)
    reused = f"{spent.tokens_reused:,} more were read already"
    money = f", {spent.money:.4f} in money" if spent.money else ""
    typer.echo(
        f"{spent.calls:,} calls, {spent.tokens_new:,} tokens in ({reused}) and {spent.tokens_out:,} out in "
        f"{spent.seconds:,.0f} s: {spent.speed:,.0f} tokens/s{money}"
    )
    if report.stopped:
        typer.echo(f"stopped: {report.stopped}", err=True)
    for user_id in report.failed[:FAULTS_SHOWN]:
        typer.echo(f"failed: {user_id}: {report.faults[user_id]}", err=True)
    if len(report.failed) > FAULTS_SHOWN:
        typer.echo(f"failed: and {len(report.failed) - FAULTS_SHOWN:,} more; --json lists all", err=True)


def _as_json(plan: "Plan", report: "BatchReport", budget: "Budget") -> dict[str, Any]:
    return {
        "people": len(plan.user_ids), "as_of": plan.as_of, "understood": report.done, "unchanged": report.unchanged,
        "thin": report.thin, "failed": dict(report.faults), "left": report.left, "stopped": report.stopped,
        "estimate": plan.estimate, "spent": budget.spent,
    }  # fmt: skip
