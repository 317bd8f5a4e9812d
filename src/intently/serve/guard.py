"""The outermost layer: what is checked before any route sees a request, and the headers that every answer carries.

- `Host` must be one that the settings list, on loopback too: else a page elsewhere could rebind its name to us.
- `Origin`, where a browser sends one with a request that changes something, must be ours.
- A body may have at most MAX_BODY bytes.
- `%2F` and `%25` in the path are escaped once more, so that an id with a slash stays one segment; the routes unescape
  their ids again. (`{id:path}` would let `DELETE /v1/users/a%2Fmemory%2F3` run the wrong route.)
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard"]

MAX_BODY = 1024 * 1024  # bytes
READING = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_ESCAPE = re.compile(rb"%(2[Ff]|25)")


class _TooLong(Exception):
    """The body went past MAX_BODY while it was read."""


class Guard:
    """ASGI middleware around the whole app. `hosts`: names without port, IPv6 in brackets."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fault = self._fault(scope)
        guarded = _with_headers(send)
        if fault is not None:
            await fault(scope, receive, guarded)
            return
        try:
            await self.app(_escaped(scope), _limited(receive), guarded)
        except _TooLong:
            await _too_long()(scope, receive, guarded)

    def _fault(self, scope: Scope) -> JSONResponse | None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if _name(host) not in self.hosts:
            return _refuse(
                421,
                f"this server does not answer to the Host {host[:100]!r}. Add it to `hosts` under [serve] in "
                "intently.toml, or set INTENTLY_SERVE_HOSTS.",
            )
        origin = headers.get("origin")
        if origin is not None and scope["method"] not in READING and not self._ours(origin, host):
            return _refuse(
                403, f"a page of {origin[:100]!r} may not change anything here; use the page of this server."
            )
        length = headers.get("content-length", "0")
        return _too_long() if length.isdigit() and int(length) > MAX_BODY else None

    def _ours(self, origin: str, host: str) -> bool:
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _name(host: str) -> str:
    """The host without its port, lower case."""
    return re.sub(r":\d+$", "", host).lower()


def _escaped(scope: Scope) -> Scope:
    raw = scope.get("raw_path")
    if not raw or not _ESCAPE.search(raw):
        return scope
    escaped = _ESCAPE.sub(rb"%25\1", raw.split(b"?", 1)[0])
    return {**scope, "raw_path": escaped, "path": unquote(escaped.decode("latin-1"))}


def _limited(receive: Receive) -> Receive:
    total = 0

    async def limited() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > MAX_BODY:
            raise _TooLong
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in HEADERS if pair[0] not in given)]
        await send(message)

    return sending


def _refuse(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"type": "Refused", "message": message}}, status)


def _too_long() -> JSONResponse:
    message = f"the body has more than {MAX_BODY:,} bytes; send it in several requests."
    return JSONResponse({"error": {"type": "BadRequest", "message": message}}, 413)
