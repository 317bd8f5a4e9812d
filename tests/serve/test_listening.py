"""What a server listens on: an answer leaves at once, and an address that is taken is said with its mend."""

import asyncio
import socket

import pytest

from intently.errors import Refused
from intently.serve.listening import listen


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_no_part_of_an_answer_waits_for_the_receipt_of_the_one_before(host: str) -> None:
    if host == "[::1]" and not _has_ipv6():
        pytest.skip("this machine has no address ::1")
    assert asyncio.run(_nodelay_of_a_connection(listen(host, 0, "")))


def test_who_connects_before_the_server_runs_is_not_refused() -> None:
    with listen("127.0.0.1", 0, "") as listener, socket.create_connection(listener.getsockname(), timeout=10):
        pass


def test_an_address_that_is_taken_is_refused_with_the_mend() -> None:
    with listen("127.0.0.1", 0, "") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=rf"cannot listen on 127\.0\.0\.1:{port} \(.+\)\. Choose another\."):
            listen("127.0.0.1", port, "Choose another.")


async def _nodelay_of_a_connection(listener: socket.socket) -> int:
    """What TCP_NODELAY is on the server's side, as asyncio leaves it."""
    seen: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(answer, sock=listener):
        host, port = listener.getsockname()[:2]
        _, writer = await asyncio.open_connection(host, port)
        found = await seen
        writer.close()
    return found


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
