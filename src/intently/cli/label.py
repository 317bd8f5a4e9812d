"""Verbs about people's labels: draw a round, hand it out and take it in as files, see how far it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intently.cli.shown import HomeOption, JsonOption, StoreOption, open_engine, print_json

if TYPE_CHECKING:
    from intently.judge.agreement import Figure
    from intently.judge.repetition import Repetition
    from intently.judge.systems import Systems

__all__ = ["register"]

Batch = Annotated[str | None, typer.Option("--batch", help="Only this round.")]
Task = Annotated[str | None, typer.Option("--task", help="Only this task: pair, tag, reason, item or slate.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="People's labels: what a judge is measured by.", no_args_is_help=True)
    for verb in (draw, export, status, agreement, milestone, buffer):
        group.command()(verb)
    group.command("import")(import_)
    app.add_typer(group, name="label")


def draw(
    batch: Annotated[str, typer.Argument(help="A name for the round, for example 2026-11.")],
    task: Annotated[str, typer.Option("--task", help="What is judged; pair: two feeds of a person.")] = "pair",
    sample: Annotated[int, typer.Option("--sample", min=1, help="How many people or outputs.")] = 50,
    raters: Annotated[int, typer.Option("--raters", min=1, max=100, help="People wanted for each.")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    store: StoreOption = "films",
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Draw a round of labelling; people find it at /label of the running server."""
    with open_engine(store, home, model=False) as engine:
        new = engine.labelling.draw(batch, task, sample, raters=raters, seed=seed)
    if json_out:
        print_json({"batch": batch, "task": task, "new": new})
    else:
        typer.echo(
            f"{new:,} new subjects in {batch}, task {task}; rate them at /label (intently serve --store {store})"
        )


def export(
    out: Annotated[Path, typer.Argument(help="Where the JSON lines go; - writes them to stdout.")],
    batch: Batch = None,
    task: Task = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="For raters elsewhere: without systems, people and labels.")
    ] = False,
    store: StoreOption = "films",
    home: HomeOption = None,
) -> None:
    """Write subjects and labels as JSON lines."""
    with open_engine(store, home, model=False) as engine:
        text = "".join(line + "\n" for line in engine.labelling.export(batch, task, blind=blind))
    if str(out) == "-":
        typer.echo(text, nl=False)
        return
    partial = out.with_name(out.name + ".partial")
    partial.write_text(text, "utf-8")
    partial.replace(out)
    typer.echo(f"{text.count(chr(10)) - 1:,} lines written to {out}", err=True)


def import_(
    file: Annotated[Path, typer.Argument(help="JSON lines as `label export` writes them.")],
    store: StoreOption = "films",
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Read subjects and labels; the newest word of a rater counts, and a file read twice changes nothing."""
    from intently.errors import DataError

    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: cannot be read ({error}). Pass a file of JSON lines in UTF-8.") from error
    with open_engine(store, home, model=False) as engine:
        subjects, labels = engine.labelling.import_lines(lines, str(file))
    if json_out:
        print_json({"subjects": subjects, "labels": labels})
    else:
        typer.echo(f"{subjects:,} subjects and {labels:,} labels are new")


def status(store: StoreOption = "films", json_out: JsonOption = False, home: HomeOption = None) -> None:
    """How far each round is."""
    with open_engine(store, home, model=False) as engine:
        rounds = engine.labelling.rounds("")
    if json_out:
        print_json([{"batch": one.batch, "task": one.task, "subjects": one.progress.subjects,
                     "given": one.progress.given, "wanted": one.progress.whole, "raters": one.progress.raters}
                    for one in rounds])  # fmt: skip
        return
    if not rounds:
        typer.echo("no round was drawn yet; try: intently label draw 2026-11 --sample 20 --raters 3")
    for one in rounds:
        told = one.progress
        typer.echo(f"{one.batch}  {one.task}  {told.subjects:,} subjects, {told.given:,} of {told.whole:,} wanted "
                   f"answers, {told.raters} raters")  # fmt: skip


def agreement(
    task: Annotated[str, typer.Option("--task", help="Which task's questions.")] = "pair",
    batch: Batch = None,
    store: StoreOption = "films",
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """How far people agree among each other, question by question; nothing that a model said is in it.

    Then a row for each system: the share of its outputs that people pass as a whole, and that pass every criterion,
    beside the judge that judged last, and whether people and judge put the systems in one order (Kendall's tau). Of
    pairs, how often the feeds of either side repeat themselves where all raters agree, and the difference.
    """
    from intently.cli.shown import without_nan

    with open_engine(store, home, model=False) as engine:
        found, systems = engine.labelling.people(task, batch), engine.labelling.systems(task, batch)
        repetition = engine.labelling.repetition(task, batch)
    if json_out:
        print_json(without_nan({"questions": found, "systems": systems, "repetition": repetition}))
        return
    for one in found:
        ends = one.alpha
        told = "not defined" if ends.value != ends.value else f"{ends.value:.2f} [{ends.low:.2f}, {ends.high:.2f}]"
        most = ", ".join(f"{answer} {count}" for answer, count in one.values.items())
        apart = f"; {one.by_model:,} of models, not counted" if one.by_model else ""
        typer.echo(f"{one.criterion}: {one.subjects:,} subjects by {one.raters} people ({most}); {one.unanimous:,} of "
                   f"{one.twice:,} unanimous; alpha {told}{apart}")  # fmt: skip
    if systems is not None and (systems.rows or systems.unnamed):
        _print_systems(systems)
    for measured in repetition:
        typer.echo(_repetition_text(measured))


def _repetition_text(one: "Repetition") -> str:
    """ "repetition anywhere, 12 of 20 pairs on which all of 3 raters agree: served 42% [20%, 64%], varied …"."""
    where = "repetition anywhere" if one.measure == "anywhere" else "repetition among the first four items"
    if not one.pairs:
        return f"{where}: no pair on which all raters, two at least, agree ({one.answered:,} that so many could tell)"
    raters = f"{one.fewest}" if one.fewest == one.most else f"{one.fewest} to {one.most}"
    (first, second), apart = one.arms, one.difference
    return (
        f"{where}, {one.pairs:,} of {one.answered:,} pairs on which all of {raters} raters agree: {first} "
        f"{_percent(one.first)}, {second} {_percent(one.second)}; {first} minus {second} "
        f"{100 * apart.value:+.0f} points [{100 * apart.low:+.0f}, {100 * apart.high:+.0f}]"
    )


def _percent(figure: "Figure") -> str:
    return f"{figure.value:.0%} [{figure.low:.0%}, {figure.high:.0%}]"


def _print_systems(systems: "Systems") -> None:
    for one in systems.rows:
        judge = f"mean score {one.judge:.2f} of {one.judged:,} by {systems.judge}" if one.judged else "none judged"
        graded = f", who pass {_percent(one.people)}" if one.labelled else ""
        every = f"{one.whole:,} labelled by every criterion"
        every += f", of which {_percent(one.accepted)} pass them all" if one.whole else ""
        typer.echo(f"made by {one.system}: {one.labelled:,} graded by people{graded}; {every}; {judge}")
    ends = systems.tau
    told = f"{ends.value:.2f} [{ends.low:.2f}, {ends.high:.2f}]" if not systems.why else f"not defined: {systems.why}"
    typer.echo(f"order of systems, people's and the judge's: tau {told}")


def milestone(
    batch: Annotated[str, typer.Argument(help="The round of this milestone, labelled by people.")],
    task: Annotated[str, typer.Option("--task", help="What is judged: tag, reason or slate.")] = "tag",
    against: Annotated[
        list[str] | None, typer.Option("--against", help="A round of the calibration; default all others. Repeatable.")
    ] = None,
    criterion: Annotated[str, typer.Option("--criterion", help="By which they are compared.")] = "overall",
    judge: Annotated[str, typer.Option("--judge", help="agentic or one-shot.")] = "agentic",
    version: Annotated[
        str | None, typer.Option("--version", help="The judge's; default that which judged last.")
    ] = None,
    before: Annotated[
        str | None, typer.Option("--before", help="The judge's version at calibration; default the same.")
    ] = None,
    store: StoreOption = "films",
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Warn when judge and people have parted since the calibration: then it ends with an error.

    Agreement on a round beside that on the rounds before; or, with --before, of a judge beside its earlier version, on
    the same outputs where both judged them. Asks no model: have the round judged first (intently judge --batch).
    """
    from intently.cli.shown import without_nan
    from intently.engine.milestones import Asked
    from intently.errors import Refused

    asked = Asked(task, batch, tuple(against or ()), criterion, judge, version, before)
    with open_engine(store, home, model=False) as engine:
        found = engine.labelling.milestone(asked)
    if json_out:
        print_json(without_nan(found))
    if found.milestone.parted:
        raise Refused(found.milestone.text)
    if not json_out:
        typer.echo(found.milestone.text)


def buffer(
    out: Annotated[Path, typer.Argument(help="Where the samples go, as JSON lines.")],
    task: Annotated[str, typer.Option("--task", help="Which task.")],
    reward: Annotated[bool, typer.Option("--reward", help="Ranked groups for a reward model instead.")] = False,
    negatives: Annotated[
        bool, typer.Option("--shuffled", help="Add negatives: texts under the facts of others.")
    ] = False,
    decay: Annotated[float, typer.Option("--decay", min=0, max=1, help="Share of a round by the one after it.")] = 0.5,
    most: Annotated[float, typer.Option("--most", min=1, help="A class may have so many times the rarest.")] = 1.0,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    store: StoreOption = "films",
    home: HomeOption = None,
) -> None:
    """Write people's labels as training samples of a judge, rare answers whole, common ones cut, the newest first.

    With --reward, the outputs of one request by rank, all of them: by people, and in groups of their own by the judge.
    """
    from intently.judge.buffer import judge_lines
    from intently.judge.reward import reward_lines

    with open_engine(store, home, model=False) as engine:
        if reward:
            lines = list(reward_lines(engine.labelling.graded(task)))
        else:
            found = engine.labelling.samples(task, decay=decay, most=most, seed=seed, negatives=negatives)
            lines = list(judge_lines(found))
    partial = out.with_name(out.name + ".partial")
    partial.write_text("".join(line + "\n" for line in lines), "utf-8")
    partial.replace(out)
    typer.echo(f"{len(lines) - 1:,} lines written to {out}", err=True)
