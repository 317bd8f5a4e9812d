"""HTTP API, pages, metrics."""
