"""Counting tokens by the language model's own tokenizer, without a server: its words are in the model's file.

A GGUF opens with a table of keys, and among them are the tokenizer's tokens and merges. From these the `tokenizers`
library counts as llama.cpp does (no normalisation, no begin-of-text). For byte-level BPE of the two families that are
shipped or tested here; the text is split as llama.cpp's `llama-vocab.cpp` does for the file's `tokenizer.ggml.pre`.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from intently.errors import DataError

__all__ = ["count_tokens_of", "keys_of", "tokenizer_of"]

QWEN2 = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
SPLITS = {"qwen2": (QWEN2,), "smollm": (r"\p{N}", GPT2)}  # tokenizer.ggml.pre -> patterns, one after the other
NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
STRING, ARRAY = 8, 9
LONGEST = 1 << 26  # bytes of one string, or entries of one list: more is no header


def count_tokens_of(path: Path) -> Callable[[str], int]:
    """A function text -> tokens, by the tokenizer of this GGUF. Raises DataError for a file that has none we know."""
    tokenizer = tokenizer_of(path)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


@lru_cache(maxsize=2)
def tokenizer_of(path: Path) -> Any:
    """The file's tokenizer as one of the `tokenizers` library. Takes about a second."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

    found = keys_of(
        path, {"tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.tokens", "tokenizer.ggml.merges"}
    )
    kind, split = found.get("tokenizer.ggml.model"), SPLITS.get(found.get("tokenizer.ggml.pre", ""))
    if kind != "gpt2" or split is None or "tokenizer.ggml.merges" not in found:
        raise DataError(
            f"{path}: its tokenizer ({kind}, {found.get('tokenizer.ggml.pre')}) is none of those that are counted here "
            f"(gpt2: {', '.join(SPLITS)}). Count with the approximation, or ask the running server."
        )
    vocabulary = {token: number for number, token in enumerate(found["tokenizer.ggml.tokens"])}
    merges = [tuple(merge.split(" ", 1)) for merge in found["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            *(pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in split),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def keys_of(path: Path, wanted: set[str]) -> dict[str, Any]:
    """The values of these keys of the header. Raises DataError when the file is no GGUF."""
    try:
        with path.open("rb") as file:
            return {key: value for key, value in _header(file) if key in wanted}
    except (OSError, struct.error, UnicodeDecodeError, ValueError, KeyError) as error:
        raise DataError(f"{path}: cannot be read as a GGUF: {error}. Fetch it again: intently model get") from error


def _header(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    if file.read(4) != b"GGUF":
        raise ValueError("it does not begin with GGUF")
    _version, _tensors, keys = struct.unpack("<IQQ", file.read(20))
    for _ in range(keys):
        key = _string(file)
        yield key, _value(file, *struct.unpack("<I", file.read(4)))


def _value(file: IO[bytes], kind: int) -> Any:
    if kind == STRING:
        return _string(file)
    if kind == ARRAY:
        inner, length = struct.unpack("<IQ", file.read(12))
        return _list(file, inner, _bounded(length))
    return _one(file, NUMBERS[kind])


def _list(file: IO[bytes], kind: int, length: int) -> Sequence[Any]:
    if kind in NUMBERS:
        form = NUMBERS[kind]
        return struct.unpack(f"<{length}{form[1]}", file.read(length * struct.calcsize(form)))
    return [_value(file, kind) for _ in range(length)]


def _one(file: IO[bytes], form: str) -> Any:
    return struct.unpack(form, file.read(struct.calcsize(form)))[0]


def _string(file: IO[bytes]) -> str:
    return file.read(_bounded(_one(file, "<Q"))).decode("utf-8")


def _bounded(length: int) -> int:
    if length > LONGEST:
        raise ValueError(f"a part of its header is said to be {length} long")
    return length
