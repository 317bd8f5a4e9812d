"""Verbs about the memory: what steers a person's feed, its versions, single preferences, and what is only proposed."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from intently.cli.shown import (
    HomeOption,
    JsonOption,
    StoreOption,
    UserOption,
    open_engine,
    print_json,
    print_memory,
    print_notices,
)

if TYPE_CHECKING:
    from intently.engine import MemoryView

__all__ = ["register"]

CLIENT = "cli"
SeenOption = Annotated[
    int | None, typer.Option("--seen", min=0, help="The version you saw; refused when another one is in force.")
]
Lasting = Literal["next", "session", "tonight", "today", "week", "month", "always"]


def register(app: typer.Typer) -> None:
    for verb in (memory, commands, undo, restore, revise, drop, reset, proposals):
        app.command()(verb)


def memory(
    user: UserOption,
    store: StoreOption = "films",
    versions: Annotated[bool, typer.Option("--versions", help="List all versions instead.")] = False,
    number: Annotated[int | None, typer.Option("--version", min=1, help="Show this version instead.")] = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show what steers a person's feed."""
    with open_engine(store, home, model=False) as engine:
        if versions:
            print_json(engine.memory_versions(user, limit=1000))
        elif number is not None:
            _show(engine.memory_version(user, number, client=CLIENT), json_out)
        else:
            _show(engine.memory(user, client=CLIENT), json_out)


def commands(
    user: UserOption,
    store: StoreOption = "films",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List what a person said, newest first: when, the sentence, what was read, the version and the feed it made."""
    with open_engine(store, home, model=False) as engine:
        rounds = engine.commands(user, limit=limit)
        if json_out:
            print_json(rounds)
            return
        for said in rounds:
            made = f"version {said.version}" if said.version is not None else "nothing changed for good"
            typer.echo(f"{said.time:%Y-%m-%d %H:%M:%S}  {said.client}  “{said.text}”  read by {said.by}: {made}")
            typer.echo(f"  typed under {said.feed_id}, answered by {said.next_feed_id}")


def undo(
    user: UserOption,
    store: StoreOption = "films",
    seen: SeenOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take the last change of the memory back."""
    with open_engine(store, home, model=False) as engine:
        _show(engine.undo(user, client=CLIENT, version=seen), json_out)


def restore(
    version: int,
    user: UserOption,
    store: StoreOption = "films",
    seen: SeenOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Bring an earlier version of the memory back."""
    with open_engine(store, home, model=False) as engine:
        _show(engine.restore(user, version, client=CLIENT, version=seen), json_out)


def revise(
    preference: str,
    user: UserOption,
    store: StoreOption = "films",
    scope: Annotated[Lasting | None, typer.Option(help="How long it holds.")] = None,
    strength: Annotated[Literal["must", "prefer"] | None, typer.Option(help="A filter, or a wish.")] = None,
    value: Annotated[float | None, typer.Option(help="The bound's new amount, in the facet's unit.")] = None,
    low: Annotated[float | None, typer.Option(help="Of a range, with --high.")] = None,
    high: Annotated[float | None, typer.Option(help="Of a range, with --low.")] = None,
    seen: SeenOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Change one preference, named by its id: how long it holds, how strongly, or where its bound lies."""
    if (low is None) != (high is None) or (value is not None and low is not None):
        raise typer.BadParameter("give --value, or --low and --high together")
    amount = {"low": low, "high": high} if low is not None and high is not None else value
    with open_engine(store, home, model=False) as engine:
        view = engine.revise(
            user, preference, scope=scope, strength=strength, value=amount, client=CLIENT, version=seen
        )
        _show(view, json_out)


def drop(
    preference: str,
    user: UserOption,
    store: StoreOption = "films",
    seen: SeenOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take one preference back, named by its id."""
    with open_engine(store, home, model=False) as engine:
        _show(engine.drop(user, preference, client=CLIENT, version=seen), json_out)


def reset(
    user: UserOption,
    store: StoreOption = "films",
    seen: SeenOption = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Forget everything that steers a person's feed; `undo` brings it back."""
    with open_engine(store, home, model=False) as engine:
        _show(engine.reset(user, client=CLIENT, version=seen), json_out)


def proposals(
    user: UserOption,
    store: StoreOption = "films",
    accept: Annotated[str | None, typer.Option(help="Put this one in force, always.")] = None,
    dismiss: Annotated[str | None, typer.Option(help="Do not propose this one again.")] = None,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show what behaviour suggests; nothing of it is in force before it is accepted."""
    if accept is not None and dismiss is not None:
        raise typer.BadParameter("give --accept or --dismiss, not both")
    with open_engine(store, home, model=False) as engine:
        if accept is not None:
            _show(engine.accept(user, accept, client=CLIENT), json_out)
            return
        if dismiss is not None:
            engine.dismiss(user, dismiss, client=CLIENT)
        found = engine.proposals(user, client=CLIENT)
        if json_out:
            print_json({"proposals": found})
            return
        for proposal in found:
            typer.echo(f"{proposal.proposal_id}  {proposal.text}  {proposal.why}")
        if not found:
            typer.echo("nothing is proposed", err=True)


def _show(view: "MemoryView", json_out: bool) -> None:
    if json_out:
        print_json({"version": view.version, "memory": view.preferences})
    else:
        print_memory(view.preferences, view.version)
    print_notices(view.notices)
