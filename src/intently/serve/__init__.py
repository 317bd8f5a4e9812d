"""HTTP API, pages, metrics. Stands outside of the engine and calls nothing but the engine."""

from intently.serve.app import create_app, run_server
from intently.serve.keys import check_address, load_keys

__all__ = ["check_address", "create_app", "load_keys", "run_server"]
