"""One person's feed for agents, over the Model Context Protocol: see it, speak to it, ask why, take back.

answers     typed, short results; every text in them is data
tools       the five tools over one engine
server      the official SDK's server with these tools, and errors that say the mend
http        streamable HTTP on loopback behind keys; stdio is the SDK's own

Nothing of serve imports this package: the SDK is loaded by `intently mcp` alone.
"""

from intently.serve.mcp.http import mcp_app, run_http
from intently.serve.mcp.server import make_server, person_of_stdio

__all__ = ["make_server", "mcp_app", "person_of_stdio", "run_http"]
