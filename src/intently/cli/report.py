"""Reports over all people: what they want that the catalogue does not have."""

from dataclasses import asdict
from typing import Annotated

import typer

from intently.cli.shown import HomeOption, JsonOption, StoreOption, open_engine, print_json

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Reports over all people.", no_args_is_help=True)
    group.command("unmet")(unmet)
    app.add_typer(group, name="report")


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
