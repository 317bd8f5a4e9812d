"""Streamable HTTP on loopback: Host and Origin are checked first, then the key, then the SDK answers.

There are no sessions: every request brings its key, and the key decides whose feed it is, so that one person's session
id is worth nothing to another.
"""

import os
from collections.abc import Callable, Sequence
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from intently.config import Config
from intently.engine import Engine
from intently.errors import Refused
from intently.serve.guard import MAX_BODY, Guard
from intently.serve.keys import Key, NoKey, caller_of, load_keys
from intently.serve.listening import listen
from intently.serve.mcp.server import make_server

__all__ = ["mcp_app", "run_http"]

HOST = "127.0.0.1"
PATH = "/mcp"
GRACE_SECONDS = 3


def mcp_app(engine: Engine, config: Config, keys: Sequence[Key], *, model: bool = True) -> ASGIApp:
    """The app. Raises Refused when no key is a person's: then nobody could be answered."""
    if not any(key.scope == "user" for key in keys):
        raise Refused(
            "over HTTP the key says whose feed it is, and no key of a person is configured. Set "
            "INTENTLY_KEYS=user:ID=SECRET (or INTENTLY_KEYS_FILE); over stdio --user ID is enough."
        )
    hosts = config.serve.hosts
    server = make_server(engine, lambda ctx: _person(keys, ctx), model=model)
    app = server.streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, max_request_body_size=MAX_BODY,
        transport_security=TransportSecuritySettings(
            allowed_hosts=[*hosts, *(f"{host}:*" for host in hosts)],
            allowed_origins=[f"{scheme}://{host}{port}" for host in hosts for scheme in ("http", "https")
                             for port in ("", ":*")],
        ),
    )  # fmt: skip
    return Guard(Keyed(app, keys), hosts=hosts)


class Keyed:
    """ASGI middleware: a request without the key of a person goes no further."""

    def __init__(self, app: ASGIApp, keys: Sequence[Key]) -> None:
        self.app = app
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                _person_of_key(self.keys, Headers(scope=scope))
            except Refused as error:
                body = {"error": {"type": type(error).__name__, "message": str(error)}}
                headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
                await JSONResponse(body, error.status, headers)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _person(keys: Sequence[Key], ctx: Context[Any, Any]) -> str:
    headers = ctx.headers
    if headers is None:
        raise NoKey("give the key of a person as `Authorization: Bearer KEY`.")
    return _person_of_key(keys, Headers(headers))


def _person_of_key(keys: Sequence[Key], headers: Headers) -> str:
    """The person whose key it is. Raises NoKey, or Refused for a shop's or an admin's key."""
    caller = caller_of(keys, headers, {})
    if caller.user_id is None:
        raise Refused("an agent acts for one person: use a key of scope user:ID, not one of scope shop or admin.")
    return caller.user_id


def run_http(
    engine: Engine, config: Config, port: int, *, model: bool = True, ready: Callable[[str], None] = lambda url: None
) -> None:
    """Serve until a signal ends it. `ready` is told the URL. Raises Refused without a person's key, or for a port that
    is taken."""
    app = mcp_app(engine, config, load_keys(os.environ), model=model)
    with listen(HOST, port, "Choose another --http PORT.") as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_level="warning", access_log=False, server_header=False, proxy_headers=False, lifespan="on",
                timeout_graceful_shutdown=GRACE_SECONDS, workers=1,
            )
        )  # fmt: skip
        ready(f"http://{HOST}:{listener.getsockname()[1]}{PATH}")
        server.run(sockets=[listener])
