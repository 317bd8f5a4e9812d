"""Reading a command: exact grammar first, the model for the rest, code grounds and decides."""
