"""Verbs about what was inferred of a person: how it came about, and what is not them."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from intently.cli.shown import HomeOption, JsonOption, StoreOption, UserOption, open_engine, print_json

if TYPE_CHECKING:
    from rich.tree import Tree

    from intently.engine import Disowned, Inferred, Strand, Want
    from intently.nouns import Cue

__all__ = ["register"]

CLIENT = "cli"
EVENTS_SHOWN = 6  # of one strand
Person = Annotated[str, typer.Argument(help="The person's id.")]
Kind = Annotated[Literal["interest", "persona", "tag"], typer.Argument(help="What it is.")]


def register(app: typer.Typer) -> None:
    for verb in (show, disown, reclaim):
        app.command()(verb)


def show(
    person: Person,
    store: StoreOption = "films",
    ids: Annotated[bool, typer.Option("--ids", help="Show ids too, as `disown` takes them.")] = False,
    call: Annotated[str | None, typer.Option(help="Show what the model was told and answered in this call.")] = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show how it was inferred what a person likes: from events to interests, personas, tags and items."""
    with open_engine(store, home, model=False) as engine:
        if call is not None:
            text = engine.call_text(person, call)
            print_json(text) if json_out else typer.echo(f"{text.history or text.missing}\n\n{text.answer}")
            return
        inferred = engine.inferred(person, client=CLIENT)
        print_json(inferred) if json_out else _print(inferred, ids)


def disown(
    kind: Kind,
    inferred_id: Annotated[str, typer.Argument(help="Its id, as `show --ids` gives it.")],
    user: UserOption,
    store: StoreOption = "films",
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Say that an interest, persona or tag is not this person: it goes at once and does not come back."""
    with open_engine(store, home, model=False) as engine:
        _print_disowned(engine.disown(user, kind, inferred_id), json_out)


def reclaim(
    disowned_id: Annotated[str, typer.Argument(help="Its id, as `show` gives it.")],
    user: UserOption,
    store: StoreOption = "films",
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take back what `disown` said."""
    with open_engine(store, home, model=False) as engine:
        _print_disowned(engine.reclaim(user, disowned_id), json_out)


def _print_disowned(disowned: "tuple[Disowned, ...]", json_out: bool) -> None:
    if json_out:
        print_json(disowned)
        return
    for one in disowned:
        typer.echo(f"{one.disowned_id}  not them: {one.text}")


def _print(inferred: "Inferred", ids: bool) -> None:
    from rich.console import Console

    console = Console()
    if inferred.time is None:
        console.print("Nothing was inferred about this person yet. Ask for it: intently understand", markup=False)
    else:
        console.print(_tree(inferred, ids))
        _print_calls(console, inferred)
    for heading, lines in _rest(inferred):
        console.print(f"\n{heading}", style="bold", markup=False)
        for line in lines:
            console.print(f"  {line}", style="dim", markup=False, highlight=False)


def _tree(inferred: "Inferred", ids: bool) -> "Tree":
    """One branch a strand: what it rests on, then the tags and the items that they find."""
    from rich.text import Text
    from rich.tree import Tree

    root = Tree(Text(f"{inferred.user_id}, as of {inferred.time:%Y-%m-%d %H:%M} UTC, by {inferred.pipeline}", "bold"))
    for strand in inferred.strands:
        labels = (f"  {', '.join(strand.labels)}" if strand.labels else "", "dim")
        name = Text.assemble((f"{strand.kind} ", "dim"), (strand.text, "bold cyan"), _id(strand.strand_id, ids), labels)
        branch = root.add(name)
        _add_grounds(branch, strand)
        for want in strand.wants:
            _add_want(branch, want, ids)
    for want in inferred.wants:
        _add_want(root, want, ids, why=True)
    return root


def _add_grounds(branch: "Tree", strand: "Strand") -> None:
    from rich.text import Text

    for did in strand.did[:EVENTS_SHOWN]:
        value = "" if did.value is None else f" {did.value:g}"
        branch.add(Text(f"{did.time:%Y-%m-%d} {did.kind}{value}  {did.title or did.item_id}", "dim"))
    if len(strand.did) > EVENTS_SHOWN:
        branch.add(Text(f"and {len(strand.did) - EVENTS_SHOWN} more events", "dim"))
    for cue in strand.cues:
        branch.add(Text(_cue(cue), "dim"))


def _cue(cue: "Cue") -> str:
    detail = f": {cue.detail}" if cue.detail else ""
    return f"{cue.kind}: {cue.text}{detail} ({cue.source}, {cue.time:%Y-%m-%d})"


def _add_want(branch: "Tree", want: "Want", ids: bool, *, why: bool = False) -> None:
    """why: told, where no strand above the tag tells it."""
    from rich.text import Text

    finds = f"  finds {want.found}, nearest {want.best_similarity:.2f}" if want.items else ""
    leaf = branch.add(Text.assemble(("tag ", "dim"), (want.text, "green"), _id(want.tag_id, ids), (finds, "dim")))
    if why and want.why:
        leaf.add(Text(f"from {want.why}", "dim"))
    for item in want.items:
        near = "" if item.similarity is None else f"{item.similarity:.2f}  "
        place = f"  now number {item.position}: {item.reason}" if item.position is not None else ""
        leaf.add(Text(f"{near}{item.title}{place}"))


def _id(text: str, shown: bool) -> tuple[str, str]:
    return (f"  {text}", "yellow") if shown else ("", "")


def _print_calls(console: "object", inferred: "Inferred") -> None:
    from rich.console import Console
    from rich.table import Table

    assert isinstance(console, Console)
    table = Table(box=None, pad_edge=False, header_style="dim", title="calls of the model", title_justify="left")
    for name in ("call", "prompt", "version", "new", "reused", "out", "seconds"):
        table.add_column(name, justify="right" if name in ("new", "reused", "out", "seconds") else "left")
    for call in inferred.asked:
        tokens = (call.tokens_new, call.tokens_reused, call.tokens_out)
        table.add_row(call.call_hash[:16], call.prompt, call.prompt_version, *map(str, tokens), f"{call.seconds:.1f}")
    if inferred.asked:
        console.print()
        console.print(table)


def _rest(inferred: "Inferred") -> list[tuple[str, list[str]]]:
    parts = [
        ("the moment", [_cue(cue) for cue in inferred.cues]),
        ("left out", [f"{one.stage}: {one.text}" for one in inferred.left]),
        ("not them", [f"{one.disowned_id}  {one.text} ({one.time:%Y-%m-%d})" for one in inferred.disowned]),
        ("failed since", [f"{one.time:%Y-%m-%d %H:%M} {one.stage}: {one.message}" for one in inferred.faults]),
    ]
    return [(heading, lines) for heading, lines in parts if lines]
