"""One request: session, memory, parser, plan, tools, slate, trace."""
