"""Verbs that keep running: demo and serve."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from intently.cli.shown import HomeOption

__all__ = ["register"]

Host = Annotated[str | None, typer.Option("--host", help="Address to listen on; a public one needs keys.")]
Port = Annotated[int | None, typer.Option("--port", help="Port; default 8000.")]
NoModel = Annotated[bool, typer.Option("--no-model", help="Neither fetch nor start the language model.")]


def register(app: typer.Typer) -> None:
    app.command()(demo)
    app.command()(serve)


def demo(host: Host = None, port: Port = None, no_model: NoModel = False, home: HomeOption = None) -> None:
    """Import the demo films and the demo shop, and open the page."""
    from intently.engine.store import DEMO_STORES

    _serve(list(DEMO_STORES), host, port, no_model, home)


def serve(
    store: Annotated[list[str], typer.Option("--store", help="A store to serve; repeat for several.")],
    host: Host = None,
    port: Port = None,
    no_model: NoModel = False,
    home: HomeOption = None,
) -> None:
    """Serve the page and the HTTP API of your stores."""
    _serve(store, host, port, no_model, home)


def _serve(names: list[str], host: str | None, port: int | None, no_model: bool, home: Path | None) -> None:
    from intently.config import load_config
    from intently.engine import Engine, Services
    from intently.engine.store import ensure_demo
    from intently.serve import check_address, run_server

    address = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    language = {"enabled": False} if no_model else {}
    config = load_config(home=home, serve=address, language=language)
    check_address(config)
    for name in names:
        ensure_demo(config, name, lambda text: print(text, file=sys.stderr, flush=True))
    with Services(config) as services:
        engines = {name: Engine(name, config=config, services=services) for name in names}
        try:
            services.start()
            for engine in engines.values():
                engine.start_background()
            typer.echo(f"intently is at http://{config.serve.host}:{config.serve.port}  (stop: Ctrl-C)")
            run_server(engines, config)
        finally:
            for engine in engines.values():
                engine.close()
