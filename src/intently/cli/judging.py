"""The verb that judges what a store has made: tags, lines, slates."""

from typing import TYPE_CHECKING, Annotated

import typer

from intently.cli.shown import HomeOption, JsonOption, StoreOption, open_engine, print_json, without_nan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intently.engine.judged import JudgingReport
    from intently.judge.scores import Scores
    from intently.judge.trust import Trust

__all__ = ["register"]

STEP = 10  # judgements between two lines of progress


def register(app: typer.Typer) -> None:
    app.command()(judge)


def judge(
    task: Annotated[str, typer.Option("--task", help="What to judge: tag, reason or slate.")] = "tag",
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, help="So many outputs, drawn by the seed; 50, or a whole round.")
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option("--batch", help="What was drawn for this round of labelling, in place of what is stored."),
    ] = None,
    by: Annotated[str, typer.Option("--judge", help="agentic (a question a criterion) or one-shot.")] = "agentic",
    quotes: Annotated[bool, typer.Option("--quotes/--no-quotes", help="Have verdicts shown by a quote.")] = True,
    minutes: Annotated[
        float | None, typer.Option("--budget-minutes", min=0, help="Begin no question after this.")
    ] = None,
    tokens: Annotated[int | None, typer.Option("--tokens", min=1, help="Stop before more than these are used.")] = None,
    gate: Annotated[
        float | None, typer.Option("--gate", min=0, max=1, help="Fail unless this share passes (S or A), for certain.")
    ] = None,
    seed: int = 0,
    store: StoreOption = "films",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask after the cost is announced.")] = False,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Judge a sample of what is stored: S, A or B with intervals; says first what it costs.

    Where people have labelled enough of what this version of the judge has judged, every score comes with the band in
    which people's grade lies 9 times of 10 (with --json each output's), else with what is missing.

    What the same version of the judge has judged is not asked again, so the same command goes on where it stopped.
    """
    import sys

    from intently.engine.gating import check_labels, check_sample, pass_gate
    from intently.language.budget import Budget

    with open_engine(store, home) as engine:
        if gate is not None:
            check_labels(engine.store.journal, engine.labelling.questions(task), task)
        plan = engine.judging.plan(task, sample, judge=by, seed=seed, quotes=quotes, batch=batch)
        typer.echo(str(plan), err=True)
        if gate is not None:
            check_sample(plan)
        if not yes and sys.stdin.isatty() and plan.estimate.calls:
            typer.confirm("go on?", abort=True, err=True)
        budget = Budget(tokens, None, None if minutes is None else 60 * minutes)
        report = engine.judging.run(plan, budget, _tell)
        print_json(without_nan(report)) if json_out else _print(report)
        if gate is not None:
            asked = engine.labelling.questions(task)
            typer.echo(pass_gate(engine.store.journal, asked, plan, report, gate), err=True)


def _tell(done: int, of: int) -> None:
    if done % STEP == 0 or done == of:
        typer.echo(f"{done:,} of {of:,} judged", err=True)


def _print(report: "JudgingReport") -> None:
    ranks = ", ".join(f"{rank} {count}" for rank, count in report.ranks.items() if count)
    typer.echo(
        f"{report.task}, {report.judged:,} of {report.drawn:,} judged by {report.judge} {report.version}: {ranks}"
    )
    if report.judged > report.ranks["none"]:
        for name, figure in (("S or A", report.good), ("S", report.superior)):
            typer.echo(f"{name}: {figure.value:.0%} [{figure.low:.0%}, {figure.high:.0%}]")
    for criterion, grades in report.criteria.items():
        typer.echo(f"  {criterion}: " + ", ".join(f"{grade} {count}" for grade, count in grades.items()))
    for why, count in report.faults.items():
        typer.echo(f"  found {count} times: {why}")
    if report.task == "reason":
        typer.echo(f"  people called {sum(report.doubted.values()):,} of them wrong{_ranks_text(report.doubted)}")
    for one in report.trust:
        typer.echo(f"  score of {one.criterion}: {_trust_text(one)}")
        if one.scores.n:
            typer.echo(f"  {one.criterion}, judge and people on {one.scores.n:,} outputs: {_scores_text(one.scores)}")
    if report.stopped:
        typer.echo(f"stopped: {report.stopped}", err=True)


def _ranks_text(ranks: "Mapping[str, int]") -> str:
    """ "; the judge says of these: A 2, B 1"."""
    return (
        "; the judge says of these: " + ", ".join(f"{rank} {n}" for rank, n in sorted(ranks.items())) if ranks else ""
    )


def _scores_text(scores: "Scores") -> str:
    """ "accuracy 0.90 [0.82, 0.96], precision …": of what passes, and kappa of all answers."""
    figures = {"accuracy": scores.accuracy, "precision": scores.precision, "recall": scores.recall, "F1": scores.f1,
               "kappa": scores.kappa}  # fmt: skip
    return ", ".join(
        f"{name} {one.value:.2f} [{one.low:.2f}, {one.high:.2f}]" if one.value == one.value else f"{name} not defined"
        for name, one in figures.items()
    )


def _trust_text(one: "Trust") -> str:
    """ "people's grade lies within 0.50 of it …", or why nothing can be said."""
    if one.band is None:
        return f"no band: {one.why}"
    people = f"{one.band.labels:,} people's outputs labelled"
    told = f"people's grade lies within {one.band.half_width:.2f} of it {one.band.level:.0%} of the time ({people})"
    if one.band.says_nothing:
        told = f"people's grade may be any, it is too often far from theirs ({people})"
    mean = one.mean
    return (
        f"{told}; its mean {one.judged:.2f}, as people would grade {mean.value:.2f} [{mean.low:.2f}, {mean.high:.2f}]"
    )
