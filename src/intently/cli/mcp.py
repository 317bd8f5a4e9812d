"""The verb for agents: mcp."""

import sys
from typing import Annotated

import typer

from intently.cli.shown import HomeOption, StoreOption, open_engine

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    app.command()(mcp)


def mcp(
    store: StoreOption = "films",
    user: Annotated[
        str | None,
        typer.Option("--user", help="Whose feed it is, over stdio; or put that person's key in INTENTLY_KEY."),
    ] = None,
    http: Annotated[
        int | None, typer.Option("--http", min=0, max=65535, help="Serve HTTP on this port of loopback; keys decide.")
    ] = None,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Forbid the language model; the exact grammar answers.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Offer one person's feed to an agent (Model Context Protocol): over stdio, or over HTTP on loopback."""
    from intently.errors import BadRequest
    from intently.serve.mcp import make_server, person_of_stdio, run_http

    if http is not None and user is not None:
        raise BadRequest("over HTTP the bearer key says whose feed it is; leave --user out, or --http.")
    person = person_of_stdio(user) if http is None else ""
    with open_engine(store, home, model=not no_model) as engine:
        if http is None:
            make_server(engine, lambda ctx: person, model=not no_model).run("stdio")
        else:
            run_http(engine, engine.config, http, model=not no_model, ready=_say_address)


def _say_address(url: str) -> None:
    print(f"intently offers a feed at {url}  (stop: Ctrl-C)", file=sys.stderr, flush=True)
