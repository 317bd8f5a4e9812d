"""Text -> vector: the embedded MiniLM on onnxruntime, or any OpenAI-compatible embeddings URL.

Both answer unit rows, so that a dot product is a cosine. What an item's text for the encoder is, says `embed_text`.
Encoding a catalogue runs in the background in small slices that give way to a person waiting (`encode_missing`), and
its vectors are kept by text and encoder (vectors.VectorCache).
"""

import ctypes
import hashlib
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from intently.catalog.encoder_files import EMBEDDED_DIM, EncoderFiles, embedded_digest, encoder_files, fetch_encoder
from intently.catalog.lexicon import is_wordless_script
from intently.catalog.schema import CatalogSpec
from intently.catalog.vectors import VectorCache
from intently.errors import ModelError, ModelTimeout, ModelUnavailable
from intently.nouns import Item

__all__ = [
    "EMBEDDED_DIM",
    "Encoder",
    "EncoderFiles",
    "OnnxEncoder",
    "UrlEncoder",
    "VectorCache",
    "embed_text",
    "embedded_digest",
    "encode_missing",
    "encoder_files",
    "fetch_encoder",
    "item_vectors",
]

Vectors = npt.NDArray[np.float32]
MAX_TOKENS = 128  # of one text, as the model was trained on
TEXT_WORDS = 95  # about MAX_TOKENS in English
FACET_WORDS = 45  # of TEXT_WORDS, when the text needs the rest
FACET_VALUES = 6  # of one facet
UNREAD = "[UNK]"
MOST_UNREAD = 0.2  # share of a text's tokens; all such tokens have one vector, so that unlike texts would seem alike
SLICE = 16  # texts between two looks at `pause`
REQUEST_TEXTS = 64  # of one request to an embeddings URL
PAUSE_SECONDS = 0.05
_PLACES = re.compile(r"\{(?:title|facets|text)\}")
_EMPTY = re.compile(r"(?<=[.,])(?: [.,])+")  # what stood between parts that are empty
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]")


class Encoder(Protocol):
    """`digest` names model and pooling: vectors of different digests are never compared."""

    @property
    def digest(self) -> str: ...
    @property
    def dim(self) -> int: ...
    def encode(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dim), each row of length 1, or zeros for a text that the model cannot read."""
        ...


class OnnxEncoder:
    """all-MiniLM-L6-v2 in 8 bits: 384 dimensions, mean of the token vectors, about 4 ms a phrase on one core.

    One thread and no spinning: a second busy process would slow the language model down many times over. It reads
    English: a text of which it knows too few characters (Chinese, say) gets a row of zeros, which is near to nothing.
    """

    def __init__(self, files: EncoderFiles) -> None:
        """Loads the model (about 0.3 s, 140 MB)."""
        import onnxruntime
        from tokenizers import Tokenizer

        self.digest = files.digest
        # The shipped tokenizer pads every text to 128 tokens, which would cost as much as a text of 128 tokens.
        self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.enable_cpu_mem_arena = False
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(files.model), options, providers=["CPUExecutionProvider"])
        _return_freed_memory()
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self.dim = int(self._session.get_outputs()[0].shape[-1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dim) unit rows, zeros for texts that it cannot read.

        Texts go one by one: batches bring nothing on a CPU and change the last bits.
        """
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._encode_one(text)
        return _unit(vectors)

    def _encode_one(self, text: str) -> Vectors:
        encoding = self._tokenizer.encode(text)
        if encoding.tokens.count(UNREAD) > MOST_UNREAD * (len(encoding.tokens) - 2):
            return np.zeros(self.dim, np.float32)
        columns = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.array([column], np.int64) for name, column in columns.items() if name in self._inputs}
        tokens: Vectors = self._session.run(None, feed)[0][0]  # (tokens, dim)
        mask = np.array(encoding.attention_mask, np.float32)
        pooled: Vectors = mask @ tokens / mask.sum()
        return pooled


class UrlEncoder:
    """Any OpenAI-compatible embeddings endpoint. Raises ModelUnavailable, ModelTimeout or ModelError with the mend."""

    def __init__(self, url: str, model: str, *, key: str = "", timeout_seconds: float = 30.0) -> None:
        self.url = url
        self.model = model
        self.digest = hashlib.sha256(f"{url.rstrip('/')}\n{model}".encode()).hexdigest()
        self._key = key
        self._timeout_seconds = timeout_seconds
        self._client: Any = None
        self._dim = 0

    @property
    def dim(self) -> int:
        """Asked of the endpoint once, with a short text."""
        if not self._dim:
            self.encode(["dimensions"])
        return self._dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dim) unit rows, asked in requests of 64 texts. An empty text is sent as one space."""
        if not texts:
            return np.zeros((0, self._dim), np.float32)
        asked = [text if text.strip() else " " for text in texts]
        parts = [self._ask(asked[start : start + REQUEST_TEXTS]) for start in range(0, len(asked), REQUEST_TEXTS)]
        vectors = np.concatenate(parts)
        self._dim = vectors.shape[1]
        return _unit(vectors)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _ask(self, texts: Sequence[str]) -> Vectors:
        import openai

        if self._client is None:
            self._client = openai.OpenAI(
                base_url=self.url, api_key=self._key or "none", timeout=self._timeout_seconds, max_retries=1
            )
        try:
            answer = self._client.embeddings.create(model=self.model, input=list(texts), encoding_format="float")
        except openai.APITimeoutError as error:
            raise ModelTimeout(
                f"{self.url}: no vectors after {self._timeout_seconds:g} s. Is the endpoint overloaded?"
            ) from error
        except openai.APIConnectionError as error:
            raise ModelUnavailable(
                f"{self.url}: nothing answers there ({error}). Start it, mend `language.embeddings_url`, "
                "or leave that empty to use the embedded encoder."
            ) from error
        except openai.OpenAIError as error:
            raise ModelError(f"{self.url}: refused to encode with {self.model!r}: {error}") from error
        return self._checked(answer.data, len(texts))

    def _checked(self, rows: Sequence[Any], expected: int) -> Vectors:
        """The vectors in the order of the texts. Raises ModelError if they are not one vector of one length a text."""
        ordered = sorted(rows, key=lambda row: row.index)
        lengths = {len(row.embedding) for row in ordered}
        if len(ordered) != expected or len(lengths) != 1 or (self._dim and lengths != {self._dim}):
            raise ModelError(f"{self.url}: {len(ordered)} vectors of {sorted(lengths)} numbers for {expected} texts")
        vectors = np.array([row.embedding for row in ordered], np.float32)
        if not np.isfinite(vectors).all():
            raise ModelError(f"{self.url}: a vector of {self.model!r} holds a number that is not finite")
        return vectors


def _return_freed_memory() -> None:
    """Loading leaves 60 MB of freed heap with the process; glibc gives them back when asked, others are left alone."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return scaled


# ------------------------------------------------------------------------------------------------------ texts of items
def embed_text(spec: CatalogSpec, item: Item) -> str:
    """What the encoder reads of an item: `items.embed` with {title}, {facets} (its shown terms) and {text}.

    At most about 128 tokens: 6 values a facet, and of the text as many whole sentences as there is room for.
    """
    facets = _cut_words(", ".join(_shown_terms(spec, item)), FACET_WORDS)
    room = TEXT_WORDS - _length(item.title) - _length(facets)
    parts = {"{title}": item.title.strip(), "{facets}": facets, "{text}": _cut_sentences(item.text, room)}
    filled = _PLACES.sub(lambda place: parts[place[0]], spec.items.embed)
    return _EMPTY.sub("", " ".join(filled.split())).strip(" .,") + "."


def _shown_terms(spec: CatalogSpec, item: Item) -> list[str]:
    """The most telling facets first, so that a cut takes the least telling."""
    found: dict[str, None] = {}
    for name, facet in sorted(spec.facets.items(), key=lambda named: -named[1].weight):
        values = item.facets.get(name)
        if facet.kind == "term" and facet.shown and facet.weight > 0 and isinstance(values, tuple):
            found |= dict.fromkeys(values[:FACET_VALUES])
    return list(found)


def _length(text: str) -> int:
    """In words; in characters where a script has no spaces between words (a token each, more or less)."""
    return len(text) if is_wordless_script(text) else len(text.split())


def _cut_words(text: str, most: int) -> str:
    if is_wordless_script(text):
        return text[: max(most, 0)].rstrip(",，、 ")
    return " ".join(text.split()[: max(most, 0)]).rstrip(",")


def _cut_sentences(text: str, words: int) -> str:
    """The beginning of a text up to the last sentence end within so many words, or just so many words."""
    cut = _cut_words(text, words)
    if _length(cut) >= _length(text.rstrip(",，、 ")):
        return cut
    ends = [match.end() for match in _SENTENCE_END.finditer(cut) if match.end() > len(cut) // 2]
    return cut[: ends[-1]] if ends else cut


# -------------------------------------------------------------------------------------------------------- a catalogue
def encode_missing(
    texts: Iterable[str],
    encoder: Encoder,
    cache: VectorCache,
    progress: Callable[[int, int], None] = lambda done, total: None,
    pause: Callable[[], bool] = lambda: False,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Encode the texts that the cache does not hold, in their order, and keep them. Returns how many were encoded.

    Give facet words and titles before the texts of items (`texts_to_encode` does): the feed is useful with those.
    Between slices of 16 texts it calls `progress(done, total)`, waits while `pause()` says so, and ends when `stop()`
    does; what was encoded by then is kept, so that the next call goes on from there.
    """
    wanted = list(dict.fromkeys(texts))
    _, held = cache.get(wanted)
    missing = [text for text, known in zip(wanted, held, strict=True) if not known]
    done = len(wanted) - len(missing)
    progress(done, len(wanted))
    for start in range(0, len(missing), SLICE):
        while pause() and not stop():
            time.sleep(PAUSE_SECONDS)
        if stop():
            return start
        some = missing[start : start + SLICE]
        cache.put(some, encoder.encode(some))
        progress(done + start + len(some), len(wanted))
    return len(missing)


def item_vectors(spec: CatalogSpec, items: Sequence[Item], cache: VectorCache) -> tuple[Vectors, npt.NDArray[np.bool_]]:
    """Vectors of items out of the cache: (items, dim), zero rows where there is none; (items,) which are of the item's
    own text. An item whose text is not encoded yet has the vector of its title when that is: better than none, to be
    replaced.
    """
    vectors, found = cache.get([embed_text(spec, item) for item in items])
    rest = np.flatnonzero(~found)
    if len(rest):
        vectors[rest], _ = cache.get([items[row].title for row in rest.tolist()])
    return vectors, found
