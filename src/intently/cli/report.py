"""Reports over all people: how far they are understood, and what they want that the catalogue does not have."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from intently.cli.shown import HomeOption, JsonOption, StoreOption, open_engine, print_json

if TYPE_CHECKING:
    from intently.understand.census import Spread

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Reports over all people.", no_args_is_help=True)
    group.command("understood")(understood)
    group.command("unmet")(unmet)
    app.add_typer(group, name="report")


def understood(store: StoreOption = "films", json_out: JsonOption = False, home: HomeOption = None) -> None:
    """How many people are understood, by which pipelines, how many are due, and how much there is of a person."""
    with open_engine(store, home, model=False) as engine:
        census = engine.census()
        days = engine.config.understand.refresh_days
    if json_out:
        print_json(asdict(census))
        return
    by = ", ".join(f"{people:,} by {pipeline}" for pipeline, people in census.pipelines.items())
    typer.echo(f"{census.people:,} people are understood{f': {by}' if by else ''}")
    if not census.people:
        return
    typer.echo(f"{census.due:,} of them {days:g} days ago or more, and due at the next batch")
    listed = "" if census.listed is None else f"; {census.listed:.0%} of them shared by others"
    found = "" if census.found is None else f"; {census.found:.0%} of them find an item"
    typer.echo(f"interests  {_told(census.interests)}{listed}")
    typer.echo(f"personas   {_told(census.personas)}")
    typer.echo(f"tags       {_told(census.tags)}{found}")


def _told(spread: "Spread") -> str:
    return f"{spread.mean:.1f} a person, {spread.least} to {spread.most}, median {spread.median:g}"


def unmet(
    store: StoreOption = "films",
    least_people: Annotated[int, typer.Option("--least-people", min=1, help="Leave out wants of fewer people.")] = 1,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What people want and the catalogue does not have: tags without a good item, most people first."""
    with open_engine(store, home, model=False) as engine:
        found = engine.unmet(least_people=least_people)[:limit]
        if json_out:
            print_json({"unmet": [asdict(one) for one in found]})
            return
        if not found:
            typer.echo("every tag of everybody finds an item; or nobody was understood yet: intently understand")
        for one in found:
            more = f"; also: {', '.join(one.wordings[1:4])}" if len(one.wordings) > 1 else ""
            typer.echo(f"{one.people:4d} people  {one.text}  (nearest item {one.best_similarity:.2f}{more})")
