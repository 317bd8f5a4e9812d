"""The language model that rows and people of a ground ask: the one of its engine, so that all are on the same model."""

from intently.errors import ModelUnavailable
from intently.evaluate.asked_model import STARTING_SECONDS
from intently.evaluate.commands.case import Ground
from intently.language import Model

__all__ = ["model_of"]


def model_of(ground: Ground) -> Model:
    """The model, ready. Raises ModelUnavailable with the mend."""
    model = ground.engine.services.model(ground.engine.store.journal)
    if model is None or not model.wait_ready(STARTING_SECONDS):
        status = ground.engine.services.status().text
        raise ModelUnavailable(f"this row asks the language model, and none answers: {status}. See: intently model")
    return model
