"""The SDK's own client, over a real subprocess and over a real server on loopback."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from intently.config import Config
from intently.engine import Engine
from intently.serve.keys import load_keys
from intently.serve.mcp import mcp_app

SECRET = "0123456789abcdef0123"
KEYS = f"admin={SECRET}A shop={SECRET}S user:ann={SECRET}N user:bob={SECRET}B user:zoe={SECRET}Z"
ANN, BOB, ZOE, SHOP, ADMIN = (SECRET + letter for letter in "NBZSA")
COMMAND = ("-m", "intently", "mcp", "--store", "tiny", "--no-model")
Talk = Callable[[Client], Coroutine[Any, Any, Any]]


@pytest.fixture(scope="module")
def address(engine: Engine, config: Config) -> Iterator[str]:
    """The URL of an MCP server over HTTP, for the keys of ann and bob."""
    app = mcp_app(engine, config, load_keys({"INTENTLY_KEYS": KEYS}), model=False)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=3))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@asynccontextmanager
async def over_http(address: str, key: str, mode: str = "auto") -> AsyncIterator[Client]:
    async with AsyncExitStack() as stack:
        http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=30)
        await stack.enter_async_context(http)
        transport = streamable_http_client(address, http_client=http)
        yield await stack.enter_async_context(Client(transport, mode=mode))


@asynccontextmanager
async def over_stdio(home: Path, log: Path, *arguments: str, key: str = "") -> AsyncIterator[Client]:
    """`intently mcp` as an agent's host starts it."""
    environment = _environment(home) | ({"INTENTLY_KEYS": KEYS, "INTENTLY_KEY": key} if key else {})
    parameters = StdioServerParameters(command=sys.executable, args=[*COMMAND, *arguments], env=environment)
    with log.open("w") as errors:
        async with Client(stdio_client(parameters, errlog=errors)) as client:
            yield client


@contextmanager
def started_http(home: Path) -> Iterator[str]:
    """The URL of `intently mcp --http 0`, as it says it."""
    command = [sys.executable, *COMMAND, "--http", "0"]
    environment = {**os.environ, **_environment(home), "INTENTLY_KEYS": KEYS}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            assert (found := re.search(r"http://127\.0\.0\.1:\d+/mcp", said)), said
            yield found[0]
        finally:
            server.terminate()


def _environment(home: Path) -> dict[str, str]:
    return {"INTENTLY_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}


def answer(result: Any) -> dict[str, Any]:
    """The structured answer of a call that went well."""
    assert not result.is_error, result.content[0].text
    body: dict[str, Any] = result.structured_content
    return body


def fault(result: Any) -> str:
    """What a call that was refused says."""
    assert result.is_error
    return str(result.content[0].text)


def run(talk: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(talk)
