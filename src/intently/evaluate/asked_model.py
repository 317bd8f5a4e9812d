"""The language model that an evaluation asks: started before the first row, closed after the last."""

from collections.abc import Iterator
from contextlib import contextmanager

from intently.config import Config
from intently.errors import ModelUnavailable
from intently.language import Model, open_model
from intently.language.calls import CallStore

__all__ = ["STARTING_SECONDS", "asked_model"]

STARTING_SECONDS = 120.0  # that an embedded server may take


@contextmanager
def asked_model(config: Config, calls: CallStore | None = None, *, instead: str = "") -> Iterator[Model]:
    """The model of these settings, ready. calls: where its answers are kept. instead: what to do without one. Raises
    ModelUnavailable with the mend."""
    model = open_model(config, calls)
    try:
        if not model.wait_ready(STARTING_SECONDS):
            raise ModelUnavailable(f"{model.status().text}. Fetch it with `intently model get`{instead}.")
        yield model
    finally:
        model.close()
