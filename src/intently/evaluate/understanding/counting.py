"""What a row's prompts cost in tokens, were it asked alone: of each, how much its server had read already.

The server keeps what it read and wrote last, and reads anew from where the next prompt differs; at least one token is
always read. Counted by the model's own tokenizer, so the same prompts give the same numbers on any machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from intently.evaluate.understanding.found import Spent
from intently.language import Message

__all__ = ["Counted", "Memory", "Tokens"]


class Tokens(Protocol):
    """What cuts a conversation and an answer into tokens: `tokenizer.ChatTokenizer`."""

    def prompt(self, messages: Sequence[Message], /) -> list[int]: ...

    def text(self, text: str, /) -> list[int]: ...


@dataclass(frozen=True)
class Counted:
    """One call: the conversation and the answer."""

    messages: tuple[Message, ...]
    answer: str


class Memory:
    """A server's memory of one slot, moved on by each call of one row."""

    def __init__(self, tokenizer: Tokens) -> None:
        self._tokenizer = tokenizer
        self._held: list[int] = []

    def count(self, calls: Sequence[Counted]) -> Spent:
        """What these calls cost after those before; seconds are not known."""
        total = Spent()
        for call in calls:
            prompt, answer = self._tokenizer.prompt(call.messages), self._tokenizer.text(call.answer)
            reused = min(shared_beginning(self._held, prompt), len(prompt) - 1)
            self._held = prompt + answer
            total += Spent(1, len(prompt) - reused, reused, len(answer), 0.0)
        return total


def shared_beginning(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
