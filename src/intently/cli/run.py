"""Verbs that keep running: demo and serve."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intently.cli.shown import HomeOption

if TYPE_CHECKING:
    pass

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
    """Listen first; each store is imported and opened behind the page, which says so meanwhile."""
    from intently.config import load_config
    from intently.engine import Engine, Services
    from intently.engine.store import check_store_name, ensure_demo
    from intently.serve import run_server

    address = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    config = load_config(home=home, serve=address, language={"enabled": False} if no_model else {})
    opened: list[Engine] = []
    one_import = threading.Lock()  # the first store is there sooner when the others wait for it
    with Services(config, fetch=True) as services:

        def opener(name: str) -> Callable[[], Engine]:
            def open_one() -> Engine:
                with one_import:
                    ensure_demo(config, name, lambda text: print(text, file=sys.stderr, flush=True))
                    engine = Engine(name, config=config, services=services)
                    opened.append(engine)
                engine.start_background()
                services.start()  # a fetch of a gigabyte waits until there is a feed
                return engine

            return open_one

        try:
            run_server({check_store_name(name): opener(name) for name in names}, config, _say_address)
        finally:
            for engine in opened:
                engine.close()


def _say_address(address: str) -> None:
    typer.echo(f"intently is at {address}  (stop: Ctrl-C)")
    sys.stdout.flush()
