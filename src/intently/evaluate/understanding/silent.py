"""A model that says nothing new: rows are made of the answers that are kept, and who was not asked is left out."""

from intently.errors import ModelUnavailable
from intently.evaluate.understanding.answers import Answers
from intently.language import Model, ModelStatus
from intently.language.lanes import Turn
from intently.language.wire import Completion, Endpoint, Request

__all__ = ["SilentModel"]


class SilentModel(Model):
    """Answers from the file alone, as the model that gave them; raises ModelUnavailable for anything else."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(_SilentWire(answers.digest), answers)


class _SilentWire:
    def __init__(self, digest: str) -> None:
        self._digest = digest

    def endpoint(self) -> Endpoint:
        return Endpoint("http://nowhere/v1", "none", "kept answers", self._digest, "llama")

    def status(self) -> ModelStatus:
        return ModelStatus("off", "only answers that are kept")

    def complete(self, request: Request, turn: Turn) -> Completion:
        raise ModelUnavailable("this was not asked yet: pass --model")

    def count_tokens(self, text: str) -> int | None:
        return None

    def restore(self, name: str) -> bool:
        return True

    def save(self, name: str) -> None:
        return None

    def forget(self) -> None:
        return None

    def close(self) -> None:
        return None
