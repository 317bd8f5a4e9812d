"""A model that answers by what it is asked, for flows whose calls may come in any order."""

from collections.abc import Callable

from intently.language import ScriptedModel
from intently.language.lanes import Turn
from intently.language.prompt import approximate_tokens
from intently.language.wire import Completion, Request

__all__ = ["Answering"]


class Answering(ScriptedModel):
    """`Answering(lambda question: …)`: the question is the last turn's text. Everything but the model is real."""

    def __init__(self, answer: Callable[[str], str], calls=None) -> None:
        super().__init__((), calls)
        self._answer = answer
        self.wire.complete = self._complete  # type: ignore[method-assign]

    def _complete(self, request: Request, turn: Turn) -> Completion:
        self.requests.append(request)
        text = self._answer(request.prompt.messages[-1].text)
        return Completion(text, approximate_tokens(request.prompt.text), 0, approximate_tokens(text), 0.0, False)
