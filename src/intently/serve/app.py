"""The app: pages and API over the engines of the stores, and the server that runs it.

`create_app` only puts together; `run_server` listens. One process and one worker: scoring and writing go through locks
of this process, and background work is in its threads.
"""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version

import uvicorn
from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from intently.config import Config
from intently.engine import Engine
from intently.serve.api import api_router
from intently.serve.faults import add_fault_handlers
from intently.serve.guard import Guard
from intently.serve.keys import Key, check_address, load_keys
from intently.serve.listening import listen
from intently.serve.metrics import Metrics, Timed
from intently.serve.pages import page_router
from intently.serve.pages.render import STATIC, assets
from intently.serve.pages.shown import Screens
from intently.serve.stores import Stores

__all__ = ["create_app", "run_server"]

log = logging.getLogger(__name__)
ANY_ADDRESS = {"0.0.0.0", "::", ""}
GRACE_SECONDS = 3  # an open stream would keep uvicorn alive


class _KeptFiles(StaticFiles):
    """Files under an address that changes with them: kept by browsers for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(
    engines: Mapping[str, Engine | Callable[[], Engine]], config: Config, keys: Sequence[Key] = ()
) -> FastAPI:
    """The app over these stores. An entry that is a function is called in the background and serves when it is done."""
    app = FastAPI(
        title="intently", version=version("intently"), docs_url=None, redoc_url=None, openapi_url="/openapi.json",
        description="A recommender that knows what people want and does what they say.",
    )  # fmt: skip
    app.state.stores = Stores(engines)
    app.state.keys = tuple(keys)
    app.state.metrics = Metrics()
    app.state.screens = Screens()
    app.state.closing = lambda: False
    app.include_router(api_router())
    app.include_router(page_router())
    app.mount(f"/static/{assets()}", _KeptFiles(directory=STATIC), name="static")
    add_fault_handlers(app)
    app.add_middleware(Timed, metrics=app.state.metrics)
    app.add_middleware(Guard, hosts=_hosts(config))  # added last: outermost
    return app


def _hosts(config: Config) -> tuple[str, ...]:
    own = config.serve.host
    bracketed = f"[{own}]" if ":" in own and not own.startswith("[") else own
    return config.serve.hosts if own in ANY_ADDRESS else (*config.serve.hosts, bracketed)


def run_server(
    engines: Mapping[str, Engine | Callable[[], Engine]],
    config: Config,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until a signal ends it. `ready` is told the address, with the port that was really taken.

    Raises Refused for a public address without keys, and when the address cannot be listened on.
    """
    check_address(config)
    app = create_app(engines, config, load_keys(os.environ))
    mend = "Is another intently running there? Choose another port with --port."
    listener = listen(config.serve.host, config.serve.port, mend)
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, proxy_headers=False, lifespan="off",
            timeout_graceful_shutdown=GRACE_SECONDS, workers=1,
        )
    )  # fmt: skip
    app.state.closing = lambda: server.should_exit
    host, port = listener.getsockname()[:2]
    ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")
    try:
        server.run(sockets=[listener])
    finally:
        listener.close()
