"""The model's own tokenizer, read out of its GGUF file: tokens are counted without starting the model.

Byte-level BPE, as llama.cpp does it for the pre-tokenizers named here. A prompt is counted as the server sees it, in
the file's own chat template with the turn of the assistant opened.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers

from intently.errors import DataError
from intently.language import Message

__all__ = ["ChatTokenizer", "read_tokenizer"]

SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
TEXT, LIST = 8, 9
CONTROL, DEFINED = 3, 4  # kinds of tokens that are never cut
SPLITS = {
    "qwen2": (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    "smollm": (r"\p{N}", r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
}


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
    """Raises DataError when the file is no GGUF or its tokenizer is of another kind."""
    told = _metadata(path)
    kind, split = told.get("tokenizer.ggml.model"), told.get("tokenizer.ggml.pre")
    if kind != "gpt2" or split not in SPLITS:
        raise DataError(f"{path}: has a tokenizer {kind}/{split}; only {', '.join(SPLITS)} can be counted without it")
    tokens: list[str] = told["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ", 1)) for merge in told["tokenizer.ggml.merges"]]
    found = Tokenizer(models.BPE(vocab={token: n for n, token in enumerate(tokens)}, merges=merges))
    cuts = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in SPLITS[split]]
    found.pre_tokenizer = pre_tokenizers.Sequence([*cuts, pre_tokenizers.ByteLevel(False, use_regex=False)])
    if split == "qwen2":
        found.normalizer = normalizers.NFC()
    kinds = told.get("tokenizer.ggml.token_type", [])
    special = [token for token, kind in zip(tokens, kinds, strict=False) if kind in (CONTROL, DEFINED)]
    found.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return ChatTokenizer(found, told["tokenizer.chat_template"])


def _metadata(path: Path) -> dict[str, Any]:
    """The keys at the head of the file."""
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise DataError(f"{path}: is no GGUF file; name the language model's own file")
        _version, _tensors, keys = struct.unpack("<IQQ", file.read(20))
        return {_text(file): _value(file, struct.unpack("<I", file.read(4))[0]) for _ in range(keys)}


def _text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", file.read(8))
    return file.read(length).decode("utf-8", "replace")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == TEXT:
        return _text(file)
    if kind == LIST:
        inner, length = struct.unpack("<IQ", file.read(12))
        return [_value(file, inner) for _ in range(length)]
    form = SCALARS[kind]
    return struct.unpack(form, file.read(struct.calcsize(form)))[0]


def _refuse(message: str) -> None:
    raise DataError(f"the chat template refuses the conversation: {message}")
