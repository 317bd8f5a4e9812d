"""What happened: items, events, memory versions, slates, traces, model calls. The only room that knows SQL."""
