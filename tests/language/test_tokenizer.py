"""Tokens counted from the model's file are those that the running server counts."""

import struct
from pathlib import Path

import pytest

from intently.errors import DataError
from intently.language.model import Model
from intently.language.tokenizer import count_tokens_of, tokenizer_of

TEXTS = [
    "",
    "2026-10-04 bought | POURABLE SALAD DRESSINGS 16 OZ",
    "2026-10 (liked, bought), 2025 (searched) | 4 Heat: Crime; 5 Alien³: Sci-Fi x12\n2024 (liked) | 5; 6",
    "It's the children's 1,234.50 £ café — naïve 東京物語…  two  spaces \n\n end ",
    "they'LL I'M e\u0301 \u200b\u00a0 \t tab\r\nline",
]


def _string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _gguf(path: Path, pre: str = "qwen2", merges: tuple[str, ...] = ("l o", "Ġ lo")) -> Path:
    """A file with a header alone: letters, two merges, and keys of other kinds around them."""
    tokens = [*"abcdefghijklmnopqrstuvwxyz0123456789", "Ġ", "lo", "Ġlo"]
    lists = {"tokenizer.ggml.tokens": tokens, "tokenizer.ggml.merges": merges}
    body = _string("general.file_type") + struct.pack("<If", 6, 0.5)
    body += _string("numbers") + struct.pack("<IIQ2h", 9, 3, 2, -1, 7)
    for key, text in (("tokenizer.ggml.model", "gpt2"), ("tokenizer.ggml.pre", pre)):
        body += _string(key) + struct.pack("<I", 8) + _string(text)
    for key, texts in lists.items():
        body += _string(key) + struct.pack("<IIQ", 9, 8, len(texts)) + b"".join(map(_string, texts))
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 6) + body + b"weights")
    return path


def test_merges_join_letters_and_a_digit_stands_alone(tmp_path: Path):
    path = _gguf(tmp_path / "tiny.gguf")
    assert tokenizer_of(path).encode("so lo 12").tokens == ["s", "o", "Ġlo", "Ġ", "1", "2"]
    assert count_tokens_of(path)("so lo 12") == 6


def test_a_tokenizer_of_another_family_is_refused_with_a_way_out(tmp_path: Path):
    with pytest.raises(DataError, match=r"other\.gguf: its tokenizer \(gpt2, llama-bpe\).*approximation"):
        count_tokens_of(_gguf(tmp_path / "other.gguf", pre="llama-bpe"))


@pytest.mark.parametrize("content", [b"", b"GGUF", b"no model", b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 60)])
def test_what_is_no_gguf_is_named(tmp_path: Path, content: bytes):
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.gguf: cannot be read as a GGUF"):
        count_tokens_of(path)


@pytest.mark.llama
@pytest.mark.xdist_group("llama")
@pytest.mark.parametrize("text", TEXTS)
def test_the_file_counts_what_the_running_server_counts(model: Model, gguf: Path, text: str):
    assert count_tokens_of(gguf)(text) == model._wire.count_tokens(text)
