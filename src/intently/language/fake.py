"""A stand-in for the model in tests of our own flow: answers from a script, and fails on what is not in it."""

from collections.abc import Sequence

from intently.errors import IntentlyError
from intently.language.calls import CallStore
from intently.language.lanes import Turn
from intently.language.model import Model
from intently.language.prompt import Prompt, approximate_tokens
from intently.language.status import ModelStatus
from intently.language.wire import Completion, Endpoint, Request

__all__ = ["ScriptedModel"]


class ScriptedModel(Model):
    """`ScriptedModel(["- horror", ModelTimeout("too slow")])`: answers in order; errors are raised.

    Everything but the model is real: shapes, repairs, cache, lanes, rows, budgets. `prompts` and `requests` hold what
    was asked. An unscripted call fails with AssertionError. `ready=False`: as if no model were there.
    """

    def __init__(
        self, script: Sequence[str | IntentlyError] = (), calls: CallStore | None = None, *, ready: bool = True
    ) -> None:
        self.wire = _ScriptedWire(list(script), ready)
        super().__init__(self.wire, calls)

    @property
    def requests(self) -> list[Request]:
        return self.wire.requests

    @property
    def prompts(self) -> list[Prompt]:
        return [request.prompt for request in self.wire.requests]


class _ScriptedWire:
    def __init__(self, script: list[str | IntentlyError], ready: bool) -> None:
        self.script = script
        self.ready = ready
        self.requests: list[Request] = []

    def endpoint(self) -> Endpoint | None:
        return Endpoint("http://scripted/v1", "none", "scripted", "scripted") if self.ready else None

    def status(self) -> ModelStatus:
        return ModelStatus("ready", "scripted") if self.ready else ModelStatus("absent", "not there")

    def complete(self, request: Request, turn: Turn) -> Completion:
        self.requests.append(request)
        assert self.script, f"unscripted call of prompt {request.prompt.name!r}: {request.prompt.messages[-1].text!r}"
        answer = self.script.pop(0)
        if isinstance(answer, IntentlyError):
            raise answer
        return Completion(answer, approximate_tokens(request.prompt.text), 0, approximate_tokens(answer), 0.0, False)

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
