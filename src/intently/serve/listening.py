"""The socket that a server listens on."""

import socket

from intently.errors import Refused

__all__ = ["listen"]

WAITING = 2048  # connections that wait to be taken, as with uvicorn


def listen(host: str, port: int, mend: str) -> socket.socket:
    """Listening on the address, port 0 for any that is free: who connects before the server runs is answered when it
    does. Raises Refused, with `mend`, where that cannot be.

    Its protocol is named, or asyncio would not know its connections for TCP and would leave Nagle's algorithm on: an
    answer of two parts then waits 40 ms for the other side's receipt of the first.
    """
    bare = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((bare, port))
        listener.listen(WAITING)
    except OSError as error:
        listener.close()
        raise Refused(f"cannot listen on {host}:{port} ({error.strerror}). {mend}") from error
    return listener
