"""Prompts counted as the server sees them, without starting the model.

The model's file holds a chat template, which is filled with the assistant's turn opened, and the tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import AddedToken, Tokenizer

from intently.errors import DataError
from intently.language import Message
from intently.language.tokenizer import keys_of, tokenizer_of

__all__ = ["ChatTokenizer", "read_tokenizer"]

TOKENS, KINDS, TEMPLATE = "tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.chat_template"
CONTROL, DEFINED = 3, 4  # kinds of tokens that are never cut


@dataclass(frozen=True)
class ChatTokenizer:
    """`template`: the chat template of the file."""

    tokenizer: Tokenizer
    template: str

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """Tokens of a conversation that the assistant is to answer."""
        turns = [{"role": message.role, "content": message.text} for message in messages]
        return self.text(self._compiled.render(messages=turns, add_generation_prompt=True, tools=None))

    def text(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    @cached_property
    def _compiled(self) -> Any:
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.globals["raise_exception"] = _refuse
        return environment.from_string(self.template)


def read_tokenizer(path: Path) -> ChatTokenizer:
    """Raises DataError when the file is no GGUF, its tokenizer is of another kind, or it has no chat template."""
    told = keys_of(path, {TOKENS, KINDS, TEMPLATE})
    if TEMPLATE not in told:
        raise DataError(f"{path}: has no chat template, so its prompts cannot be counted without a server")
    found = Tokenizer.from_str(tokenizer_of(path).to_str())  # a copy: special tokens are whole in prompts alone
    kinds = zip(told[TOKENS], told.get(KINDS, ()), strict=False)
    special = [token for token, kind in kinds if kind in (CONTROL, DEFINED)]
    found.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return ChatTokenizer(found, told[TEMPLATE])


def _refuse(message: str) -> None:
    raise DataError(f"the chat template refuses the conversation: {message}")
